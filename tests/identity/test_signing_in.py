"""Signing in by an IIN and a mailed code, as people do it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.identity.conftest import Browser, browser_code, forms_of

from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.identity import service
from egov_participation.identity.keys import keys
from egov_participation.identity.models import LoginSession, SignIn
from egov_participation.identity.routes import routes
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services
from egov_participation.throttle import LimitCount

NewBrowser = Callable[[], Browser]


def test_somebody_signs_in_with_the_code_from_the_mail(
    browser: Browser, people: list[Entry], outbox: NullMailer
) -> None:
    assert browser.sign_in(people[0].iin.digits) == 303
    assert browser.location == "/en/me"
    assert people[0].family_name in browser.page
    assert [mail.to for mail in outbox.sent] == [people[0].mail]
    assert not re.search(r"\d", outbox.sent[0].subject)


def test_the_iin_may_be_typed_with_spaces_and_so_may_the_code(browser: Browser, people: list[Entry]) -> None:
    digits = people[0].iin.digits
    assert browser.give_iin(f"{digits[:6]} {digits[6:]} ") == 303
    code = browser.read_code()
    assert browser.give_code(f"{code[:3]} {code[3:]}") == 303
    assert browser.location == "/en/me"


def test_after_signing_in_one_is_back_where_one_wanted_to_go(browser: Browser, people: list[Entry]) -> None:
    browser.get("/en/me")
    response = browser.client.get("/en/me")
    assert response.headers["location"] == "/en/sign-in?next=%2Fen%2Fme"
    browser.sign_in(people[0].iin.digits, "?next=/en/votes/abc/enter%3Fa%3D1")
    assert browser.location == "/en/votes/abc/enter?a=1"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter your IIN."),
        ("12345", "An IIN has 12 digits"),
        ("90010130012a", "An IIN consists of digits only"),
        ("900101300120", "One of the digits is mistyped"),
        ("909901300120", "it should begin with your date of birth"),
    ],
)
def test_a_mistyped_iin_comes_back_filled_in_with_a_sentence_at_the_field(
    browser: Browser, typed: str, sentence: str
) -> None:
    assert browser.give_iin(typed, "?next=/en/votes") == 422
    assert browser.page.count(sentence) == 2  # in the summary, which links to the field, and at the field
    assert 'href="#iin"' in browser.page
    assert "<title>Error:" in browser.page
    fields = forms_of(browser.page)["/en/sign-in"]
    assert (fields["iin"], fields["next"]) == (typed, "/en/votes")


def test_a_post_without_any_field_is_answered_like_an_empty_one(browser: Browser) -> None:
    browser.get("/en/sign-in")
    token = forms_of(browser.page)["/en/sign-in"]["browser"]
    response = browser.client.post("/en/sign-in", data={"browser": token})
    assert response.status_code == 422
    assert "Enter your IIN." in response.text


def test_fields_tell_phones_which_keyboard_and_which_memory_to_offer(browser: Browser, people: list[Entry]) -> None:
    browser.give_iin(people[0].iin.digits)
    assert 'autocomplete="one-time-code" inputmode="numeric"' in browser.page
    browser.get("/en/sign-in")
    assert 'autocomplete="off" inputmode="numeric"' in browser.page


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12a456", "١٢٣٤٥٦"])
def test_what_cannot_be_a_code_is_corrected_without_costing_a_try(
    browser: Browser, people: list[Entry], services: Services, typed: str
) -> None:
    browser.give_iin(people[0].iin.digits)
    right = browser.read_code()
    assert browser.give_code(typed) == 422
    with services.database.read() as session:
        assert session.exec(select(SignIn)).one().tries == 0
    assert browser.give_code(right) == 303


def test_asking_again_without_having_begun_leads_to_the_beginning(browser: Browser, people: list[Entry]) -> None:
    browser.give_iin(people[0].iin.digits)
    page = browser.page
    browser.give_code(browser.read_code())
    browser.get("/en/sign-in?fresh=1")
    form = forms_of(browser.page)["/en/sign-in"]
    response = browser.client.post("/en/sign-in/again", data=form)
    assert response.headers["location"] == "/en/sign-in"
    assert "/en/sign-in/again" in forms_of(page)


def test_the_code_page_without_a_sign_in_under_way_leads_to_the_beginning(browser: Browser) -> None:
    assert browser.client.get("/en/sign-in/code").headers["location"] == "/en/sign-in"


def test_a_job_done_twice_mails_a_second_code_and_the_first_no_longer_works(
    browser: Browser, people: list[Entry], services: Services, outbox: NullMailer
) -> None:
    browser.give_iin(people[0].iin.digits)
    first = browser.read_code()
    with services.database.read() as session:
        attempt = session.exec(select(SignIn)).one().attempt
    service.send_code(services, keys(services.settings.keys_dir), attempt)
    assert len(outbox.sent) == 2
    second = browser_code(outbox)
    if first != second:
        assert browser.give_code(first) == 422
    assert browser.give_code(second) == 303


def test_what_has_expired_is_deleted(
    browser: Browser, people: list[Entry], services: Services, worker: Worker, clock: ManualClock
) -> None:
    browser.sign_in(people[0].iin.digits)
    browser.client.cookies.clear()
    browser.give_iin(people[1].iin.digits)
    clock.advance(minutes=5)
    worker.run_due()
    with services.database.read() as session:
        assert [len(session.exec(select(model)).all()) for model in (SignIn, LoginSession)] == [1, 1]
    clock.advance(days=1, minutes=1)
    worker.run_due()
    with services.database.read() as session:
        for model in (SignIn, LoginSession, LimitCount):
            assert session.exec(select(model)).all() == []


def test_pages_of_signing_in_are_kept_by_no_cache(browser: Browser, people: list[Entry]) -> None:
    browser.give_iin(people[0].iin.digits)
    for path in ("/en/sign-in", "/en/sign-in/code"):
        assert browser.client.get(path).headers["cache-control"] == "no-store"


def test_somebody_signed_in_is_not_asked_again_unless_a_page_needs_it(browser: Browser, people: list[Entry]) -> None:
    browser.sign_in(people[0].iin.digits)
    assert browser.client.get("/en/sign-in?next=/en/votes").headers["location"] == "/en/votes"
    assert browser.get("/en/sign-in?fresh=1&next=/en/votes") == 200
    assert "Confirm that it is you" in browser.page


def test_over_https_the_cookies_are_bound_to_the_host(
    services: Services, people: list[Entry], outbox: NullMailer, clock: ManualClock
) -> None:
    settings = services.settings.model_copy(
        update={"base_url": "https://vote.example", "booth_url": "https://booth.example"}
    )
    secure = create_services(settings, database=services.database, clock=clock, mailer=outbox)
    client = TestClient(
        create_app(settings, services=secure, routes=routes),
        base_url="https://vote.example",
        headers={"Origin": "https://vote.example", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
        follow_redirects=False,
    )
    page = client.get("/en/sign-in")
    assert_bound(page.headers["set-cookie"], "__Host-before")
    form = forms_of(page.text)["/en/sign-in"] | {"iin": people[0].iin.digits}
    client.post("/en/sign-in", data=form)
    Worker(secure).run_due()
    code_page = client.get("/en/sign-in/code")
    form = forms_of(code_page.text)["/en/sign-in/code"] | {"code": browser_code(outbox)}
    cookies = client.post("/en/sign-in/code", data=form).headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert_bound(cookies[0], "__Host-session")


def assert_bound(cookie: str, name: str) -> None:
    parts = [part.strip().lower() for part in cookie.split(";")]
    assert parts[0].startswith(f"{name}=".lower())
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(parts)
    assert not any(part.startswith("domain") for part in parts)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_mail_and_the_pages_are_in_the_language_of_the_page(
    browser: Browser, people: list[Entry], outbox: NullMailer, worker: Worker, lang: str
) -> None:
    browser.get(f"/{lang}/sign-in")
    assert f'<html lang="{lang}"' in browser.page
    assert browser.post(f"/{lang}/sign-in", iin=people[0].iin.digits) == 303
    assert browser.location == f"/{lang}/sign-in/code"
    worker.run_due()
    words = {"kk": "Кіру коды", "ru": "Код для входа", "en": "Your code for signing in"}
    assert words[lang] in outbox.sent[0].subject
    assert browser.post(f"/{lang}/sign-in/code", code=browser_code(outbox)) == 303
    assert browser.location == f"/{lang}/me"
