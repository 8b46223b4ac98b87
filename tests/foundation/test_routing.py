"""Routes: languages in front, who may come, which host."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from egov_participation.actions import Action
from egov_participation.web.routing import BOOTH, route


def endpoint(_request: Request) -> Response:
    return PlainTextResponse("")


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_page_stands_under_every_language(client: TestClient, lang: str) -> None:
    answer = client.get(f"/{lang}/page")

    assert answer.status_code == 200
    assert answer.headers["content-language"] == lang
    assert f"|{lang}|" in answer.text


def test_there_is_no_page_under_a_language_that_is_not_spoken_here(client: TestClient) -> None:
    assert client.get("/de/page").status_code == 404


def test_the_front_page_is_the_language_alone(client: TestClient) -> None:
    assert client.get("/en").status_code == 200


def test_a_slash_too_many_leads_to_the_page_with_its_query(client: TestClient) -> None:
    answer = client.get("/en/page/?name=a%20b")

    assert answer.status_code == 308
    assert answer.headers["location"] == "/en/page?name=a%20b"


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/page/", "/nothing/here"])
def test_no_address_leads_to_another_site(client: TestClient, path: str) -> None:
    answer = client.get(f"http://localhost{path}")

    assert answer.status_code == 404


def test_what_holds_a_sign_that_no_text_has_is_refused_before_any_database_is_asked(client: TestClient) -> None:
    assert client.get("/en/page/a%00b").status_code == 404
    assert client.get("/en/page?name=a%00b").status_code == 400
    for address, status in (("/api/votes?after=%00", 400), ("/api/votes/a%00", 404)):
        answer = client.get(address, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/en/form", data={"name": "Абай\0"}).status_code == 400
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    named = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0"\r\n\r\n1\r\n--x--\r\n'
    assert client.post("/en/form", content=named, headers=multipart).status_code == 400
    assert client.post("/en/form", data={"name": "Абай"}, files={"file": ("a", b"\0")}).status_code == 200


def test_a_coroutine_is_an_endpoint_too(client: TestClient) -> None:
    assert client.get("/en/async").text == "async"


def test_each_host_has_its_own_pages(client: TestClient, booth: TestClient) -> None:
    assert booth.get("/en/page").status_code == 200
    assert booth.get("/en/form").status_code == 404
    assert client.post("/handoff").status_code == 404


def test_a_public_page_cannot_look_at_the_session(services: object, client: TestClient) -> None:
    client.cookies.set("session", "main-token")

    assert client.get("/en/looks").status_code == 500


def test_a_personal_page_knows_who_comes_and_is_not_kept(client: TestClient) -> None:
    assert client.get("/en/who").text == "nobody"

    client.cookies.set("session", "main-token")
    answer = client.get("/en/who")

    assert answer.text == "aigerim"
    assert answer.headers["cache-control"] == "no-store"


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/en/me?tab=2")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/en/sign-in?next=%2Fen%2Fme%3Ftab%3D2"
    assert answer.headers["cache-control"] == "no-store"


def test_a_fragment_for_nobody_makes_the_whole_page_go_to_sign_in(client: TestClient) -> None:
    answer = client.get("/en/me", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["hx-refresh"] == "true"


def test_a_session_that_is_over_is_none(client: TestClient) -> None:
    client.cookies.set("session", "an old token")

    assert client.get("/en/me").status_code == 303


def test_the_signed_in_come_through(signed_in: TestClient) -> None:
    assert signed_in.get("/en/me").text == "aigerim"


def test_the_booth_has_a_session_of_its_own(booth: TestClient) -> None:
    booth.cookies.set("session", "main-token")
    refused = booth.get("/en/me")
    booth.cookies.set("booth", "booth-token")

    assert refused.status_code == 401
    assert "You are not signed in" in refused.text
    assert booth.get("/en/me").text == "aigerim"


def test_a_public_route_that_changes_something_is_refused_when_stated() -> None:
    with pytest.raises(ValueError, match="may only read"):
        route("/x", endpoint, Action.READ, methods=("POST",))


def test_only_the_booth_takes_a_form_from_the_main_site() -> None:
    with pytest.raises(ValueError, match="from_main"):
        route("/x", endpoint, Action.VISIT, methods=("POST",), from_main=True)
    with pytest.raises(ValueError, match="from_main"):
        route("/x", endpoint, Action.VOTE, site=BOOTH, from_main=True)
    with pytest.raises(ValueError, match="somebody"):
        route("/x", endpoint, Action.VISIT, methods=("POST",), max_body=2_000_000)


def test_a_route_is_named_after_its_room_and_function() -> None:
    assert route("/x", endpoint, Action.READ).name.endswith(".endpoint")
