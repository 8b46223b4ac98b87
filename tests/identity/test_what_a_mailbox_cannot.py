"""Whoever reads somebody's mails has a level 1 session: what that leaves behind ends with the first passkey or app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select
from tests.identity.conftest import Browser, forms_of
from tests.identity.test_second_step import APP, CODES, RECOVER, SECOND, codes_on_paper, session, set_up, wrong
from tests.officials import add_passkey

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity import rules, service
from egov_participation.identity.keys import IdentityKeys, keys
from egov_participation.identity.models import AddressChange, Passkey, RecoveryCode, Totp
from egov_participation.identity.service import apps, passkeys, recovery
from egov_participation.registry.rules import Entry
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.throttle import throttle

NewBrowser = Callable[[], Browser]


@pytest.fixture
def person(browser: Browser, people: list[Entry], services: Services) -> SessionInfo:
    """Signed in with a mailed code in `browser`, with nothing else to sign in with."""
    browser.sign_in(people[0].iin.digits)
    return session(services, browser)


@pytest.fixture
def ours(services: Services) -> IdentityKeys:
    return keys(services.settings.keys_dir)


def enrol(services: Services, person: SessionInfo, level: int) -> None:
    """Store a passkey as the desk does, or as its owner does."""
    new = passkeys.NewPasskey(b"credential", b"key", 0, synced=False)
    registration = service.Registration(person.person_id, person.token_hash, level=level)
    with services.database.uow() as tx:
        service.store_passkey(tx, services, registration, new, "Key", services.clock())
        tx.commit()


# -- recovery codes ----------------------------------------------------------------------------------------------------


def test_recovery_codes_are_not_made_where_there_is_nothing_to_recover(
    browser: Browser, person: SessionInfo, services: Services
) -> None:
    browser.get("/en/me")
    refused = browser.client.post(CODES, data=forms_of(browser.page)["/en/sign-out"])

    assert refused.status_code == 409
    assert "First add a passkey or an app" in refused.text
    with services.database.read() as db:
        assert not db.exec(select(RecoveryCode)).all()


@pytest.mark.parametrize("first", ["app", "passkey", "desk"])
def test_codes_from_before_the_first_passkey_or_app_end_with_it(
    browser: Browser, person: SessionInfo, services: Services, clock: ManualClock, first: str
) -> None:
    with services.database.uow() as tx:
        tx.add(RecoveryCode(person_id=person.person_id, selector="2222", hash="", created_at=clock()))
        tx.commit()

    if first == "app":
        set_up(browser, clock)
        assert browser.location == f"{CODES}?done=app-added"
    else:
        enrol(services, person, rules.IN_PERSON if first == "desk" else rules.OWN_FACTOR)

    with services.database.read() as db:
        assert not db.exec(select(RecoveryCode)).all()


def test_codes_stay_when_a_second_way_of_signing_in_is_added(
    browser: Browser, person: SessionInfo, services: Services, clock: ManualClock
) -> None:
    set_up(browser, clock)
    codes_on_paper(browser)
    enrol(services, person, rules.IN_PERSON)
    with services.database.read() as db:
        assert len(db.exec(select(RecoveryCode)).all()) == rules.RECOVERY_CODES


def test_a_recovery_code_takes_no_passkey_away_that_was_enrolled_in_person(
    browser: Browser, person: SessionInfo, services: Services, clock: ManualClock
) -> None:
    set_up(browser, clock)
    code = codes_on_paper(browser)[0]
    with services.database.uow() as tx:
        key = add_passkey(tx, person.person_id, clock(), level=rules.IN_PERSON)
        tx.commit()
    browser.get(f"{RECOVER}?next=/en/me")
    assert browser.post(RECOVER, recovery=code) == 303

    page = f"/en/me/security/passkeys/{key}"
    browser.get(page)
    assert "a service centre enrols another one" in browser.page
    refused = browser.client.post(f"{page}/remove", data=forms_of(browser.page)[f"{page}/name"])

    assert refused.status_code == 403
    with services.database.read() as db:
        assert db.get(Passkey, key) is not None


# -- wrong codes -------------------------------------------------------------------------------------------------------


def enter(services: Services, ours: IdentityKeys, person: SessionInfo, code: str, network: str) -> str | None:
    with services.database.uow() as tx:
        token = apps.enter(tx, ours, person, code, services.clock(), network=network)
        tx.commit()
    return token


def test_a_thief_of_the_mailbox_does_not_shut_the_owner_out_by_wrong_codes(
    browser: Browser,
    person: SessionInfo,
    new_browser: NewBrowser,
    people: list[Entry],
    services: Services,
    ours: IdentityKeys,
    clock: ManualClock,
) -> None:
    app = set_up(browser, clock)
    thief = new_browser()
    thief.sign_in(people[0].iin.digits)
    theirs = session(services, thief)
    for _ in range(rules.SECOND_PER_HOUR.times):
        assert enter(services, ours, theirs, wrong(app, clock), "192.0.2.1") is None
    with pytest.raises(DomainError) as refused:
        enter(services, ours, theirs, wrong(app, clock), "192.0.2.1")
    assert refused.value.code == "sign_in.too_many"

    assert enter(services, ours, session(services, browser), app.at(clock()), "198.51.100.7") is not None


def test_from_all_lines_together_wrong_codes_have_an_end(
    browser: Browser, person: SessionInfo, services: Services, ours: IdentityKeys, clock: ManualClock
) -> None:
    app = set_up(browser, clock)
    owner = session(services, browser)
    lines = rules.SECOND_TOTAL.times // rules.SECOND_PER_HOUR.times
    for line in range(lines):
        for _ in range(rules.SECOND_PER_HOUR.times):
            assert enter(services, ours, owner, wrong(app, clock), f"10.{line}.0.1") is None
    with pytest.raises(DomainError) as refused:
        enter(services, ours, owner, app.at(clock()), "10.200.0.1")
    assert refused.value.code == "sign_in.too_many"


def test_a_right_recovery_code_is_not_counted_as_a_wrong_one(
    browser: Browser, person: SessionInfo, services: Services, ours: IdentityKeys, clock: ManualClock
) -> None:
    set_up(browser, clock)
    codes = codes_on_paper(browser)
    token = browser.cookies["session"]

    def try_code(code: str) -> str | None:
        info = services.load_session(services, Site.MAIN, token)
        assert info is not None
        return recovery.enter(services, ours, info, code, network="192.0.2.1")

    for _ in range(rules.SECOND_PER_HOUR.times - 1):
        assert try_code("2222-2222-2222") is None
    for code in codes[:3]:
        raised = try_code(code)
        assert raised is not None
        token = raised


def test_what_is_given_back_was_counted_once(services: Services, clock: ManualClock) -> None:
    limits = throttle(services.settings.keys_dir)
    with services.database.uow() as tx:
        limits.give_back(tx, rules.SECOND_TOTAL, "nobody", clock())
        for _ in range(rules.SECOND_TOTAL.times):
            limits.take(tx, rules.SECOND_TOTAL, "somebody", clock())
        limits.give_back(tx, rules.SECOND_TOTAL, "somebody", clock())
        limits.take(tx, rules.SECOND_TOTAL, "somebody", clock())
        with pytest.raises(DomainError):
            limits.check(tx, rules.SECOND_TOTAL, "somebody", clock())


# -- sessions ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(
    browser: Browser, person: SessionInfo, new_browser: NewBrowser, people: list[Entry], clock: ManualClock
) -> tuple[Browser, Browser]:
    """Two other browsers of the person, whose app is set up: one signed in with the app, one with a mail alone."""
    app: pyotp.TOTP = set_up(browser, clock)
    with_app, with_mail = new_browser(), new_browser()
    with_app.sign_in(people[0].iin.digits)
    assert with_app.post(SECOND, code=app.at(clock())) == 303
    with_mail.sign_in(people[0].iin.digits)
    return with_app, with_mail


def is_alive(services: Services, browser: Browser) -> bool:
    return services.load_session(services, Site.MAIN, browser.cookies["session"]) is not None


def test_with_the_app_end_the_sessions_that_it_opened_and_no_others(
    elsewhere: tuple[Browser, Browser], browser: Browser, services: Services
) -> None:
    with_app, with_mail = elsewhere
    browser.get(APP)
    assert browser.post(f"{APP}/remove") == 303

    assert [is_alive(services, each) for each in (browser, with_app, with_mail)] == [True, False, True]


def test_after_a_recovery_code_every_other_session_has_ended(
    elsewhere: tuple[Browser, Browser], browser: Browser, services: Services
) -> None:
    with_app, with_mail = elsewhere
    code = codes_on_paper(browser)[0]
    with_mail.get(RECOVER)
    assert with_mail.post(RECOVER, recovery=code) == 303

    assert [is_alive(services, each) for each in (browser, with_app, with_mail)] == [False, False, True]


# -- the address and the number of passkeys ----------------------------------------------------------------------------


def ask_for_address(services: Services, person: SessionInfo) -> None:
    """A change of address that is confirmed already."""
    now = services.clock()
    with services.database.read() as db:
        found = services.registry.get(db, person.person_id)
    with services.database.uow() as tx:
        service.ask_for_address(
            tx,
            services.settings.keys_dir,
            throttle(services.settings.keys_dir),
            person,
            found,
            "thief@mail.example",
            now,
        )
        tx.flush()
        row = tx.get(AddressChange, person.person_id)
        assert row is not None
        row.confirmed_at = now
        tx.commit()


def mail_of(services: Services, person: SessionInfo) -> str:
    with services.database.read() as db:
        found = services.registry.get(db, person.person_id)
    assert found is not None
    return found.mail


def test_a_change_of_address_that_a_mailed_code_began_ends_with_the_first_passkey(
    person: SessionInfo, services: Services, clock: ManualClock
) -> None:
    ask_for_address(services, person)
    enrol(services, person, rules.OWN_FACTOR)
    with services.database.read() as db:
        assert not db.exec(select(AddressChange)).all()


def test_it_is_looked_at_again_when_its_time_has_come(
    person: SessionInfo, people: list[Entry], services: Services, clock: ManualClock
) -> None:
    ask_for_address(services, person)
    with services.database.uow() as tx:
        tx.add(Totp(person_id=person.person_id, public_id="1", sealed=b"", last_step=0, created_at=clock()))
        tx.commit()
    clock.advance(hours=73)
    service.change_due_addresses(services)

    assert mail_of(services, person) == people[0].mail
    with services.database.read() as db:
        assert not db.exec(select(AddressChange)).all()


def test_a_change_that_an_app_confirmed_is_carried_out(
    browser: Browser, person: SessionInfo, services: Services, clock: ManualClock
) -> None:
    set_up(browser, clock)
    ask_for_address(services, session(services, browser))
    enrol(services, person, rules.IN_PERSON)
    clock.advance(hours=73)
    service.change_due_addresses(services)
    assert mail_of(services, person) == "thief@mail.example"


def test_more_passkeys_than_can_be_kept_are_not_stored_either(
    person: SessionInfo, services: Services, clock: ManualClock
) -> None:
    with services.database.uow() as tx:
        for _ in range(rules.MAX_PASSKEYS):
            add_passkey(tx, person.person_id, clock() - timedelta(days=1))
        tx.commit()
    with pytest.raises(DomainError) as refused:
        enrol(services, person, rules.IN_PERSON)
    assert refused.value.code == "passkey.too_many"
