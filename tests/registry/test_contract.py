"""What every registry does alike: the embedded table, and the one asked over HTTP (against a real small server)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text
from tests.registry.server import RegistryServer

from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import EmbeddedRegistry, HttpRegistry, Registry, add_residents
from egov_participation.settings import Settings

PEOPLE = list(fake.residents(60))


@dataclass
class Case:
    """A registry, and how people get into it."""

    registry: Registry
    database: Database
    enter: Callable[[list[Entry]], None]


@pytest.fixture(params=["embedded", "http"])
def case(request: pytest.FixtureRequest, database: Database, settings: Settings, clock: ManualClock) -> Case:
    if request.param == "http":
        server: RegistryServer = request.getfixturevalue("server")
        registry: HttpRegistry = request.getfixturevalue("http_registry")

        def enter_there(entries: list[Entry]) -> None:
            server.enter(*entries)
            clock.advance(days=2)  # what was asked before is asked again

        return Case(registry, database, enter_there)
    keys = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)

    def enter(entries: list[Entry]) -> None:
        with database.uow() as tx:
            add_residents(tx, keys, entries, clock())
            tx.commit()

    return Case(EmbeddedRegistry(keys), database, enter)


def find(case: Case, entry: Entry) -> str:
    with case.database.read() as session:
        person = case.registry.find(session, entry.iin)
    assert person is not None
    return person.person_id


def test_somebody_is_found_by_nothing_but_the_iin(case: Case) -> None:
    case.enter(PEOPLE)
    entry = PEOPLE[7]
    with case.database.read() as session:
        person = case.registry.find(session, entry.iin)
    assert person is not None
    told = ("family_name", "given_name", "patronymic", "birth_date", "mail", "territory", "district", "language")
    assert [getattr(person, name) for name in told] == [getattr(entry, name) for name in told]
    assert entry.iin.digits not in repr(person)
    assert entry.address not in repr(person)


def test_nobody_is_found_by_an_iin_that_is_not_in_the_registry(case: Case) -> None:
    case.enter(PEOPLE[:10])
    with case.database.read() as session:
        assert case.registry.find(session, PEOPLE[11].iin) is None
        assert case.registry.get(session, "0" * 32) is None
        assert case.registry.mask(session, "0" * 32) == ""
        assert case.registry.address(session, "0" * 32) == ""


def test_who_was_found_is_known_by_the_id_also_within_the_same_session(case: Case) -> None:
    case.enter(PEOPLE[:3])
    with case.database.read() as session:
        person = case.registry.find(session, PEOPLE[1].iin)
        assert person is not None
        assert case.registry.get(session, person.person_id) == person
        assert case.registry.mask(session, person.person_id) == PEOPLE[1].iin.mask
        assert case.registry.address(session, person.person_id) == PEOPLE[1].address


def test_the_id_stays_when_the_person_moves(case: Case) -> None:
    case.enter(PEOPLE[:2])
    before = find(case, PEOPLE[0])
    moved = replace(PEOPLE[0], territory="KZ-75", district="751210000", mail="new@mail.example", address="Абай, 1")
    case.enter([moved])
    assert find(case, moved) == before
    with case.database.read() as session:
        person = case.registry.get(session, before)
        assert case.registry.address(session, before) == "Абай, 1"
    assert person is not None
    assert (person.territory, person.district, person.mail) == ("KZ-75", "751210000", "new@mail.example")


@pytest.mark.parametrize("level", ["everywhere", "region", "district"])
def test_those_eligible_are_old_enough_and_live_there(case: Case, level: str) -> None:
    case.enter(PEOPLE)
    born_by = dt.date(1985, 6, 15)
    territories = {"everywhere": (), "region": (PEOPLE[5].territory,), "district": (PEOPLE[5].district,)}[level]
    expected = [
        entry
        for entry in PEOPLE
        if entry.birth_date <= max(born_by, PEOPLE[5].birth_date)
        and (not territories or territories[0] in (entry.territory, entry.district))
    ]
    with case.database.read() as session:
        found = list(
            case.registry.eligible(session, born_by=max(born_by, PEOPLE[5].birth_date), territories=territories)
        )
    assert found == sorted(found)
    assert found == sorted(find(case, entry) for entry in expected)
    assert len(found) > 0


def test_one_born_a_day_too_late_is_not_eligible(case: Case) -> None:
    case.enter(PEOPLE[:1])
    with case.database.read() as session:
        born = PEOPLE[0].birth_date
        assert list(case.registry.eligible(session, born_by=born - dt.timedelta(days=1))) == []
        assert len(list(case.registry.eligible(session, born_by=born))) == 1


def test_many_are_found_at_once_and_who_is_not_there_is_left_out(case: Case) -> None:
    case.enter(PEOPLE[:3])
    with case.database.read() as session:
        found = case.registry.find_many(session, [entry.iin for entry in PEOPLE[:5]])
    assert found == {entry.iin: find(case, entry) for entry in PEOPLE[:3]}


def test_the_numbers_of_many_are_those_that_were_sealed_for_them(case: Case) -> None:
    case.enter(PEOPLE[:3])
    ids = [find(case, entry) for entry in PEOPLE[:3]]
    with case.database.read() as session:
        found = case.registry.iins(session, [*ids, "f" * 32])
    assert found == {id_: entry.iin for id_, entry in zip(ids, PEOPLE[:3], strict=True)}
    with case.database.uow() as tx:
        for table in ("registry_resident", "registry_known_person"):
            sealed = text(f"(SELECT iin_sealed FROM {table} WHERE person_id = :other)")
            tx.session.execute(
                text(f"UPDATE {table} SET iin_sealed = {sealed} WHERE person_id = :person"),
                {"person": ids[0], "other": ids[1]},
            )
        tx.commit()
    with case.database.read() as session, pytest.raises(SealError):
        case.registry.iins(session, ids)


def test_regions_are_told_of_those_who_are_known(case: Case) -> None:
    case.enter(PEOPLE[:3])
    ids = [find(case, entry) for entry in PEOPLE[:3]]
    with case.database.read() as session:
        found = case.registry.regions(session, [*ids, "f" * 32])
    assert found == {id_: entry.territory for id_, entry in zip(ids, PEOPLE[:3], strict=True)}


def test_a_registry_that_answers_says_so(case: Case) -> None:
    case.enter(PEOPLE[:1])
    find(case, PEOPLE[0])
    with case.database.read() as session:
        assert case.registry.status(session).available


def test_no_iin_and_no_address_is_legible_in_the_database(case: Case) -> None:
    case.enter(PEOPLE[:5])
    for entry in PEOPLE[:5]:
        find(case, entry)
    with case.database.read() as session:
        connection = session.connection()
        rows = [
            str(row)
            for table in ("registry_resident", "registry_known_person")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert len(rows) == 5
    for entry in PEOPLE[:5]:
        assert not any(entry.iin.digits in row or entry.address in row for row in rows)
