"""What goes wrong is said to people in their language, and to programs by a code."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient
from tests.foundation.conftest import small_app

from egov_participation.services import Services


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("kk", "Мұндай бет жоқ"), ("ru", "Такой страницы нет"), ("en", "This page does not exist")],
)
def test_a_page_that_does_not_exist_says_so_in_the_visitors_language(
    client: TestClient, lang: str, sentence: str
) -> None:
    answer = client.get(f"/{lang}/nothing")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert sentence in answer.text


def test_what_cannot_be_done_here_names_what_can(client: TestClient) -> None:
    answer = client.post("/en/page")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert "This cannot be done here" in answer.text


def test_a_refusal_has_its_status_and_its_sentence(client: TestClient) -> None:
    answer = client.get("/kk/refuse")

    assert answer.status_code == 409
    assert "Жіберген деректеріңіз біз қабылдайтын 7 шегінен асады" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v1/refuse", {}),
        ("/en/refuse", {"Content-Type": "application/json"}),
    ],
)
def test_a_program_is_told_the_code(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "This does not fit with what happened before",
        "status": 409,
        "detail": "What you sent is larger than the 7 we accept. Nothing was changed.",
        "code": "x.y",
    }


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/log/nothing", "/votes/x/archive.bel"])
def test_what_machines_read_is_missing_in_their_way(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "http.404"


def test_who_does_not_ask_for_html_gets_none_outside_of_the_languages(client: TestClient) -> None:
    assert client.get("/nothing", headers={"Accept": "*/*"}).headers["content-type"] == "application/problem+json"
    assert client.get("/nothing").headers["content-type"].startswith("text/html")


def test_an_unexpected_error_shows_nothing_but_a_reference(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/ru/crash")

    assert answer.status_code == 500
    assert "Ошибка на нашей стороне" in answer.text
    assert "secret@example.org" not in answer.text
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    failure = next(line for line in logged if line["event"] == "request.failed")
    assert f"<code>{failure['request']}</code>" in answer.text
    assert failure["error"] == "RuntimeError"
    assert failure["trace"][-1].endswith(" crash")
    assert "secret@example.org" not in json.dumps(logged)


def test_in_debug_an_unexpected_error_fails_the_test(services: Services) -> None:
    client = TestClient(small_app(services, debug=True), base_url="http://localhost")

    with pytest.raises(RuntimeError):
        client.get("/en/crash")


def test_a_template_that_prints_what_nobody_passed_fails(client: TestClient) -> None:
    assert client.get("/en/broken").status_code == 500
