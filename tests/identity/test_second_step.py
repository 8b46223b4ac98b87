"""The app with codes and the recovery codes: set up, asked for, used once; and what a mailed code alone cannot do."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from nacl.exceptions import CryptoError
from sqlmodel import select
from tests.identity.conftest import Browser, forms_of

from egov_participation.clock import ManualClock
from egov_participation.i18n import translate
from egov_participation.identity import rules
from egov_participation.identity.keys import keys
from egov_participation.identity.models import LoginSession, RecoveryCode, Totp
from egov_participation.identity.service import apps, notifying, recovery
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.settings import Settings

NewBrowser = Callable[[], Browser]
SECURITY, APP, NEW_APP, CODES = (
    "/en/me/security",
    "/en/me/security/app",
    "/en/me/security/app/new",
    "/en/me/security/recovery",
)
SECOND, RECOVER = "/en/sign-in/app", "/en/sign-in/recovery"


def set_up(browser: Browser, clock: ManualClock) -> pyotp.TOTP:
    """Set an app up as a person does who types the key."""
    browser.get(APP)
    assert browser.post(APP) == 303
    assert browser.location == NEW_APP
    found = re.search(r"secret=([A-Z2-7]+)", browser.page)
    assert found is not None
    app = pyotp.TOTP(found[1])
    assert browser.post(NEW_APP, code=app.at(clock())) == 303
    clock.advance(seconds=30)
    return app


def wrong(app: pyotp.TOTP, clock: ManualClock) -> str:
    """Six digits that the app shows at no time around now."""
    near = {app.at(clock(), counter_offset=offset) for offset in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)


def session(services: Services, browser: Browser) -> SessionInfo:
    found = services.load_session(services, Site.MAIN, browser.cookies["session"])
    assert found is not None
    return found


@pytest.fixture
def app_of_owner(browser: Browser, people: list[Entry], clock: ManualClock) -> pyotp.TOTP:
    """The owner, in `browser`, has set up an app."""
    browser.sign_in(people[0].iin.digits)
    return set_up(browser, clock)


def codes_on_paper(browser: Browser) -> list[str]:
    browser.get(CODES)
    assert browser.post(CODES) == 200
    return re.findall(r"<code class=\"egov-grouped\">([a-z0-9-]+)</code>", browser.page)


def test_somebody_sets_up_an_app_and_is_asked_for_its_code_after_the_mailed_one(
    app_of_owner: pyotp.TOTP,
    browser: Browser,
    new_browser: NewBrowser,
    people: list[Entry],
    services: Services,
    clock: ManualClock,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    assert session(services, browser).assurance == 2
    worker.run_due()
    assert outbox.sent[-1].to == people[0].mail
    assert translate(people[0].language, notifying.APP_ADDED.paragraphs[0]) in outbox.sent[-1].text
    elsewhere = new_browser()
    assert elsewhere.sign_in(people[0].iin.digits, "?next=/en/votes") == 303
    assert elsewhere.location == f"{SECOND}?next=%2Fen%2Fvotes"
    assert session(services, elsewhere).assurance == 1
    before = elsewhere.cookies["session"]
    assert elsewhere.post(SECOND, code=app_of_owner.at(clock())) == 303
    assert elsewhere.location == "/en/votes"
    assert session(services, elsewhere).assurance == 2
    assert elsewhere.cookies["session"] != before
    assert services.load_session(services, Site.MAIN, before) is None


@pytest.mark.parametrize(
    ("asked", "led"), [("/en/votes", "/en/votes"), ("/en/office/trail", "/en/me"), ("/en/office", "/en/me")]
)
def test_whoever_goes_on_without_the_app_stays_at_level_one_and_is_not_led_to_a_refusal(
    app_of_owner: pyotp.TOTP,
    new_browser: NewBrowser,
    people: list[Entry],
    services: Services,
    asked: str,
    led: str,
) -> None:
    elsewhere = new_browser()
    elsewhere.sign_in(people[0].iin.digits, f"?next={asked}")
    assert f'href="{led}">Go on without it' in elsewhere.page
    assert elsewhere.get("/en/me") == 200
    assert session(services, elsewhere).assurance == 1


def test_a_code_of_the_app_works_once_and_only_near_its_time(
    app_of_owner: pyotp.TOTP, new_browser: NewBrowser, people: list[Entry], clock: ManualClock
) -> None:
    code, early = app_of_owner.at(clock()), app_of_owner.at(clock(), counter_offset=2)
    first, second = new_browser(), new_browser()
    for browser in (first, second):
        browser.sign_in(people[0].iin.digits)
    assert first.post(SECOND, code=early) == 422
    assert first.post(SECOND, code=code) == 303
    assert second.post(SECOND, code=code) == 422
    assert "was used already" in second.page
    clock.advance(seconds=30)
    assert second.post(SECOND, code=app_of_owner.at(clock(), counter_offset=-1)) == 422
    assert second.post(SECOND, code=f" {app_of_owner.at(clock())[:3]} {app_of_owner.at(clock())[3:]} ") == 303


def test_of_many_who_enter_the_same_code_at_the_same_moment_one_gets_in(
    app_of_owner: pyotp.TOTP, new_browser: NewBrowser, people: list[Entry], services: Services, clock: ManualClock
) -> None:
    browsers = [new_browser() for _ in range(4)]
    for browser in browsers:
        browser.sign_in(people[0].iin.digits)
    infos = [session(services, browser) for browser in browsers]
    code = app_of_owner.at(clock())

    def enter(info: SessionInfo) -> str | None:
        with services.database.uow() as tx:
            token = apps.enter(tx, keys(services.settings.keys_dir), info, code, clock(), network="here")
            tx.commit()
        return token

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(enter, infos))
    assert sum(token is not None for token in tokens) == 1


def test_wrong_codes_are_counted_for_the_person_from_everywhere(
    app_of_owner: pyotp.TOTP, new_browser: NewBrowser, people: list[Entry], clock: ManualClock
) -> None:
    tries = rules.SECOND_PER_HOUR.times
    first, second = new_browser(), new_browser()
    for browser in (first, second):
        browser.sign_in(people[0].iin.digits)
    page = forms_of(first.page)[SECOND]
    for _ in range(tries):
        assert first.client.post(SECOND, data=page | {"code": wrong(app_of_owner, clock)}).status_code == 422
    assert second.post(SECOND, code=app_of_owner.at(clock())) == 429
    clock.advance(hours=1)
    second.sign_in(people[0].iin.digits)
    assert second.post(SECOND, code=app_of_owner.at(clock())) == 303


@pytest.mark.sqlite
@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６"])
def test_what_is_no_code_comes_back_with_a_sentence_and_is_not_counted(
    app_of_owner: pyotp.TOTP, new_browser: NewBrowser, people: list[Entry], code: str
) -> None:
    elsewhere = new_browser()
    elsewhere.sign_in(people[0].iin.digits, "?next=/en/votes")
    assert elsewhere.post(SECOND, code=code) == 422
    assert "There is a problem" in elsewhere.page
    assert forms_of(elsewhere.page)[SECOND]["next"] == "/en/votes"


def test_a_wrong_first_code_sets_nothing_up(
    browser: Browser, people: list[Entry], services: Services, clock: ManualClock
) -> None:
    browser.sign_in(people[0].iin.digits)
    browser.get(APP)
    browser.post(APP)
    found = re.search(r"secret=([A-Z2-7]+)", browser.page)
    assert found is not None
    assert browser.post(NEW_APP, code=wrong(pyotp.TOTP(found[1]), clock)) == 422
    # The same secret is shown again: what was scanned stays right.
    assert f"secret={found[1]}" in browser.page
    with services.database.read() as db:
        assert not db.exec(select(Totp)).all()
    clock.advance(minutes=9)
    assert browser.get(NEW_APP) == 200


def test_the_secret_is_not_in_the_database_as_it_is_and_opens_for_its_owner_alone(
    app_of_owner: pyotp.TOTP, services: Services, settings: Settings
) -> None:
    with services.database.read() as db:
        row = db.exec(select(Totp)).one()
    assert app_of_owner.secret.encode() not in row.sealed
    assert apps.open_sealed(keys(settings.keys_dir), row.person_id, row.sealed) == app_of_owner.secret
    with pytest.raises(CryptoError):
        apps.open_sealed(keys(settings.keys_dir), "0" * 32, row.sealed)


def test_the_app_is_removed_by_its_owner_and_not_by_a_mailed_code(
    app_of_owner: pyotp.TOTP, browser: Browser, new_browser: NewBrowser, people: list[Entry], services: Services
) -> None:
    reader_of_mails = new_browser()
    reader_of_mails.sign_in(people[0].iin.digits)
    reader_of_mails.get("/en/me")
    csrf = forms_of(reader_of_mails.page)["/en/sign-out"]
    assert reader_of_mails.client.post(f"{APP}/remove", data=csrf).status_code == 403
    assert reader_of_mails.client.post(APP, data=csrf).status_code == 403
    browser.get(APP)
    assert browser.post(f"{APP}/remove") == 303
    with services.database.read() as db:
        assert not db.exec(select(Totp)).all()


def test_ten_recovery_codes_are_shown_once_and_only_their_hashes_are_kept(
    app_of_owner: pyotp.TOTP, browser: Browser, services: Services
) -> None:
    codes = codes_on_paper(browser)
    assert len(set(codes)) == rules.RECOVERY_CODES
    browser.get(CODES)
    assert not any(code in browser.page for code in codes)
    with services.database.read() as db:
        rows = db.exec(select(RecoveryCode)).all()
    assert all(row.hash.startswith("$argon2id$v=19$m=1024,") for row in rows)
    assert not any(code.replace("-", "")[4:] in row.hash for code in codes for row in rows)


def test_outside_of_tests_a_hash_takes_64_mebibytes() -> None:
    assert Settings().argon2_mib == 64


def test_a_recovery_code_lets_in_whoever_lost_the_device_once_and_they_are_told(
    app_of_owner: pyotp.TOTP,
    browser: Browser,
    new_browser: NewBrowser,
    people: list[Entry],
    services: Services,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    code = codes_on_paper(browser)[3]
    finder = new_browser()
    finder.sign_in(people[0].iin.digits)
    finder.get(RECOVER)
    assert finder.post(RECOVER, recovery=f" {code.upper().replace('-', ' ')} ") == 303
    assert finder.location == f"{SECURITY}?done=recovered"
    assert "9 codes are left" in finder.page
    worker.run_due()
    told = translate(people[0].language, notifying.RECOVERY_USED.paragraphs[0], left="9")
    assert told in outbox.sent[-1].text
    finder.get(APP)
    assert finder.post(f"{APP}/remove") == 303
    again = new_browser()
    again.sign_in(people[0].iin.digits)
    again.get(RECOVER)
    assert again.post(RECOVER, recovery=code) == 422


def test_the_same_recovery_code_at_the_same_moment_lets_one_in(
    app_of_owner: pyotp.TOTP, browser: Browser, new_browser: NewBrowser, people: list[Entry], services: Services
) -> None:
    code = codes_on_paper(browser)[0]
    browsers = [new_browser() for _ in range(4)]
    for other in browsers:
        other.sign_in(people[0].iin.digits)
    infos = [session(services, other) for other in browsers]
    with ThreadPoolExecutor(4) as pool:
        tokens = list(
            pool.map(
                lambda info: recovery.enter(services, keys(services.settings.keys_dir), info, code, network="here"),
                infos,
            )
        )
    assert sum(token is not None for token in tokens) == 1


def test_wrong_recovery_codes_are_counted_apart_from_wrong_codes_of_the_app(
    app_of_owner: pyotp.TOTP, browser: Browser, new_browser: NewBrowser, people: list[Entry], clock: ManualClock
) -> None:
    code = codes_on_paper(browser)[0]
    guesser = new_browser()
    guesser.sign_in(people[0].iin.digits)
    guesser.get(RECOVER)
    form = forms_of(guesser.page)[RECOVER]
    guesses = [code[:5] + "2222-2222", "2222-2222-2222"] * 5
    assert [guesser.client.post(RECOVER, data=form | {"recovery": guess}).status_code for guess in guesses] == [
        422
    ] * 10
    assert guesser.client.post(RECOVER, data=form | {"recovery": code}).status_code == 429
    guesser.get(f"{SECOND}")
    assert guesser.post(SECOND, code=app_of_owner.at(clock())) == 303


def test_new_recovery_codes_end_the_old_ones_and_a_mailed_code_makes_none(
    app_of_owner: pyotp.TOTP, browser: Browser, new_browser: NewBrowser, people: list[Entry]
) -> None:
    old = codes_on_paper(browser)
    new = codes_on_paper(browser)
    assert not set(old) & set(new)
    reader = new_browser()
    reader.sign_in(people[0].iin.digits)
    reader.get("/en/me")
    assert reader.client.post(CODES, data=forms_of(reader.page)["/en/sign-out"]).status_code == 403
    reader.get(RECOVER)
    assert reader.post(RECOVER, recovery=old[0]) == 422
    assert reader.post(RECOVER, recovery=new[0]) == 303


def test_recovery_codes_go_with_the_last_thing_that_they_could_recover(
    app_of_owner: pyotp.TOTP, browser: Browser, services: Services
) -> None:
    codes_on_paper(browser)
    browser.get(APP)
    browser.post(f"{APP}/remove")
    with services.database.read() as db:
        assert not db.exec(select(RecoveryCode)).all()


def test_hashing_recovery_codes_holds_up_no_other_writer(
    app_of_owner: pyotp.TOTP, browser: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a code is compared, another thread writes: the writer lane is free."""
    code = codes_on_paper(browser)[0]
    info = session(services, browser)
    matches = recovery._matches

    def write_meanwhile(hashed: str, secret: str) -> bool:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(services.database.check_writable).result(timeout=240)
        return matches(hashed, secret)

    monkeypatch.setattr(recovery, "_matches", write_meanwhile)
    assert recovery.enter(services, keys(services.settings.keys_dir), info, code, network="here") is not None


def test_a_session_that_rises_keeps_its_age_and_its_time_of_sign_in(
    app_of_owner: pyotp.TOTP, new_browser: NewBrowser, people: list[Entry], services: Services, clock: ManualClock
) -> None:
    elsewhere = new_browser()
    elsewhere.sign_in(people[0].iin.digits)
    before = session(services, elsewhere)
    clock.advance(minutes=5)
    elsewhere.get(SECOND)
    assert elsewhere.post(SECOND, code=app_of_owner.at(clock())) == 303
    after = session(services, elsewhere)
    assert (after.signed_in_at, after.created_at) == (before.signed_in_at, before.created_at)
    with services.database.read() as db:
        assert db.get(LoginSession, before.token_hash) is None
