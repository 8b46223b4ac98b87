"""Passkeys in Chromium, with a virtual authenticator: the browser itself reads our options, and we its answers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect
from tests.browser.booth import code_in
from tests.browser.conftest import NewPage
from tests.identity.conftest import browser_code
from tests.officials import add_passkey

from egov_participation.actions import Capacity, Role
from egov_participation.clock import ManualClock
from egov_participation.identity.models import LoginSession
from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.identity.service.tokens import hash_token
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.roles import service as roles
from egov_participation.services import Services

Device = tuple[CDPSession, str]


def device(page: Page, **options: Any) -> Device:
    """A virtual authenticator in the page's browser, and its id."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    told = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": told | options})
    return cdp, made["authenticatorId"]


@pytest.fixture
def people(services: Services, clock: ManualClock) -> list[Entry]:
    entries = list(fake.residents(2))
    with services.database.uow() as tx:
        add_residents(
            tx, IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir), entries, clock()
        )
        tx.commit()
    return entries


def sign_in_by_mail(page: Page, live: Services, iin: str, worker: Worker, outbox: NullMailer, lang: str = "en") -> None:
    page.goto(f"{live.settings.base_url}/{lang}/sign-in")
    page.locator("#iin").fill(iin)
    page.locator("form[action$='/sign-in'] button").click()
    page.wait_for_url("**/sign-in/code")
    worker.run_due()
    page.locator("#code").fill(browser_code(outbox))
    page.locator("form[action$='/sign-in/code'] button").click()
    page.wait_for_url(f"{live.settings.base_url}/{lang}/me")


def test_a_passkey_is_added_used_renamed_and_removed(
    live_server: Services, new_page: NewPage, people: list[Entry], worker: Worker, outbox: NullMailer
) -> None:
    base = live_server.settings.base_url
    page = new_page("en")
    cdp, authenticator = device(page)
    sign_in_by_mail(page, live_server, people[0].iin.digits, worker, outbox)
    page.goto(f"{base}/en/me/security/passkeys/new")
    expect(page.get_by_text("This browser cannot make passkeys")).to_be_hidden()
    page.get_by_label("Name of the passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/me/security/recovery?done=passkey-added")
    held = cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert [(key["rpId"], key["isResidentCredential"]) for key in held] == [("localhost", True)]

    # Without IIN and code, and twice: the counter has grown.
    for _ in range(2):
        page.context.clear_cookies()
        page.goto(f"{base}/en/sign-in?next=/en/me/security")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{base}/en/me/security")
    expect(page.get_by_text("level 2 of 3")).to_be_visible()

    # The device has one already, and says so.
    page.goto(f"{base}/en/me/security/passkeys/new")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This device has a passkey for you already. Use another device, or sign in with the one you have."
    )

    page.goto(f"{base}/en/me/security")
    page.get_by_role("link", name="Rename or remove").click()
    page.get_by_label("Name of the passkey").fill("Work phone")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Rename or remove (Work phone)").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()
    page.goto(f"{base}/en/sign-in?fresh=1")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted.")).to_be_visible()


def test_a_device_without_a_passkey_and_a_finger_that_does_not_fit_are_said_in_words(
    live_server: Services, new_page: NewPage, people: list[Entry]
) -> None:
    page = new_page("ru")
    device(page, isUserVerified=False)
    page.goto(f"{live_server.settings.base_url}/ru/sign-in")
    page.get_by_role("button", name="Войти с ключом входа").click()
    expect(page.get_by_role("alert")).to_contain_text("Ничего не сделано")
    # And the other way stands beside it.
    expect(page.locator("#iin")).to_be_visible()


def test_without_javascript_the_page_says_the_other_way(live_server: Services, new_page: NewPage) -> None:
    page = new_page("kk", java_script_enabled=False)
    page.goto(f"{live_server.settings.base_url}/kk/sign-in")
    expect(page.get_by_text("Бұл браузерде кіру кілттері жоқ")).to_be_visible()
    expect(page.get_by_role("button", name="Кіру кілтімен кіру")).to_be_hidden()
    expect(page.locator("#iin")).to_be_visible()


def test_a_key_is_enrolled_at_the_desk_and_another_on_the_persons_own_phone(
    live_server: Services,
    new_page: NewPage,
    people: list[Entry],
    worker: Worker,
    outbox: NullMailer,
    clock: ManualClock,
) -> None:
    base, operator, person = live_server.settings.base_url, people[0], people[1]
    desk, phone = new_page("en", viewport={"width": 1280, "height": 900}), new_page("en")
    with live_server.database.uow() as tx:
        found = live_server.registry.find(tx.session, operator.iin)
        assert found is not None
        passkey = add_passkey(tx, found.person_id, clock())
        roles.grant(tx, found.person_id, Role.DESK_OPERATOR, clock())
        token = sessions.open_main(
            tx,
            found.person_id,
            assurance=2,
            method=Method.PASSKEY,
            agent="",
            replaced=None,
            now=clock(),
            passkey=passkey,
        )
        tx.flush()
        row = tx.get(LoginSession, hash_token(token))
        assert row is not None
        token, _ = sessions.open_official(tx, row, clock())
        assert row.capacity == Capacity.CITIZEN
        tx.commit()
    desk.context.add_cookies([{"name": "session", "value": token, "url": base}])

    def look_at_the_document() -> None:
        desk.goto(f"{base}/en/office/desk")
        desk.get_by_label("IIN of the person").fill(person.iin.digits)
        desk.get_by_role("button", name="Go on").click()
        expect(desk.get_by_text(person.given_name).first).to_be_visible()
        desk.get_by_label("Identity card").check()
        desk.get_by_role("button", name="They match", exact=True).click()

    device(desk, transport="usb")
    look_at_the_document()
    desk.get_by_role("button", name="Make the passkey here").click()
    expect(desk.get_by_role("heading", name="The passkey is enrolled")).to_be_visible()

    device(phone)
    look_at_the_document()
    desk.get_by_role("button", name="Show a code for the phone").click()
    code = code_in(desk.locator("code.egov-grouped"))
    waiting = f"{base}{desk.get_by_role('button', name='Has it worked?').get_attribute('href')}"
    sign_in_by_mail(phone, live_server, person.iin.digits, worker, outbox)
    phone.goto(f"{base}/en/me/security/desk")
    phone.get_by_label("Code").fill(code.lower())
    phone.get_by_role("button", name="Go on").click()
    phone.get_by_role("button", name="Make the passkey").click()
    phone.wait_for_url("**/me/security?done=passkey-enrolled")
    expect(phone.get_by_text("level 3 of 3")).to_be_visible()
    # The page at the desk asks by itself and goes on, so a click on "Has it worked?" would race with it; that link is
    # for browsers without scripts, and leads where the page went.
    expect(desk.get_by_role("heading", name="The passkey is enrolled")).to_be_visible()
    assert desk.url == waiting
