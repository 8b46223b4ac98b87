"""Public pages are kept for a moment, and nobody sees an old one."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.testclient import TestClient
from tests.conftest import ClientFactory

from egov_participation.actions import Action
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import enqueue
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.web.routing import BOOTH, route

pytestmark = pytest.mark.sqlite

made: Counter[str] = Counter()


def page(request: Request) -> Response:
    name = f"{request.url.hostname}{request.url.path}?{request.url.query} {request.headers.get('hx-request')}"
    made[name] += 1
    return PlainTextResponse(f"{name}: {made.total()}", headers={"Vary": "HX-Request"})


def cookie(_request: Request) -> Response:
    made["cookie"] += 1
    response = PlainTextResponse(str(made.total()))
    response.set_cookie("a", "b")
    return response


def private(_request: Request) -> Response:
    made["private"] += 1
    return PlainTextResponse(str(made.total()), headers={"Cache-Control": "no-store"})


def streamed(_request: Request) -> Response:
    made["streamed"] += 1
    return StreamingResponse(iter([b"a", b"b"]))


def refused(_request: Request) -> Response:
    made["refused"] += 1
    raise DomainError(404, "This page does not exist", code="x.y")


def large(_request: Request) -> Response:
    made["large"] += 1
    return PlainTextResponse("x" * 600_000)


def lasting(_request: Request) -> Response:
    made["lasting"] += 1
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(b"a tile", headers=headers, media_type="application/octet-stream")


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()


@dataclass
class Moment:
    """Of the computer's own clock, in seconds."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    """Stands still for the kept pages: on a busy machine a second may lie between two requests."""
    moment = Moment()
    monkeypatch.setattr("egov_participation.web.cache.time", moment)
    return moment


ROUTES = [
    route("/page", page, Action.READ, name="test.page"),
    route("/page", page, Action.READ, site=BOOTH, name="test.booth_page"),
    route("/mine", page, Action.VISIT, name="test.mine"),
    *(route(f"/{f.__name__}", f, Action.READ, name=f"test.{f.__name__}") for f in (cookie, private, streamed, large)),
    route("/refused", refused, Action.READ, name="test.refused"),
    route("/lasting", lasting, Action.READ, localized=False, name="test.lasting"),
]


@pytest.fixture
def app(services: Services) -> Starlette:
    return create_app(services.settings, services=services, routes=ROUTES, debug=True)


def test_a_public_page_is_made_once(client: TestClient) -> None:
    first, second = client.get("/en/page"), client.get("/en/page")

    assert made.total() == 1
    assert first.content == second.content
    assert first.headers == second.headers
    assert second.headers["cache-control"] == "public, max-age=0, s-maxage=1"
    assert "content-security-policy" in second.headers


def test_host_path_query_and_fragment_are_told_apart(client: TestClient, booth: TestClient) -> None:
    answers = [
        client.get("/en/page").text,
        client.get("/ru/page").text,
        client.get("/en/page?a=1").text,
        client.get("/en/page", headers={"HX-Request": "true"}).text,
        booth.get("/en/page").text,
    ]

    assert len(set(answers)) == made.total() == 5


def test_who_names_two_hosts_has_no_page_of_one_kept_as_the_others(client: TestClient, booth: TestClient) -> None:
    """Only the booth's host has no content of users; and a server must refuse it (RFC 9112, section 3.2)."""
    both = [("Host", "localhost"), ("Host", "booth.localhost")]

    assert client.get("/lasting", headers=both).status_code == 421
    assert client.get("/lasting", headers=both[::-1]).status_code == 421
    assert booth.get("/lasting").status_code == 404


def test_a_header_that_comes_twice_has_no_fragment_kept_as_the_page(client: TestClient) -> None:
    twice = [("HX-Request", "true"), ("HX-Request", "")]
    fragment = client.get("/en/page", headers=twice).text
    other = client.get("/en/page?b=1", headers=twice[::-1]).text

    assert " true: " in fragment
    assert " : " in other
    assert " None: " in client.get("/en/page").text
    assert " true: " in client.get("/en/page?b=1", headers={"HX-Request": "true"}).text


def test_what_never_changes_is_made_once_for_good(
    client: TestClient, booth: TestClient, services: Services, clock: ManualClock
) -> None:
    first = client.get("/lasting")
    clock.advance(hours=1)
    with services.database.uow() as tx:
        enqueue(tx, "a", "b", {})
        tx.commit()
    second = client.get("/lasting")

    assert made.total() == 1
    assert (first.content, first.headers) == (second.content, second.headers)
    assert second.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/lasting", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert booth.get("/lasting").status_code == 404


def test_what_was_committed_shows_at_once(client: TestClient, services: Services) -> None:
    client.get("/en/page")
    with services.database.uow() as tx:
        enqueue(tx, "a", "b", {})
        tx.commit()
    client.get("/en/page")

    assert made.total() == 2


def test_what_is_committed_while_a_page_is_made_shows_at_once(services: Services, new_client: ClientFactory) -> None:
    def meanwhile(_request: Request) -> Response:
        with services.database.uow() as tx:  # somebody else's
            enqueue(tx, "a", f"{made.total()}", {})
            tx.commit()
        made["meanwhile"] += 1
        return PlainTextResponse("old")

    client = new_client(
        create_app(services.settings, services=services, routes=[route("/page", meanwhile, Action.READ)], debug=True)
    )
    client.get("/en/page")
    client.get("/en/page")

    assert made.total() == 2


@pytest.mark.parametrize("moved", [timedelta(seconds=1.1), timedelta(hours=1), -timedelta(seconds=1)])
def test_the_clock_that_votes_close_by_decides(moved: timedelta, client: TestClient, clock: ManualClock) -> None:
    client.get("/en/page")
    clock.advance(seconds=moved.total_seconds())
    client.get("/en/page")

    assert made.total() == 2


def test_a_page_is_kept_for_a_second_of_real_time_though_the_clock_stands(client: TestClient, moment: Moment) -> None:
    first = client.get("/en/page").text
    moment.now += 0.9
    assert client.get("/en/page").text == first
    moment.now += 0.2

    assert client.get("/en/page").text != first
    assert made.total() == 2


@pytest.mark.parametrize("path", ["/en/mine", "/en/cookie", "/en/private", "/en/streamed", "/en/refused", "/en/large"])
def test_what_is_not_the_same_for_everybody_or_not_whole_or_large_is_not_kept(client: TestClient, path: str) -> None:
    client.get(path)
    client.get(path)

    assert made.total() == 2


@pytest.mark.parametrize("path", ["/en/mine", "/en/cookie", "/en/private", "/en/refused"])
def test_what_is_not_kept_is_not_said_to_be_public(client: TestClient, path: str) -> None:
    assert "public" not in client.get(path).headers.get("cache-control", "")


def test_who_has_the_page_is_told_that_it_is_unchanged(client: TestClient) -> None:
    first = client.get("/en/page")
    again = client.get("/en/page", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == "HX-Request"
    assert "content-length" not in again.headers
    assert client.get("/en/page", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_page_that_was_made_anew_and_is_the_same_is_unchanged(client: TestClient, services: Services) -> None:
    etag = client.get("/en/large").headers["etag"]

    assert client.get("/en/large", headers={"If-None-Match": etag}).status_code == 304
    assert made.total() == 2


def test_who_asks_for_the_head_alone_gets_it_without_the_page(client: TestClient) -> None:
    body = client.get("/en/page").content
    head = client.head("/en/page")

    assert (head.status_code, head.content, made.total()) == (200, b"", 1)
    assert head.headers["content-length"] == str(len(body))


def test_a_head_alone_is_not_kept_as_the_page(client: TestClient) -> None:
    client.head("/en/page")

    assert client.get("/en/page").content != b""


def test_it_can_be_turned_off(services: Services, new_client: ClientFactory, settings: Settings) -> None:
    off = dataclasses.replace(services, settings=settings.model_copy(update={"page_cache": 0.0}))
    client = new_client(create_app(off.settings, services=off, routes=ROUTES, debug=True))
    client.get("/en/page")
    client.get("/en/page")

    assert made.total() == 2


def test_it_does_not_grow_without_end(client: TestClient, app: Starlette) -> None:
    client.get("/en/page?n=0")
    for number in range(1, 40):
        client.get(f"/en/page?n={number}&{'x' * 1000}")
    cache = app.middleware_stack
    while not hasattr(cache, "_pages"):
        cache = cache.app  # type: ignore[union-attr]
    cache._max_bytes = 5_000
    client.get("/en/page?n=40")
    before = made.total()
    client.get("/en/page?n=40")
    assert made.total() == before  # the newest is kept
    client.get("/en/page?n=0")
    assert made.total() == before + 1  # the oldest has gone
    assert cache._bytes == sum(len(kept.body) for kept in cache._pages.values()) <= 5_000
