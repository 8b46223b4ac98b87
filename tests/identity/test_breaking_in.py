"""Signing in as somebody else, or finding out about others: what is tried, and that it fails."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import select
from tests.disk import Disk
from tests.identity.conftest import Browser, browser_code, forms_of

from egov_participation.clock import ManualClock
from egov_participation.identity import rules, service
from egov_participation.identity.keys import keys
from egov_participation.jobs import Job, Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services

NewBrowser = Callable[[], Browser]


def without_tokens(html: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", html)


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
        worker.do_due_jobs()
        page = browser.client.get("/en/sign-in/code").text
        code = forms_of(page)["/en/sign-in/code"] | {"code": "000000"}
        with statements() as tried:
            browser.client.post("/en/sign-in/code", data=code)
        work.append((begun, tried))
    # The first only opens the count of this network, which the others go on with.
    assert work[1] == work[2]
    assert not any("registry_resident" in statement for begun, tried in work for statement in begun + tried)


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
    browser: Browser, people: list[Entry], stranger: Entry, services: Services, disk: Disk
) -> None:
    browser.give_iin(stranger.iin.digits)
    browser.give_iin(people[0].iin.digits)
    code = browser.read_code()
    with services.database.read() as session:
        jobs = session.exec(select(Job)).all()
    assert not any(code in str(job.model_dump()) for job in jobs)
    content = disk.content()
    assert people[0].mail.encode() in content
    for iin in (people[0].iin.digits, stranger.iin.digits):
        assert iin.encode() not in content
    for token in browser.cookies.values():
        assert token.encode() not in content
