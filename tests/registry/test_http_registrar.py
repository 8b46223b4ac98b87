"""What the registrar takes from a register over HTTP: what it was told itself, and not what the site notes of it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.responses import Response
from tests.dripping import HEADS, dripping
from tests.registrar.people import UUID, Rolls
from tests.registry.conftest import AGES
from tests.registry.server import TOKEN, RegistryServer

from egov_participation.app import create_services
from egov_participation.clock import ManualClock, system_clock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.mail import NullMailer
from egov_participation.registrar.interface import Voter
from egov_participation.registrar.service import LocalRegistrar, Residents
from egov_participation.registrar.service.renumbering import Renumbered, renumber
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import KnownPerson
from egov_participation.registry.service import HttpRegistry
from egov_participation.registry.service.client import Access, RegistryClient, Unanswered
from egov_participation.settings import Settings

ENTRY, OTHER = fake.residents(2)
THIEF = "thief@mail.example"


@pytest.mark.sqlite
def test_the_registrar_asks_itself_whatever_the_site_has_written(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, settings: Settings, clock: ManualClock
) -> None:
    """By somebody with the site's keys, too: a code goes where the register says, and to nobody for another's IIN."""
    server.enter(ENTRY, OTHER)
    keys = IinKeys.open(settings.keys_dir)
    residents = Residents(http_registry.for_registrar(settings.registrar_keys_dir), database)
    with database.read() as session:
        person, other = (http_registry.find(session, entry.iin) for entry in (ENTRY, OTHER))
    assert person is not None
    assert other is not None

    def get() -> str | None:
        found = residents.contact(person.person_id)
        return None if found is None else found.mail

    def write(**columns: object) -> None:
        with database.uow() as tx:
            row = tx.exec(select(KnownPerson).where(KnownPerson.person_id == person.person_id)).one()
            for name, value in columns.items():
                setattr(row, name, value)
            tx.commit()

    def note(mail: str) -> None:
        record = server.people[ENTRY.iin.digits] | {"mail": mail}
        record.pop("iin")
        write(record_sealed=keys.seal_text(json.dumps(record), person.person_id), fetched_at=clock())

    note(THIEF)
    assert (get(), len(server.asked)) == (ENTRY.mail, 3)
    assert (get(), len(server.asked)) == (ENTRY.mail, 3)  # what it was told itself counts for a day
    note(THIEF)
    assert (get(), len(server.asked)) == (ENTRY.mail, 4)
    server.people[ENTRY.iin.digits]["mail"] = "new@mail.example"
    clock.advance(days=AGES.fresh.days)
    assert get() == "new@mail.example"

    note(THIEF)
    server.broken = [Response(status_code=500)]
    with pytest.raises(DomainError) as refused:
        get()
    assert refused.value.code == "registry.unavailable"
    assert get() == "new@mail.example"

    write(iin_sealed=keys.seal(OTHER.iin, person.person_id))
    assert get() is None
    known = residents.people([person.person_id, other.person_id])
    assert [(found.mail, iin) for found, iin in known.values()] == [(OTHER.mail, OTHER.iin)]


@pytest.mark.sqlite
def test_who_got_another_number_there_votes_no_more_under_the_old_one(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, settings: Settings, clock: ManualClock
) -> None:
    services = create_services(settings, database=database, clock=clock, mailer=NullMailer(), registry=http_registry)
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    rolls = Rolls(registrar, services)
    server.enter(ENTRY)
    with database.read() as session:
        person = services.registry.find(session, ENTRY.iin)
    assert person is not None
    rolls.active([Voter(person.person_id)])
    rolls.enrol(person.person_id)
    server.people.clear()
    server.enter(OTHER)
    assert renumber(registrar.means, ENTRY.iin, OTHER.iin) == Renumbered(0, [UUID], [])
    assert registrar.forget_passkeys(person.person_id) == 0
    server.enter(ENTRY)
    with pytest.raises(DomainError) as refused:
        rolls.by_code(person.person_id)
    assert refused.value.code == "credential.blocked"
    registrar.close()


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_answer_that_comes_a_byte_at_a_time_is_given_up_and_not_asked_for_again(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    with dripping(head) as url:
        access = replace(Access(url, tmp_path / "token"), whole_seconds=0.3)
        client, begun = RegistryClient(access), time.monotonic()
        with pytest.raises(Unanswered, match="too slowly"):
            client.lookup(ENTRY.iin, system_clock().date())
        assert time.monotonic() - begun < 25  # byte by byte it would be half a minute
        client.close()
