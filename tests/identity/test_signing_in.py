"""Signing in by an IIN and a mailed code, and what people try who should not get in."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import select
from starlette.testclient import TestClient
from tests.identity.conftest import Browser, forms_of

from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity import rules, service
from egov_participation.identity.keys import keys
from egov_participation.identity.models import LimitCount, LoginSession, SignIn
from egov_participation.identity.routes import routes
from egov_participation.identity.service import limits
from egov_participation.identity.service.tokens import new_token
from egov_participation.jobs import Job, Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.registry import fake
from egov_participation.registry.rules import Entry
from egov_participation.services import Services

NewBrowser = Callable[[], Browser]


def without_tokens(html: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", html)


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
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example".replace("%09", "\t"),
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:evil.example",
        "/" + "a" * 3000,
        "//evil.example:80@localhost/",
        "/kk/\u202e",
    ],
)
def test_nobody_is_led_to_another_site_by_next(browser: Browser, people: list[Entry], target: str) -> None:
    assert rules.safe_path(target, "/x") == "/x"
    page = browser.client.get("/en/sign-in", params={"next": target}).text
    assert forms_of(page)["/en/sign-in"]["next"] == "/en/me"
    # Nor by a form that was changed on its way.
    browser.get("/en/sign-in")
    browser.post("/en/sign-in", iin=people[0].iin.digits, next=target)
    browser.give_code(browser.read_code())
    assert browser.location == "/en/me"


def test_an_unknown_iin_gets_the_same_answers_and_no_mail(
    new_browser: NewBrowser, people: list[Entry], stranger: Entry, outbox: NullMailer, worker: Worker
) -> None:
    known, unknown = new_browser(), new_browser()
    assert known.give_iin(people[0].iin.digits) == unknown.give_iin(stranger.iin.digits) == 303
    assert known.location == unknown.location
    assert without_tokens(known.page) == without_tokens(unknown.page)
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [people[0].mail]
    right = browser_code(outbox)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(rules.CODE_TRIES + 1):
        assert known.give_code(wrong) == unknown.give_code(wrong) == 422
        assert without_tokens(known.page) == without_tokens(unknown.page)
        if "/en/sign-in/code" not in forms_of(known.page):
            break
    else:
        pytest.fail("the code can still be tried")


def browser_code(outbox: NullMailer) -> str:
    found = re.search(r"\b\d{6}\b", outbox.sent[-1].text)
    assert found is not None
    return found[0]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is run meanwhile, by any thread."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_requests_do_the_same_work_for_known_and_unknown(
    new_browser: NewBrowser, people: list[Entry], stranger: Entry, worker: Worker
) -> None:
    work = []
    for iin in (people[1].iin.digits, people[0].iin.digits, stranger.iin.digits):
        browser = new_browser()
        browser.get("/en/sign-in")
        form = forms_of(browser.page)["/en/sign-in"] | {"iin": iin}
        with statements() as begun:
            browser.client.post("/en/sign-in", data=form)
        worker.run_due()
        page = browser.client.get("/en/sign-in/code").text
        code = forms_of(page)["/en/sign-in/code"] | {"code": "000000"}
        with statements() as tried:
            browser.client.post("/en/sign-in/code", data=code)
        work.append((begun, tried))
    # The first only opens the count of this network, which the others go on with.
    assert work[1] == work[2]
    assert not any("registry_resident" in statement for begun, tried in work for statement in begun + tried)


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


def test_five_wrong_codes_end_it_even_for_the_right_one(browser: Browser, people: list[Entry]) -> None:
    browser.give_iin(people[0].iin.digits)
    right = browser.read_code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    form = forms_of(browser.page)["/en/sign-in/code"]
    for left in (4, 3, 2):
        assert browser.give_code(wrong) == 422
        assert f"You can try {left} more times" in browser.page
    assert browser.give_code(wrong) == 422
    assert "You can try once more" in browser.page
    assert browser.give_code(wrong) == 422
    assert "This code no longer works" in browser.page
    response = browser.client.post("/en/sign-in/code", data=form | {"code": right})
    assert response.status_code == 422
    assert browser.client.get("/en/me").status_code == 303


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


def test_guesses_sent_at_the_same_time_are_each_counted(services: Services, people: list[Entry]) -> None:
    ours = keys(services.settings.keys_dir)
    now = services.clock()
    with services.database.uow() as tx:
        service.begin(tx, ours, people[0].iin, browser="b" * 43, network="n", lang="en", next_path="/", now=now)
        tx.commit()

    def guess(number: int) -> service.SignedIn | service.Refused:
        with services.database.uow() as tx:
            outcome = service.enter_code(
                tx, ours, f"{number:06d}", browser="b" * 43, network="n", agent="", replaced=None, now=now
            )
            tx.commit()
        return outcome

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    left = sorted((outcome.tries_left for outcome in outcomes if isinstance(outcome, service.Refused)), reverse=True)
    assert left == [4, 3, 2, 1] + [0] * 20


def test_a_code_is_too_late_after_ten_minutes(browser: Browser, people: list[Entry], clock: ManualClock) -> None:
    browser.give_iin(people[0].iin.digits)
    right = browser.read_code()
    clock.advance(minutes=10)
    assert browser.give_code(right) == 422
    assert "This code no longer works" in browser.page


def test_a_code_works_once(new_browser: NewBrowser, people: list[Entry]) -> None:
    browser = new_browser()
    browser.give_iin(people[0].iin.digits)
    right = browser.read_code()
    before, form = browser.cookies, forms_of(browser.page)["/en/sign-in/code"] | {"code": right}
    assert browser.give_code(right) == 303
    replayer = new_browser()
    replayer.client.cookies.update(before)
    assert replayer.client.post("/en/sign-in/code", data=form).status_code == 422
    assert replayer.client.get("/en/me").status_code == 303


def test_a_code_works_only_in_the_browser_that_asked_for_it(new_browser: NewBrowser, people: list[Entry]) -> None:
    victim, thief = new_browser(), new_browser()
    victim.give_iin(people[0].iin.digits)
    code = victim.read_code()
    thief.give_iin(people[1].iin.digits)
    assert thief.give_code(code) == 422
    # Not even with the victim's form, which is bound to the victim's cookie.
    form = forms_of(victim.page)["/en/sign-in/code"] | {"code": code}
    assert thief.client.post("/en/sign-in/code", data=form).status_code == 403
    assert victim.give_code(code) == 303


def test_asking_again_makes_the_code_before_worthless(browser: Browser, people: list[Entry]) -> None:
    browser.give_iin(people[0].iin.digits)
    first = browser.read_code()
    assert browser.post("/en/sign-in/again") == 303
    assert "A new code is on its way" in browser.page
    second = browser.read_code()
    if first != second:
        assert browser.give_code(first) == 422
    assert browser.give_code(second) == 303


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


def test_a_browser_that_keeps_no_cookies_is_told_so(browser: Browser, people: list[Entry]) -> None:
    browser.get("/en/sign-in")
    form = forms_of(browser.page)["/en/sign-in"] | {"iin": people[0].iin.digits}
    browser.client.cookies.clear()
    response = browser.client.post("/en/sign-in", data=form)
    assert response.status_code == 403
    assert "Allow cookies for this site" in response.text


@pytest.mark.parametrize("path", ["/en/sign-in", "/en/sign-in/code", "/en/sign-in/again", "/en/sign-out"])
def test_another_site_cannot_post_these_forms(browser: Browser, people: list[Entry], path: str) -> None:
    browser.give_iin(people[0].iin.digits)
    form = forms_of(browser.page)["/en/sign-in/code"]
    for headers in (
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://booth.localhost", "Sec-Fetch-Site": "same-site"},
    ):
        assert browser.client.post(path, data=form, headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/en/sign-in", "/en/sign-in/code", "/en/sign-in/again"])
def test_a_form_made_for_another_browser_is_refused(new_browser: NewBrowser, people: list[Entry], path: str) -> None:
    browser, other = new_browser(), new_browser()
    browser.give_iin(people[0].iin.digits)
    other.give_iin(people[1].iin.digits)
    form = forms_of(other.page)["/en/sign-in/code"] | {"iin": people[0].iin.digits, "code": "000000"}
    assert browser.client.post(path, data=form).status_code == 403


def test_codes_for_one_iin_are_limited_alike_for_known_and_unknown(
    new_browser: NewBrowser, people: list[Entry], stranger: Entry, clock: ManualClock
) -> None:
    answers = []
    for iin in (people[0].iin.digits, stranger.iin.digits):
        for _ in range(rules.CODES_PER_HOUR.times):
            assert new_browser().give_iin(iin) == 303
        browser = new_browser()
        assert browser.give_iin(iin) == 429
        answers.append(browser.page)
        assert "Too many codes were asked for with this IIN" in browser.page
        assert iin not in browser.page
    assert answers[0] == answers[1]
    clock.advance(hours=1)
    assert new_browser().give_iin(people[0].iin.digits) == 303


def test_codes_for_one_iin_are_limited_over_a_day_too(
    services: Services, people: list[Entry], clock: ManualClock
) -> None:
    ours = keys(services.settings.keys_dir)

    def ask() -> None:
        now, browser = clock.advance(minutes=12), new_token()
        service.begin(tx, ours, people[0].iin, browser=browser, network="n", lang="en", next_path="/", now=now)

    with services.database.uow() as tx:
        for _ in range(rules.CODES_PER_DAY.times):
            ask()
        with pytest.raises(DomainError, match="today") as refusal:
            ask()
    assert (refusal.value.status, refusal.value.code) == (429, "sign_in.too_many")


def test_one_network_cannot_flood_mailboxes(services: Services, clock: ManualClock) -> None:
    ours = keys(services.settings.keys_dir)

    def begin(number: int, entry: Entry, network: str) -> None:
        service.begin(
            tx, ours, entry.iin, browser=f"{number:043}", network=network, lang="en", next_path="/", now=clock()
        )

    everybody = list(enumerate(fake.residents(rules.CODES_PER_NETWORK.times + 1)))
    with services.database.uow() as tx:
        for number, entry in everybody[:-1]:
            begin(number, entry, "192.0.2.1")
        with pytest.raises(DomainError, match="from your network"):
            begin(*everybody[-1], "192.0.2.1")
        begin(*everybody[-1], "192.0.2.2")


def test_a_limit_counts_each_one_apart_and_begins_anew_with_each_window(services: Services, clock: ManualClock) -> None:
    ours, limit = keys(services.settings.keys_dir), rules.Limit("test", 2, timedelta(minutes=10))
    with services.database.uow() as tx:
        assert [limits.take(tx, ours, limit, "a", clock()) for _ in range(4)] == [True, True, False, False]
        assert limits.take(tx, ours, limit, "b", clock())
        assert limits.take(tx, ours, replace(limit, name="other"), "a", clock())
        assert limits.take(tx, ours, limit, "a", clock.advance(minutes=10))
        tx.commit()
    with services.database.read() as session:
        assert {row.count for row in session.exec(select(LimitCount))} == {1, 2}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", "", True),
    ],
)
def test_an_ipv6_line_is_its_first_64_bits(one: str, other: str, same: bool) -> None:
    assert (rules.network_of(one) == rules.network_of(other)) is same


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


class BrokenMailer:
    def send(self, mail: Mail) -> None:
        raise OSError(f"refused: {mail.to} {mail.text}")


def test_nothing_that_is_logged_holds_an_iin_an_address_a_code_or_a_token(
    browser: Browser,
    people: list[Entry],
    stranger: Entry,
    services: Services,
    outbox: NullMailer,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = {people[0].iin.digits, stranger.iin.digits, people[0].mail, people[0].family_name}
    browser.give_iin(stranger.iin.digits)
    browser.give_iin("12345678901")
    browser.give_iin(people[0].iin.digits)
    Worker(replace(services, mailer=BrokenMailer())).run_due()
    browser.post("/en/sign-in/again")
    code = browser.read_code()
    browser.give_code("000000")
    browser.give_code(code)
    browser.get("/en/me")
    browser.post("/en/sign-out")
    secrets |= {code, *browser.cookies.values()}
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert "/sign-in" in logged
    assert "job.failed" in logged
    for secret in secrets:
        assert secret not in logged


def test_neither_the_iin_nor_the_code_is_legible_in_the_database(
    browser: Browser, people: list[Entry], stranger: Entry, services: Services, outbox: NullMailer
) -> None:
    browser.give_iin(stranger.iin.digits)
    browser.give_iin(people[0].iin.digits)
    code = browser.read_code()
    with services.database.read() as session:
        jobs = session.exec(select(Job)).all()
    assert not any(code in str(job.model_dump()) for job in jobs)
    path = Path(services.settings.database_url.removeprefix("sqlite:///"))
    content = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    for iin in (people[0].iin.digits, stranger.iin.digits):
        assert iin.encode() not in content
    for token in browser.cookies.values():
        assert token.encode() not in content


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
