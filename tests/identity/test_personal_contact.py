"""A person corrects where and in which language they are written to."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from tests.identity.test_personal import add_passkey
from tests.officials import MakeCitizen, SignedIn

from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.identity import rules
from egov_participation.identity.models import AddressChange, Totp
from egov_participation.jobs import Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.registry import service as registry
from egov_participation.registry.models import Resident
from egov_participation.services import Services

NEW = "new.address@mail.example"


@pytest.fixture
def app(services: Services) -> Starlette:
    """Every room: each says what it holds."""
    return create_app(services.settings, services=services, debug=True)


@pytest.fixture
def person(citizen: MakeCitizen, services: Services) -> SignedIn:
    """Signed in with a mailed code, with nothing else to sign in with; is written to in English."""
    person = citizen(level=1)
    with services.database.uow() as tx:
        registry.set_language(tx, person.person_id, "en", services.clock())
        tx.commit()
    return person


def mail_of(services: Services, person: SignedIn) -> str:
    """Where the person is written to."""
    with services.database.read() as session:
        found = services.registry.get(session, person.person_id)
    assert found is not None
    return found.mail


def link_in(mail: Mail) -> str:
    """The path of the first link that leads to a change of address."""
    found = re.search(r"http://localhost(/\w\w/address/\w+/[\w-]+)", mail.text)
    assert found is not None
    return found[1]


def to(outbox: NullMailer, address: str) -> list[Mail]:
    return [mail for mail in outbox.sent if mail.to == address]


# -- the language ------------------------------------------------------------------------------------------------------


def test_mails_come_in_the_language_that_was_chosen_and_the_register_keeps_its_own(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    wrong = person.client.post("/en/me/data/language", data={"language": "tlh"})
    assert (wrong.status_code, "Choose a language." in wrong.text) == (422, True)
    for language, words in (("en", "Confirm your mail address"), ("kk", "Электрондық пошта мекенжайыңызды растаңыз")):
        assert person.client.post("/en/me/data/language", data={"language": language}).status_code == 303
        person.client.post("/en/me/data/address", data={"mail": NEW})
        worker.run_due()
        assert to(outbox, NEW)[-1].subject == words
    with services.database.read() as session:
        resident = session.exec(select(Resident).where(Resident.person_id == person.person_id)).one()
    assert resident.language == person.entry.language


# -- the address -------------------------------------------------------------------------------------------------------


def test_a_new_address_is_used_once_it_is_confirmed_and_72_hours_have_passed(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    old = person.entry.mail
    asked = person.client.post("/en/me/data/address", data={"mail": NEW})
    assert asked.headers["location"] == "/en/me/data?done=address"
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [NEW, old]
    assert NEW in person.client.get("/en/me").text.replace("<wbr>", "")
    link = link_in(to(outbox, NEW)[0])
    assert "Confirm that you read what comes here" in person.client.get(link).text
    with services.database.read() as session:  # to open the link changes nothing
        assert session.exec(select(AddressChange.confirmed_at)).one() is None
    assert "The address is confirmed</h1>" in person.client.post(link).text

    clock.advance(hours=71, minutes=59)
    worker.run_due()
    assert mail_of(services, person) == old
    clock.advance(minutes=1)
    worker.run_due()
    assert mail_of(services, person) == NEW
    assert [mail.subject for mail in (to(outbox, old)[-1], to(outbox, NEW)[-1])] == [
        "Your mail address was changed"
    ] * 2
    with services.database.read() as session:
        resident = session.exec(select(Resident).where(Resident.person_id == person.person_id)).one()
        assert session.exec(select(AddressChange)).all() == []
    assert resident.mail == old


def test_an_address_that_nobody_confirms_is_never_used(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    person.client.post("/en/me/data/address", data={"mail": NEW})
    worker.run_due()
    clock.advance(days=6)
    worker.run_due()
    link = link_in(to(outbox, NEW)[0])
    clock.advance(days=1)
    worker.run_due()
    assert person.client.post(link).status_code == 404
    worker.run_due()
    assert mail_of(services, person) == person.entry.mail


def test_an_address_confirmed_late_is_used_at_once_when_the_waiting_is_over(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    person.client.post("/en/me/data/address", data={"mail": NEW})
    worker.run_due()
    clock.advance(days=5)
    person.client.post(link_in(to(outbox, NEW)[0]))
    worker.run_due()
    assert mail_of(services, person) == NEW


@pytest.mark.parametrize("by", ["the old address's link", "a session"])
def test_a_change_can_be_stopped_from_the_old_address_or_a_session(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer, clock: ManualClock, by: str
) -> None:
    person.client.post("/en/me/data/address", data={"mail": NEW})
    worker.run_due()
    confirm, keep = link_in(to(outbox, NEW)[0]), link_in(to(outbox, person.entry.mail)[0])
    person.client.post(confirm)
    if by == "a session":
        assert person.client.post("/en/me/data/address/stop").status_code == 303
    else:
        assert "stop it here" in person.client.get(keep).text
        # Whoever reads the old mailbox need not be signed in.
        person.client.cookies.clear()
        assert "Your mail address stays as it was</h1>" in person.client.post(keep).text
    clock.advance(days=5)
    worker.run_due()
    assert mail_of(services, person) == person.entry.mail
    assert to(outbox, person.entry.mail)[-1].subject == "Your mail address stays as it was"
    assert person.client.get(confirm).status_code == person.client.post(keep).status_code == 404
    over = person.client.get(confirm).text
    assert '<h1 class="govuk-heading-xl">This link no longer works</h1>' in over
    for way in ("/en/me/data/address", "/en/me/mails"):
        assert f'href="http://localhost{way}"' in over


def test_the_link_of_one_address_does_not_serve_for_the_other(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    """The old address's owner cannot confirm the new one, nor the new one's stop the objection."""
    person.client.post("/en/me/data/address", data={"mail": NEW})
    worker.run_due()
    confirm, keep = link_in(to(outbox, NEW)[0]), link_in(to(outbox, person.entry.mail)[0])
    for token, way in ((keep, "confirm"), (confirm, "keep")):
        assert person.client.post(f"/en/address/{way}/{token.rpartition('/')[2]}").status_code == 404
    with services.database.read() as session:
        assert session.exec(select(AddressChange.confirmed_at)).one() is None


def test_tokens_of_links_are_not_in_the_database(
    person: SignedIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    person.client.post("/en/me/data/address", data={"mail": NEW})
    with services.database.read() as session:
        row = session.exec(select(AddressChange)).one()
    worker.run_due()
    for mail in outbox.sent:
        assert link_in(mail).rpartition("/")[2] not in str(row.model_dump())


def test_a_mailed_code_alone_changes_no_address_where_there_is_something_better(
    citizen: MakeCitizen, services: Services
) -> None:
    weak, strong = citizen(level=1), citizen(level=2)
    add_passkey(services, weak)
    refused = weak.client.post("/en/me/data/address", data={"mail": NEW})
    assert refused.status_code == 403
    assert "A code from a mail is not enough" in refused.text
    assert 'name="mail"' not in weak.client.get("/en/me/data/address").text
    with services.database.uow() as tx:
        now = services.clock()
        tx.add(Totp(person_id=strong.person_id, public_id="1", sealed=b"", last_step=0, created_at=now))
        tx.commit()
    assert strong.client.post("/en/me/data/address", data={"mail": NEW}).status_code == 303


def test_an_old_sign_in_changes_no_address(person: SignedIn, clock: ManualClock) -> None:
    clock.advance(minutes=11)
    assert person.client.post("/en/me/data/address", data={"mail": NEW}).status_code == 403
    page = person.client.get("/en/me/data/address").text
    assert "/en/sign-in?fresh=1&amp;next=%2Fen%2Fme%2Fdata%2Faddress" in page


@pytest.mark.parametrize("mail", ["", "nobody", "a@b", "a b@mail.example", "a@mail.example\nBcc: x@mail.example"])
@pytest.mark.sqlite
def test_what_is_no_address_is_refused_with_a_sentence(person: SignedIn, services: Services, mail: str) -> None:
    page = person.client.post("/en/me/data/address", data={"mail": mail})
    assert page.status_code == 422
    assert 'id="mail-error"' in page.text
    with services.database.read() as session:
        assert session.exec(select(AddressChange)).all() == []


def test_the_same_address_and_too_many_addresses_are_refused(
    person: SignedIn, services: Services, clock: ManualClock
) -> None:
    assert person.client.post("/en/me/data/address", data={"mail": person.entry.mail}).status_code == 409
    for number in range(rules.ADDRESSES_PER_DAY.times):
        assert person.client.post("/en/me/data/address", data={"mail": f"n{number}@mail.example"}).status_code == 303
    assert person.client.post("/en/me/data/address", data={"mail": NEW}).status_code == 429
    with services.database.read() as session:  # each took the place of the one before
        assert session.exec(select(AddressChange.mail)).all() == ["n2@mail.example"]
