"""The way from the main site to the booth's origin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.identity.conftest import Browser

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity import service
from egov_participation.identity.models import Handoff, LoginSession
from egov_participation.identity.service import Purpose
from egov_participation.identity.service.tokens import new_token
from egov_participation.registry.rules import Entry
from egov_participation.services import Services, SessionInfo, Site

VOTE = "2Lp9mYtLHkCXvF"
OTHER_VOTE = "7Xq3nRtLHkCXvF"

Enter = Callable[[str], TestClient]


@pytest.fixture
def signed_in(browser: Browser, people: list[Entry]) -> Browser:
    browser.sign_in(people[0].iin.digits)
    return browser


def main_session(browser: Browser, services: Services) -> SessionInfo:
    found = service.load_session(services, Site.MAIN, browser.cookies["session"])
    assert found is not None
    return found


def ask(browser: Browser, services: Services, vote: str = VOTE, purpose: Purpose = Purpose.BOOTH) -> str:
    session = main_session(browser, services)
    with services.database.uow() as tx:
        token = service.create_handoff(tx, session, vote, purpose, lang="kk", now=services.clock())
        tx.commit()
    return token


@pytest.fixture
def new_booth(app: Starlette, new_client: Callable[..., TestClient]) -> Callable[[], TestClient]:
    """A browser at the booth that comes from a page of the main site."""

    def make() -> TestClient:
        client = new_client(app, booth=True)
        client.headers |= {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}
        return client

    return make


@pytest.fixture
def booth(new_booth: Callable[[], TestClient]) -> TestClient:
    return new_booth()


def enter(booth: TestClient, token: str) -> int:
    return booth.post("/handoff", data={"token": token}).status_code


def booth_session(booth: TestClient, services: Services) -> SessionInfo | None:
    return service.load_session(services, Site.BOOTH, booth.cookies.get("booth", ""))


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_hand_off_leads_to_the_vote_with_a_session_for_that_vote(
    signed_in: Browser, booth: TestClient, services: Services, purpose: Purpose
) -> None:
    response = booth.post("/handoff", data={"token": ask(signed_in, services, purpose=purpose)})
    assert (response.status_code, response.headers["location"]) == (303, f"/kk/votes/{VOTE}/{purpose}")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "domain" not in cookie
    here, there = booth_session(booth, services), main_session(signed_in, services)
    assert here is not None
    assert here.vote == VOTE
    assert (here.person_id, here.signed_in_at, here.assurance) == (there.person_id, there.signed_in_at, there.assurance)
    assert here.token_hash != there.token_hash


def test_a_hand_off_works_once(signed_in: Browser, new_booth: Callable[[], TestClient], services: Services) -> None:
    token = ask(signed_in, services)
    assert enter(new_booth(), token) == 303
    second = new_booth()
    assert enter(second, token) == 403
    assert "set-cookie" not in second.post("/handoff", data={"token": token}).headers


def test_a_hand_off_works_for_a_minute(
    signed_in: Browser, booth: TestClient, services: Services, clock: ManualClock
) -> None:
    token, late = ask(signed_in, services), ask(signed_in, services)
    clock.advance(seconds=59)
    assert enter(booth, token) == 303
    clock.advance(seconds=1)
    assert enter(booth, late) == 403


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "ü" * 43])
def test_an_invented_token_does_not_open_the_booth(booth: TestClient, token: str) -> None:
    assert enter(booth, token) == 403


def test_a_post_without_a_token_is_refused(booth: TestClient) -> None:
    assert booth.post("/handoff").status_code == 403


def test_the_token_is_taken_from_the_body_only(signed_in: Browser, booth: TestClient, services: Services) -> None:
    token = ask(signed_in, services)
    assert booth.get(f"/handoff?token={token}").status_code == 405
    assert booth.post(f"/handoff?token={token}").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://booth.localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:81", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost.evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_only_the_main_site_hands_over(
    signed_in: Browser, booth: TestClient, services: Services, headers: dict[str, str]
) -> None:
    token = ask(signed_in, services)
    assert booth.post("/handoff", data={"token": token}, headers=headers).status_code == 403
    # The token was not even looked at, so that the person can still use it.
    assert enter(booth, token) == 303


def test_the_booths_door_is_not_on_the_main_site_nor_its_pages_on_the_booth(
    signed_in: Browser, booth: TestClient, services: Services
) -> None:
    token = ask(signed_in, services)
    assert signed_in.client.post("/handoff", data={"token": token}).status_code == 404
    for path in ("/en/sign-in", "/en/me", "/en/me/corner"):
        assert booth.get(path).status_code == 404


def test_the_two_hosts_do_not_take_each_others_tokens(
    signed_in: Browser, booth: TestClient, services: Services
) -> None:
    enter(booth, ask(signed_in, services))
    assert service.load_session(services, Site.MAIN, booth.cookies["booth"]) is None
    assert service.load_session(services, Site.BOOTH, signed_in.cookies["session"]) is None
    signed_in.client.cookies.clear()
    signed_in.client.cookies["session"] = booth.cookies["booth"]
    assert signed_in.client.get("/en/me").status_code == 303


def test_the_booths_session_lasts_an_hour_whether_used_or_not(
    signed_in: Browser, booth: TestClient, services: Services, clock: ManualClock
) -> None:
    enter(booth, ask(signed_in, services))
    clock.advance(minutes=59)
    assert booth_session(booth, services) is not None
    clock.advance(minutes=1)
    assert booth_session(booth, services) is None


def test_signing_out_ends_the_booth_too(signed_in: Browser, booth: TestClient, services: Services) -> None:
    enter(booth, ask(signed_in, services))
    waiting = ask(signed_in, services)
    signed_in.get("/en/me")
    assert "voting booth" in signed_in.page
    signed_in.post("/en/sign-out")
    assert booth_session(booth, services) is None
    assert enter(booth, waiting) == 403


def test_signing_in_once_more_does_not_end_the_booth_in_the_other_tab(
    signed_in: Browser, booth: TestClient, services: Services, people: list[Entry]
) -> None:
    enter(booth, ask(signed_in, services))
    signed_in.sign_in(people[0].iin.digits, "?fresh=1")
    assert booth_session(booth, services) is not None
    signed_in.get("/en/me")
    signed_in.post("/en/sign-out")
    assert booth_session(booth, services) is None


def test_somebody_else_signing_in_in_this_browser_ends_the_booth(
    signed_in: Browser, booth: TestClient, services: Services, people: list[Entry]
) -> None:
    enter(booth, ask(signed_in, services))
    signed_in.sign_in(people[1].iin.digits, "?fresh=1")
    assert booth_session(booth, services) is None


def test_entering_another_vote_takes_the_place_of_the_first(
    signed_in: Browser, new_booth: Callable[[], TestClient], services: Services
) -> None:
    first, second = new_booth(), new_booth()
    enter(first, ask(signed_in, services))
    enter(second, ask(signed_in, services, OTHER_VOTE))
    assert booth_session(first, services) is None
    here = booth_session(second, services)
    assert here is not None
    assert here.vote == OTHER_VOTE


def test_ending_all_other_sessions_keeps_ones_own_booth_and_ends_theirs(
    signed_in: Browser, new_browser: Callable[[], Browser], new_booth: Callable[[], TestClient],
    services: Services, people: list[Entry],
) -> None:  # fmt: skip
    other = new_browser()
    other.sign_in(people[0].iin.digits)
    own, theirs = new_booth(), new_booth()
    enter(own, ask(signed_in, services))
    enter(theirs, ask(other, services))
    signed_in.get("/en/me")
    signed_in.post("/en/me/sessions/end-others")
    assert booth_session(own, services) is not None
    assert booth_session(theirs, services) is None


def test_a_credential_needs_a_sign_in_of_the_last_ten_minutes(
    signed_in: Browser, services: Services, clock: ManualClock, people: list[Entry]
) -> None:
    clock.advance(minutes=10)
    ask(signed_in, services, purpose=Purpose.CREDENTIAL)
    clock.advance(seconds=1)
    with pytest.raises(DomainError) as refusal:
        ask(signed_in, services, purpose=Purpose.CREDENTIAL)
    assert (refusal.value.status, refusal.value.code) == (403, "session.not_fresh")
    ask(signed_in, services, purpose=Purpose.BOOTH)
    signed_in.sign_in(people[0].iin.digits, "?fresh=1")
    ask(signed_in, services, purpose=Purpose.CREDENTIAL)


def test_the_database_holds_no_token_of_a_hand_off(signed_in: Browser, booth: TestClient, services: Services) -> None:
    token = ask(signed_in, services)
    with services.database.read() as session:
        assert token not in str(session.exec(select(Handoff)).one().model_dump())
    enter(booth, token)
    with services.database.read() as session:
        assert session.exec(select(Handoff)).all() == []
        rows = session.exec(select(LoginSession)).all()
    assert booth.cookies["booth"] not in str([row.model_dump() for row in rows])


def test_a_hand_off_of_a_session_that_idled_out_is_refused(
    signed_in: Browser, booth: TestClient, services: Services, clock: ManualClock
) -> None:
    clock.advance(minutes=29, seconds=30)
    token = ask(signed_in, services)
    with services.database.uow() as tx:
        for row in tx.session.exec(select(LoginSession)):
            row.last_seen_at = clock().replace(hour=0)
        tx.commit()
    assert enter(booth, token) == 403


def test_tokens_are_not_guessable() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
