"""The log of requests holds nothing that tells who did what."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.foundation.conftest import small_app

from egov_participation import logs
from egov_participation.services import Services


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_is_logged_by_its_routes_name_alone(
    signed_in: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in.get("/en/page/KMLMr96HM3M2nQ?name=Aigerim", headers={"User-Agent": "Netscape"})

    [line] = lines(capsys)
    assert {key: line[key] for key in ("event", "level", "method", "route", "status")} == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "test.thing",
        "status": 200,
    }
    assert set(line) == {"event", "level", "method", "route", "status", "ms", "timestamp", "request"}


def test_what_no_route_matches_is_logged_without_its_path(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/en/nothing/secret")

    [line] = lines(capsys)
    assert (line["route"], line["status"]) == ("-", 404)


def test_a_made_up_method_is_not_logged_in_words(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.request("AIGERIM", "/en/page")

    [line] = lines(capsys)
    assert line["method"] == "-"


def test_a_crash_is_logged_under_the_number_that_its_page_shows(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/en/crash")

    crash, request = lines(capsys)
    assert (crash["event"], request["status"]) == ("request.failed", 500)
    assert crash["request"] == request["request"]
    assert f"<code>{request['request']}</code>" in answer.text


def test_a_visitor_does_not_choose_the_number_of_a_request(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/en/page", headers={"X-Request-ID": "aigerim-1990"})

    [line] = lines(capsys)
    assert re.fullmatch("[0-9a-f]{12}", str(line["request"]))


@pytest.mark.parametrize(("given", "taken"), [("7f3a-0042-11", True), ("<b>aigerim</b>", False), ("short", False)])
def test_a_trusted_proxy_chooses_it(
    given: str, taken: bool, services: Services, new_client: ClientFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = services.settings.model_copy(update={"trusted_proxies": ("127.0.0.1/32",)})
    settings = type(settings).model_validate(settings.model_dump())
    app = small_app(type(services)(**(vars(services) | {"settings": settings})))
    client = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000))
    client.get("/en/page", headers={"X-Request-ID": given})

    [line] = lines(capsys)
    assert (line["request"] == given) is taken


def test_machines_that_watch_are_not_logged(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/health")
    client.get("/ready")

    assert capsys.readouterr().out == ""


def test_the_least_level_is_a_setting(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "warning")
    client.get("/en/page")

    assert capsys.readouterr().out == ""


def test_lines_for_people_hold_the_same(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "info")
    client.get("/en/page/KMLMr96HM3M2nQ")

    out = capsys.readouterr().out
    assert "test.thing" in out
    assert "KMLMr96HM3M2nQ" not in out


@pytest.fixture
def logging_is_put_back() -> Iterator[None]:
    """Of the whole process: its handlers, and from which level on each logger writes."""
    root = logging.getLogger()
    handlers = root.handlers
    levels = {name: logging.getLogger(name).level for name in (None, "httpx", "httpcore", "httpx2", "alembic")}
    yield
    root.handlers = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("logging_is_put_back")
def test_what_a_library_logs_has_the_same_form_and_no_text_of_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    logs.take_over("json", "info")
    try:
        raise RuntimeError("aigerim@example.org")
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    [line] = lines(capsys)
    assert (line["event"], line["logger"], line["level"]) == ("Exception in ASGI application", "uvicorn.error", "error")
    assert line["error"] == "RuntimeError"
    assert "aigerim" not in json.dumps(line)


@pytest.mark.usefixtures("logging_is_put_back")
def test_who_asks_every_few_seconds_whether_it_is_ready_fills_no_log(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.take_over("json", "info")
    assert client.get("/ready").json()["migrations"]
    assert lines(capsys) == []
