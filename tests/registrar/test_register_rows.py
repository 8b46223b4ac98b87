"""Who writes in the site's database, and has none of the keys, has no code sent elsewhere and makes nobody a voter or
signer."""

from __future__ import annotations

import re
from datetime import date
from unittest.mock import Mock

import pytest
from sqlmodel import select
from structlog.testing import capture_logs
from tests.registrar.people import UUID, Rolls
from tests.registrar.signing import REF, Petitions
from tests.registrar.test_petitions import refusal
from tests.voting.making import make_people

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar.interface import Act, Voter, Way
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.service.mails import MAX_ATTEMPTS, MOST_WAITS
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import Resident
from egov_participation.registry.service import EmbeddedRegistry, add_residents
from egov_participation.services import Services

THIEF = "thief@mail.example"
CHANGES = {
    "mail": THIEF,
    "birth_date": date(1950, 1, 1),
    "territory": "KZ-71",
    "district": "751210000",
    "language": "en",
    "iin_hash": b"\1" * 32,
    "mark": b"\1" * 32,
}


def change(services: Services, person: str, **columns: object) -> dict[str, object]:
    """Write in a row of the register; what stood there."""
    with services.database.uow() as tx:
        row = tx.session.get_one(Resident, person)
        before = {name: getattr(row, name) for name in columns}
        for name, value in columns.items():
            setattr(row, name, value)
        tx.commit()
    return before


def test_a_code_goes_where_the_register_said_when_the_person_was_entered_or_nowhere(
    rolls: Rolls, services: Services
) -> None:
    registrar, petitions = services.registrar, Petitions(services.registrar, services)
    assert isinstance(registrar, LocalRegistrar)
    iins, (victim, other) = make_people(services, 2)
    rolls.active([Voter(victim), Voter(other)])
    petitions.open(ways=[Way.CODE])

    # Between being asked for and leaving: the mail that was asked for goes nowhere.
    challenge = registrar.begin_petition(REF, victim, Act.ATTEST, Way.CODE, lang="en")
    before = change(services, victim, mail=THIEF)
    with capture_logs() as logged:
        assert rolls.mails().sent == []
        assert registrar.ways(UUID, victim) == []
        assert registrar.ways_petition(REF, victim) == []
        assert refusal(registrar.begin, UUID, victim, Way.CODE, lang="en") == "credential.way"
        asked = refusal(registrar.begin_petition, REF, victim, Act.ATTEST, Way.CODE, lang="en")
        guess = {"challenge": challenge.id, "code": "000000"}
        assert [asked, refusal(registrar.attest, REF, victim, Act.ATTEST, guess)] == ["petition.no_resident"] * 2
    assert {line["event"] for line in logged} == {"registrar.row_changed"}
    assert not any(secret in str(logged) for secret in (victim, THIEF, iins[0].digits))
    change(services, victim, **before)
    assert registrar.ways(UUID, victim) == [Way.CODE]
    assert [mail.to for mail in rolls.mails().sent] == []  # it was given up, and is asked for again
    petitions.act(victim)

    # A row that holds does not hold in another one's place, and others sign as before.
    own, theirs = ({"mail": f"n{place}@mail.example"} for place in range(2))
    with services.database.read() as session:
        mark = session.get_one(Resident, other).mark
    change(services, victim, **(theirs | {"mark": mark}))
    assert refusal(petitions.code, victim) == "petition.no_resident"
    petitions.act(other)
    assert own["mail"] not in {mail.to for mail in rolls.mails().sent[1:]}


def test_a_warning_waits_until_the_row_is_put_right(
    rolls: Rolls, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who enrols a passkey of their own for somebody would keep the warning from them by changing their row."""
    _, (victim, other) = make_people(services, 2)
    rolls.enrol(victim)
    before = change(services, victim, mail=THIEF)

    def waits(hours: int) -> None:
        for _ in range(hours):
            assert rolls.mails().sent == []
            clock.advance(hours=1)

    waits(MAX_ATTEMPTS + 3)
    with services.database.uow() as tx:
        row = tx.session.get_one(Resident, victim)
        kept = row.model_dump() | before
        tx.session.delete(row)
        tx.commit()
    waits(24)
    with services.database.uow() as tx:
        tx.add(Resident(**kept))
        tx.commit()
    assert [mail.to for mail in rolls.mails().sent] == ["n0@mail.example"]

    # Nor is the warning given up while a register on another machine does not answer; a passkey is taken then.
    rolls.active([Voter(victim), Voter(other)])
    rolls.mails().sent.clear()
    rolls.enrol(victim)
    silent = DomainError(503, "It does not answer.", code="registry.unavailable")
    with monkeypatch.context() as outage:
        outage.setattr(EmbeddedRegistry, "with_iins", Mock(side_effect=silent))
        waits(MAX_ATTEMPTS + 3)
        assert services.registrar.ways(UUID, victim) == [Way.PASSKEY]
        assert refusal(services.registrar.ways, UUID, other) == "registry.unavailable"
    assert [mail.to for mail in rolls.mails().sent] == ["n0@mail.example"]

    # It does not wait for ever.
    rolls.enrol(victim)
    change(services, victim, mail=THIEF)
    for _ in range(MOST_WAITS):
        rolls.mails()
        clock.advance(hours=1)
    change(services, victim, **before)
    assert len(rolls.mails().sent) == 1


@pytest.mark.parametrize("column", CHANGES)
def test_no_row_that_was_changed_is_taken_for_a_person(column: str, rolls: Rolls, services: Services) -> None:
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    residents = registrar.means.residents
    (iin, _), people = make_people(services, 2)
    before = change(services, people[0], **{column: CHANGES[column]})
    assert residents.contact(people[0]) is None
    assert residents.find(iin) is None
    assert set(residents.people(people)) == {people[1]}
    with pytest.raises(DomainError) as refused:
        rolls.prepared([Voter(person) for person in people])
    assert refused.value.code == "registrar.iins"
    change(services, people[0], **before)
    assert set(residents.people(people)) == set(people)
    rolls.prepared([Voter(person) for person in people])


@pytest.mark.sqlite
def test_an_import_takes_no_changed_row_for_its_own(services: Services) -> None:
    """Else whoever gave their own row somebody's hash would be marked as them by the next import."""
    settings, entries = services.settings, list(fake.residents(3))
    keys = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)

    def enter(keys: IinKeys, *, mark_anew: bool = False) -> tuple[int, int]:
        with services.database.uow() as tx:
            changes = add_residents(tx, keys, entries, services.clock(), mark_anew=mark_anew)
            tx.commit()
        return changes.added, changes.updated

    assert enter(keys) == (3, 0)
    with services.database.read() as session:
        person = session.exec(select(Resident.person_id).where(Resident.iin_hash == keys.hash(entries[0].iin))).one()
    change(services, person, mail=THIEF)
    with pytest.raises(SealError, match="not as it was entered"):
        enter(keys)
    with pytest.raises(SealError, match=re.escape("register-rows")):
        enter(IinKeys.open(settings.keys_dir))
    assert enter(keys, mark_anew=True) == (0, 1)
    assert enter(keys) == (0, 0)
    with services.database.read() as session:
        assert session.get_one(Resident, person).mail == entries[0].mail
