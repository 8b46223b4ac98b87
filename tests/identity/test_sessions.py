"""Sessions: who has one, for how long, and who can end it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import col, delete, select
from tests.identity.conftest import Browser, forms_of

from egov_participation.clock import ManualClock
from egov_participation.identity import rules
from egov_participation.identity.models import LoginSession
from egov_participation.identity.service import load_session
from egov_participation.identity.service.tokens import hash_token, new_token
from egov_participation.registry.models import Resident
from egov_participation.registry.rules import Entry
from egov_participation.services import Services, Site

NewBrowser = Callable[[], Browser]

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"


def is_signed_in(browser: Browser) -> bool:
    return browser.client.get("/en/me").status_code == 200


@pytest.fixture
def signed_in(browser: Browser, people: list[Entry]) -> Browser:
    browser.client.headers["User-Agent"] = FIREFOX
    browser.sign_in(people[0].iin.digits)
    return browser


def test_a_planted_token_is_not_taken_over_at_sign_in(browser: Browser, people: list[Entry]) -> None:
    planted = new_token()
    browser.client.cookies.set("session", planted, domain="localhost.local", path="/")
    browser.sign_in(people[0].iin.digits)
    token = browser.client.cookies["session"]
    assert token != planted
    browser.client.cookies.clear()
    browser.client.cookies["session"] = planted
    assert not is_signed_in(browser)


def test_the_token_before_sign_in_never_becomes_a_session(browser: Browser, people: list[Entry]) -> None:
    browser.give_iin(people[0].iin.digits)
    before = browser.cookies["before"]
    browser.give_code(browser.read_code())
    assert "before" not in browser.cookies
    assert before not in browser.cookies.values()
    browser.client.cookies.clear()
    browser.client.cookies["session"] = before
    assert not is_signed_in(browser)


def test_signing_in_again_ends_the_session_before(signed_in: Browser, people: list[Entry]) -> None:
    old = signed_in.cookies["session"]
    signed_in.sign_in(people[0].iin.digits, "?fresh=1")
    assert signed_in.cookies["session"] != old
    assert is_signed_in(signed_in)
    signed_in.client.cookies.clear()
    signed_in.client.cookies["session"] = old
    assert not is_signed_in(signed_in)


def test_the_database_holds_no_token(signed_in: Browser, services: Services) -> None:
    token = signed_in.cookies["session"]
    with services.database.read() as session:
        row = session.exec(select(LoginSession)).one()
    assert row.token_hash == hash_token(token)
    assert token not in str(row.model_dump())


def test_a_session_ends_after_half_an_hour_without_use(signed_in: Browser, clock: ManualClock) -> None:
    clock.advance(minutes=29)
    assert is_signed_in(signed_in)
    clock.advance(minutes=29)
    assert is_signed_in(signed_in)
    clock.advance(minutes=30)
    assert not is_signed_in(signed_in)


def test_a_session_ends_after_eight_hours_however_much_it_is_used(signed_in: Browser, clock: ManualClock) -> None:
    for _ in range(8 * 60 // 20 - 1):
        clock.advance(minutes=20)
        assert is_signed_in(signed_in)
    clock.advance(minutes=20)
    assert not is_signed_in(signed_in)


def test_using_a_session_writes_at_most_once_a_minute(
    signed_in: Browser, services: Services, clock: ManualClock
) -> None:
    def seen() -> object:
        with services.database.read() as session:
            return session.exec(select(LoginSession.last_seen_at)).one()

    before = seen()
    clock.advance(seconds=59)
    is_signed_in(signed_in)
    assert seen() == before
    clock.advance(seconds=1)
    is_signed_in(signed_in)
    assert seen() == clock()


def test_after_signing_out_the_token_is_dead_even_if_somebody_kept_it(signed_in: Browser) -> None:
    kept = signed_in.cookies["session"]
    signed_in.get("/en/me")
    assert signed_in.post("/en/sign-out") == 303
    assert "session" not in signed_in.cookies
    signed_in.client.cookies["session"] = kept
    assert not is_signed_in(signed_in)


def test_signing_out_twice_is_no_error(signed_in: Browser) -> None:
    signed_in.get("/en/me")
    form = forms_of(signed_in.page)["/en/sign-out"]
    for _ in range(2):
        answer = signed_in.client.post("/en/sign-out", data=form)
        assert answer.status_code == 303
        # Pages with forms stay in the browser; on a machine of many they must not when their owner has gone.
        assert answer.headers["clear-site-data"] == '"cache"'


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 44, "../../etc", "ü" * 43, "'" * 43])
def test_an_invented_token_opens_nothing(services: Services, token: str) -> None:
    assert load_session(services, Site.MAIN, token) is None


def test_a_session_of_one_host_is_none_of_the_others(signed_in: Browser, services: Services) -> None:
    token = signed_in.cookies["session"]
    assert load_session(services, Site.MAIN, token) is not None
    assert load_session(services, Site.BOOTH, token) is None


def test_the_session_says_who_since_when_and_how_surely(
    signed_in: Browser, people: list[Entry], services: Services, clock: ManualClock
) -> None:
    info = load_session(services, Site.MAIN, signed_in.cookies["session"])
    assert info is not None
    assert (info.assurance, info.vote, info.signed_in_at) == (rules.MAILED_CODE, None, clock())
    with services.database.read() as session:
        person = services.registry.get(session, info.person_id)
    assert person is not None
    assert person.mail == people[0].mail
    assert rules.is_fresh(info.signed_in_at, clock.advance(minutes=10))
    assert not rules.is_fresh(info.signed_in_at, clock.advance(seconds=1))


def test_my_page_shows_what_is_held_and_never_the_whole_iin(signed_in: Browser, people: list[Entry]) -> None:
    signed_in.get("/en/me")
    for shown in (people[0].family_name, people[0].mail, people[0].iin.mask, "Firefox, Android", "this browser"):
        assert shown in signed_in.page.replace("<wbr>", "")
    assert people[0].iin.digits not in signed_in.page
    assert people[0].iin.digits[:8] not in signed_in.page
    assert signed_in.client.get("/en/me").headers["cache-control"] == "no-store"


def test_a_person_sees_and_ends_their_other_session(
    signed_in: Browser, new_browser: NewBrowser, people: list[Entry]
) -> None:
    other = new_browser()
    other.sign_in(people[0].iin.digits)
    signed_in.get("/en/me")
    assert "Unknown browser" in signed_in.page
    assert signed_in.post("/en/me/sessions/end") == 303
    assert not is_signed_in(other)
    assert is_signed_in(signed_in)


def test_all_other_sessions_can_be_ended_at_once(
    signed_in: Browser, new_browser: NewBrowser, people: list[Entry]
) -> None:
    others = [new_browser(), new_browser()]
    for other in others:
        other.sign_in(people[0].iin.digits)
    stranger = new_browser()
    stranger.sign_in(people[1].iin.digits)
    signed_in.get("/en/me")
    assert signed_in.post("/en/me/sessions/end-others") == 303
    assert is_signed_in(signed_in)
    assert is_signed_in(stranger)
    assert not any(is_signed_in(other) for other in others)


def test_nobody_ends_somebody_elses_session(
    signed_in: Browser, new_browser: NewBrowser, people: list[Entry], services: Services
) -> None:
    other, third = new_browser(), new_browser()
    for browser in (other, third):
        browser.sign_in(people[1].iin.digits)
    other.get("/en/me")
    with services.database.read() as session:
        found = session.exec(select(LoginSession)).all()
    target = next(row for row in found if row.token_hash == hash_token(signed_in.cookies["session"]))
    assert other.post("/en/me/sessions/end", session=target.public_id) == 404
    assert is_signed_in(signed_in)


@pytest.mark.parametrize("path", ["/en/me/sessions/end", "/en/me/sessions/end-others", "/en/sign-out"])
def test_forms_of_my_page_need_the_sessions_own_token(
    signed_in: Browser, new_browser: NewBrowser, people: list[Entry], path: str
) -> None:
    other = new_browser()
    other.sign_in(people[1].iin.digits)
    other.get("/en/me")
    for form in ({}, {"csrf_token": "0" * 64}, forms_of(other.page)["/en/sign-out"]):
        assert signed_in.client.post(path, data={"session": "x", **form}).status_code == 403
    assert is_signed_in(signed_in)


@pytest.mark.parametrize("path", ["/en/me/sessions/end", "/en/me/sessions/end-others"])
def test_without_a_session_nothing_can_be_posted_to_my_page(browser: Browser, path: str) -> None:
    assert browser.client.post(path, data={"session": "x"}).status_code == 401


def test_my_page_asks_strangers_to_sign_in_and_comes_back(browser: Browser, people: list[Entry]) -> None:
    assert browser.client.get("/kk/me").headers["location"] == "/kk/sign-in?next=%2Fkk%2Fme"


def test_the_corner_says_who_is_signed_in_and_is_kept_by_no_cache(signed_in: Browser, people: list[Entry]) -> None:
    response = signed_in.client.get("/en/me/corner", headers={"HX-Request": "true"})
    assert people[0].given_name in response.text
    assert "/en/sign-out" in forms_of(response.text)
    assert "<html" not in response.text
    assert response.headers["cache-control"] == "no-store"


def test_the_corner_offers_strangers_to_sign_in(browser: Browser) -> None:
    response = browser.client.get("/ru/me/corner")
    assert 'href="/ru/sign-in"' in response.text
    assert forms_of(response.text) == {}


def test_somebody_struck_off_the_register_is_told_so(signed_in: Browser, services: Services) -> None:
    with services.database.uow() as tx:
        tx.exec(delete(Resident).where(col(Resident.person_id).is_not(None)))
        tx.commit()
    assert signed_in.get("/en/me") == 200
    assert "You are no longer in the register" in signed_in.page
    assert signed_in.get("/en/me/corner") == 200


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 YaBrowser/24.10 Safari/537.36",
         "Yandex, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1 Version/17.6 Safari/604.1",
         "Safari, iOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0",
         "Edge, macOS"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_browsers_are_named_in_words_and_never_by_what_they_send(user_agent: str, words: str) -> None:
    assert rules.agent_in_words(user_agent) == words
