"""Passkeys, from the server's side: added, signed in with, taken away; and what is tried against them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient
from tests.authenticator import Authenticator
from tests.identity.conftest import Browser, forms_of

from egov_participation.clock import ManualClock
from egov_participation.i18n import translate
from egov_participation.identity import rules
from egov_participation.identity.models import Challenge, LoginSession, Passkey
from egov_participation.identity.service import notifying
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services, Site

NewBrowser = Callable[[], Browser]

SECURITY, NEW = "/en/me/security", "/en/me/security/passkeys/new"
OPTIONS, SIGN_IN, SIGN_IN_OPTIONS = (
    "/en/me/security/passkeys/options",
    "/en/sign-in/passkey",
    "/en/sign-in/passkey/options",
)


def fetched(browser: Browser, path: str, form: dict[str, str]) -> Response:
    """As the script asks: JSON, with the tokens of the page's form in headers."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-CSRF-Token": form.get("csrf_token", ""),
        "X-Browser-Token": form.get("browser", ""),
    }
    return browser.client.post(path, content=b"{}", headers=headers)


def creation_options(browser: Browser) -> dict[str, Any]:
    browser.get(NEW)
    answer = fetched(browser, OPTIONS, forms_of(browser.page)[NEW])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def add(browser: Browser, device: Authenticator, name: str = "My phone") -> int:
    return browser.post(NEW, name=name, credential=device.create(creation_options(browser)))


def request_options(browser: Browser) -> dict[str, Any]:
    browser.get("/en/sign-in?fresh=1&next=/en/me/security")
    answer = fetched(browser, SIGN_IN_OPTIONS, forms_of(browser.page)[SIGN_IN])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sign_in(browser: Browser, device: Authenticator) -> int:
    return browser.post(SIGN_IN, credential=device.get(request_options(browser)))


def session_of(services: Services, browser: Browser) -> LoginSession:
    found = services.load_session(services, Site.MAIN, browser.cookies["session"])
    assert found is not None
    with services.database.read() as db:
        row = db.get(LoginSession, found.token_hash)
    assert row is not None
    return row


def passkeys(services: Services) -> list[Passkey]:
    with services.database.read() as db:
        return list(db.exec(select(Passkey)))


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def owner(browser: Browser, people: list[Entry], device: Authenticator) -> Browser:
    """Somebody who has added one passkey from a session that a mailed code opened."""
    browser.sign_in(people[0].iin.digits)
    assert add(browser, device) == 303
    return browser


def test_somebody_adds_a_passkey_and_signs_in_with_it_without_an_iin(
    owner: Browser, new_browser: NewBrowser, services: Services, device: Authenticator, people: list[Entry]
) -> None:
    assert owner.location == "/en/me/security/recovery?done=passkey-added"
    elsewhere = new_browser()
    assert sign_in(elsewhere, device) == 303
    assert elsewhere.location == SECURITY
    assert "level 2 of 3" in elsewhere.page
    assert "My phone" in elsewhere.page
    row = session_of(services, elsewhere)
    assert (row.assurance, row.method) == (2, "passkey")
    assert row.passkey == passkeys(services)[0].public_id


@pytest.mark.sqlite
def test_the_options_ask_for_a_passkey_that_tells_whose_it_is_and_looks_who_uses_it(
    browser: Browser, people: list[Entry], services: Services
) -> None:
    browser.sign_in(people[0].iin.digits)
    options = creation_options(browser)
    assert options["rp"] == {"name": "Civic Participation", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    person_id = session_of(services, browser).person_id
    assert person_id not in json.dumps(options)
    assert creation_options(browser)["user"]["id"] == options["user"]["id"]
    asked = request_options(browser)
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == ("localhost", "required", [])


def test_a_passkey_is_told_to_its_owner_by_mail_when_it_comes_and_when_it_goes(
    owner: Browser, worker: Worker, outbox: NullMailer, people: list[Entry], services: Services
) -> None:
    worker.run_due()
    assert outbox.sent[-1].to == people[0].mail
    assert "My phone" in outbox.sent[-1].text
    before = len(outbox.sent)
    owner.get(f"{SECURITY}/passkeys/{passkeys(services)[0].public_id}")
    owner.post(f"{SECURITY}/passkeys/{passkeys(services)[0].public_id}/remove")
    worker.run_due()
    assert [mail.to for mail in outbox.sent[before:]] == [people[0].mail]
    assert not passkeys(services)


def test_a_sign_in_with_a_passkey_is_told_by_mail_and_one_with_a_code_is_not(
    owner: Browser,
    new_browser: NewBrowser,
    device: Authenticator,
    worker: Worker,
    outbox: NullMailer,
    people: list[Entry],
) -> None:
    def told() -> list[str]:
        worker.run_due()
        subject = translate(people[0].language, notifying.SIGNED_IN.subject)
        return [mail.to for mail in outbox.sent if mail.subject == subject]

    assert told() == []  # the owner came with a mailed code
    assert sign_in(new_browser(), device) == 303
    assert told() == [people[0].mail]


def test_a_passkey_is_renamed_and_an_empty_name_comes_back_with_a_sentence(owner: Browser, services: Services) -> None:
    page = f"{SECURITY}/passkeys/{passkeys(services)[0].public_id}"
    owner.get(page)
    assert owner.post(f"{page}/name", name="  ") == 422
    assert "Enter a name" in owner.page
    assert owner.post(f"{page}/name", name=" Work\tphone ") == 303
    assert passkeys(services)[0].name == "Work phone"


def test_a_removed_passkey_no_longer_signs_in_and_its_sessions_end(
    owner: Browser, new_browser: NewBrowser, device: Authenticator, services: Services
) -> None:
    elsewhere = new_browser()
    sign_in(elsewhere, device)
    page = f"{SECURITY}/passkeys/{passkeys(services)[0].public_id}"
    owner.get(page)
    assert owner.post(f"{page}/remove") == 303
    assert elsewhere.get("/en/me/security") == 303
    assert owner.get("/en/me/security") == 200
    assert sign_in(new_browser(), device) == 422


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://localhost:8080"},
        {"origin": "https://localhost"},
        {"origin": "http://booth.localhost"},
        {"rp_id": "evil.example"},
        {"verified": False},
    ],
    ids=["another port", "another scheme", "the booth", "another site's key", "nobody looked who it is"],
)
def test_what_another_site_or_an_unlocked_device_signed_is_refused(
    owner: Browser, new_browser: NewBrowser, device: Authenticator, services: Services, lie: dict[str, Any]
) -> None:
    stranger = new_browser()
    assert sign_in(stranger, replace(device, **lie)) == 422
    assert "was not accepted" in stranger.page
    assert "session" not in stranger.cookies
    owner.get(NEW)
    other = replace(device, credential_id=b"another" * 4, **lie)
    assert add(owner, other) == 422
    assert len(passkeys(services)) == 1


def test_an_answer_does_not_count_twice(
    owner: Browser, new_browser: NewBrowser, device: Authenticator, services: Services
) -> None:
    elsewhere = new_browser()
    answer = device.get(request_options(elsewhere))
    form = forms_of(elsewhere.page)[SIGN_IN] | {"credential": answer}
    before = dict(elsewhere.client.cookies)
    assert elsewhere.client.post(SIGN_IN, data=form).status_code == 303
    elsewhere.client.cookies.clear()
    elsewhere.client.cookies.update(before)
    assert elsewhere.client.post(SIGN_IN, data=form).status_code == 422


def test_an_answer_does_not_count_in_another_browser_nor_after_five_minutes(
    owner: Browser, new_browser: NewBrowser, device: Authenticator, clock: ManualClock
) -> None:
    asked, other = new_browser(), new_browser()
    answer = device.get(request_options(asked))
    request_options(other)
    assert other.post(SIGN_IN, credential=answer) == 422
    clock.advance(seconds=rules.CHALLENGE_LIFE.total_seconds())
    assert asked.post(SIGN_IN, credential=answer) == 422


def test_an_answer_to_a_challenge_of_adding_does_not_sign_in(
    owner: Browser, new_browser: NewBrowser, device: Authenticator, services: Services
) -> None:
    options = creation_options(owner)
    request_options(owner)
    assert owner.post(SIGN_IN, credential=device.get({"challenge": options["challenge"], "rpId": "localhost"})) == 422


def test_unknown_and_wrongly_signed_are_refused_with_the_same_page(
    owner: Browser, new_browser: NewBrowser, device: Authenticator
) -> None:
    pages = []
    for wrong in (
        replace(device, key=Authenticator().key),
        replace(device, credential_id=b"unknown" * 4),
        replace(device, handle=b"somebody else"),
    ):
        stranger = new_browser()
        assert sign_in(stranger, wrong) == 422
        pages.append([line for line in stranger.page.splitlines() if 'value="' not in line])
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "answer", ["", "{", "[]", "null", "{}", '{"id": 1}', '{"id":"a","rawId":"a"}', "[" * 19_000, "x" * 30_000]
)
def test_what_is_no_answer_at_all_is_refused_and_not_a_fault(owner: Browser, answer: str) -> None:
    request_options(owner)
    assert owner.post(SIGN_IN, credential=answer) == 422
    creation_options(owner)
    assert owner.post(NEW, name="x", credential=answer) == 422


class NoKey(Authenticator):
    """Its public half is a text."""

    def public_key(self) -> bytes:
        return cbor2.dumps("x")


@pytest.mark.sqlite
def test_a_public_key_that_is_none_is_refused_and_not_a_fault(owner: Browser) -> None:
    assert add(owner, NoKey()) == 422


def test_a_copy_is_noticed_by_its_counter_and_stops_the_passkey(
    owner: Browser,
    new_browser: NewBrowser,
    device: Authenticator,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    people: list[Entry],
) -> None:
    copy = replace(device)
    assert sign_in(new_browser(), device) == 303
    signed_in = new_browser()
    assert sign_in(signed_in, device) == 303
    thief = new_browser()
    assert sign_in(thief, copy) == 422
    assert passkeys(services)[0].stopped_at is not None
    # Nobody knows which of the two is the owner's, so neither works any more, nor what they have opened.
    assert signed_in.get("/en/me") == 303
    assert sign_in(new_browser(), device) == 422
    worker.run_due()
    told = translate(people[0].language, notifying.PASSKEY_STOPPED.subject)
    assert outbox.sent[-1].subject == told
    owner.sign_in(people[0].iin.digits, "?next=/en/me/security&fresh=1")
    assert "Stopped: it may have been copied" in owner.page


def test_a_device_that_does_not_count_signs_in_again_and_again(
    browser: Browser, new_browser: NewBrowser, people: list[Entry]
) -> None:
    device = Authenticator(step=0)
    browser.sign_in(people[0].iin.digits)
    add(browser, device)
    assert [sign_in(new_browser(), device) for _ in range(2)] == [303, 303]


def test_a_mailed_code_alone_neither_adds_nor_removes_once_there_is_a_passkey(
    owner: Browser, new_browser: NewBrowser, people: list[Entry], services: Services, device: Authenticator
) -> None:
    reader_of_mails = new_browser()
    reader_of_mails.sign_in(people[0].iin.digits)
    assert reader_of_mails.get(NEW) == 303
    reader_of_mails.get(SECURITY)
    assert "a code from a mail is not enough" in reader_of_mails.page
    assert NEW not in reader_of_mails.page
    own = passkeys(services)[0].public_id
    csrf = forms_of(reader_of_mails.client.get("/en/me").text)["/en/sign-out"]
    for path in (OPTIONS, f"{SECURITY}/passkeys/{own}/remove", f"{SECURITY}/app", f"{SECURITY}/recovery"):
        answer = fetched(reader_of_mails, path, csrf)
        assert (answer.status_code, answer.json()["code"]) == (403, "factor.level"), path
    assert reader_of_mails.client.post(f"{SECURITY}/passkeys/{own}/name", data=csrf | {"name": "x"}).status_code == 403
    assert [key.name for key in passkeys(services)] == ["My phone"]
    # With the passkey itself they may.
    assert sign_in(reader_of_mails, device) == 303
    assert add(reader_of_mails, Authenticator(), "Another") == 303


def test_nothing_is_changed_from_a_sign_in_of_long_ago(owner: Browser, services: Services, clock: ManualClock) -> None:
    clock.advance(seconds=rules.FRESH.total_seconds() + 1)
    owner.get(SECURITY)
    assert "Sign in again" in owner.page
    csrf = forms_of(owner.client.get("/en/me").text)["/en/sign-out"]
    own = passkeys(services)[0].public_id
    answer = fetched(owner, f"{SECURITY}/passkeys/{own}/remove", csrf)
    assert (answer.status_code, answer.json()["code"]) == (403, "factor.not_fresh")


def test_nobody_touches_another_persons_passkey(
    owner: Browser, new_browser: NewBrowser, people: list[Entry], services: Services
) -> None:
    other = new_browser()
    other.sign_in(people[1].iin.digits)
    add(other, Authenticator(), "Other's")
    own = next(key for key in passkeys(services) if key.name == "My phone").public_id
    assert other.get(f"{SECURITY}/passkeys/{own}") == 404
    csrf = forms_of(other.client.get("/en/me").text)["/en/sign-out"]
    for path in ("name", "remove"):
        assert other.client.post(f"{SECURITY}/passkeys/{own}/{path}", data=csrf | {"name": "x"}).status_code == 404


def test_the_same_credential_is_not_kept_twice(
    owner: Browser, new_browser: NewBrowser, people: list[Entry], device: Authenticator
) -> None:
    other = new_browser()
    other.sign_in(people[1].iin.digits)
    assert add(other, replace(device)) == 422


def test_options_need_the_form_of_this_browser(client: TestClient, owner: Browser) -> None:
    assert client.post(SIGN_IN_OPTIONS, headers={"X-Browser-Token": "0" * 64}).status_code == 403


def test_challenges_are_deleted_when_their_time_is_over(
    owner: Browser, services: Services, clock: ManualClock, worker: Worker
) -> None:
    request_options(owner)
    with services.database.read() as db:
        assert db.exec(select(Challenge)).all()
    clock.advance(minutes=6)
    worker.run_due()
    with services.database.read() as db:
        assert not db.exec(select(Challenge)).all()
