"""The register keeps people so that no IIN can be read in the database."""

from __future__ import annotations

import datetime as dt
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select
from tests.disk import Disk

from egov_participation.database import Database
from egov_participation.jurisdiction.territories import REGIONS
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import Resident
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import Changes, EmbeddedRegistry, add_residents

NOW = dt.datetime(2024, 10, 6, 7, 0, tzinfo=dt.UTC)


@pytest.fixture
def keys(tmp_path: Path) -> IinKeys:
    return IinKeys.open(tmp_path / "keys", tmp_path / "registrar-keys")


def add(database: Database, keys: IinKeys, entries: list[Entry]) -> Changes:
    with database.uow() as tx:
        changes = add_residents(tx, keys, entries, NOW)
        tx.commit()
    return changes


def test_somebody_is_found_by_the_iin_and_by_the_id(database: Database, keys: IinKeys) -> None:
    entries = list(fake.residents(30))
    assert add(database, keys, entries) == Changes(30, 0, 0)
    registry = EmbeddedRegistry(keys)
    with database.read() as session:
        person = registry.find(session, entries[7].iin)
        assert person is not None
        assert (person.family_name, person.mail) == (entries[7].family_name, entries[7].mail)
        assert registry.get(session, person.person_id) == person
        assert registry.mask(session, person.person_id) == entries[7].iin.mask
        assert registry.get(session, "0" * 32) is None


def test_no_iin_is_legible_in_the_database_file(database: Database, keys: IinKeys, disk: Disk) -> None:
    entries = list(fake.residents(50))
    add(database, keys, entries)
    content = disk.content()
    assert entries[0].mail.encode() in content
    for entry in entries:
        assert entry.iin.digits.encode() not in content


def test_a_person_entered_again_is_updated_and_keeps_the_id(database: Database, keys: IinKeys) -> None:
    entries = list(fake.residents(3))
    add(database, keys, entries)
    registry = EmbeddedRegistry(keys)
    with database.read() as session:
        before = registry.find(session, entries[0].iin)
    moved = replace(entries[0], territory="KZ-71", mail="new@mail.example")
    assert add(database, keys, [moved, *entries[1:]]) == Changes(0, 1, 2)
    with database.read() as session:
        after = registry.find(session, entries[0].iin)
        assert len(session.exec(select(Resident)).all()) == 3
    assert before is not None
    assert after is not None
    assert after.person_id == before.person_id
    assert (after.territory, after.mail) == ("KZ-71", "new@mail.example")


def test_another_lookup_key_finds_nobody(database: Database, keys: IinKeys, tmp_path: Path) -> None:
    entry = next(iter(fake.residents(1)))
    add(database, keys, [entry])
    with database.read() as session:
        assert EmbeddedRegistry(IinKeys.open(tmp_path / "others")).find(session, entry.iin) is None


def test_nobody_is_entered_with_keys_that_are_not_the_registers(
    database: Database, keys: IinKeys, tmp_path: Path
) -> None:
    entries = list(fake.residents(2))
    add(database, keys, entries)
    others = IinKeys.open(tmp_path / "others", tmp_path / "registrar-keys")
    for wrong in (others, replace(keys, lookup=others.lookup), replace(keys, sealing=others.sealing)):
        with pytest.raises(SealError, match="not those of this database"):
            add(database, wrong, entries)
    with database.read() as session:
        assert len(session.exec(select(Resident)).all()) == 2


def test_a_sealed_iin_opens_in_its_own_row_only(keys: IinKeys, tmp_path: Path) -> None:
    number = next(iter(fake.residents(1))).iin
    sealed = keys.seal(number, "a")
    assert keys.open_sealed(sealed, "a") == number
    assert keys.seal(number, "a") != sealed
    for opener, owner in ((keys, "b"), (IinKeys.open(tmp_path / "others"), "a")):
        with pytest.raises(SealError) as refusal:
            opener.open_sealed(sealed, owner)
        assert number.digits not in str(refusal.value)


def test_the_keys_are_files_that_others_cannot_read(keys: IinKeys, tmp_path: Path) -> None:
    files = list((tmp_path / "keys").iterdir())
    assert {file.name for file in files} == {"iin-lookup", "iin-sealing"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert IinKeys.open(tmp_path / "keys", tmp_path / "registrar-keys") == keys
    assert keys.lookup.hex() not in repr(keys)


def test_those_eligible_are_old_enough_and_live_there(database: Database, keys: IinKeys) -> None:
    entries = list(fake.residents(200))
    add(database, keys, entries)
    registry = EmbeddedRegistry(keys)
    born_by = dt.date(1980, 6, 15)
    expected = [entry for entry in entries if entry.birth_date <= born_by and entry.territory in {"KZ-71", "KZ-75"}]
    with database.read() as session:
        found = list(registry.eligible(session, born_by=born_by, territories={"KZ-71", "KZ-75"}))
        everywhere = list(registry.eligible(session, born_by=dt.date(2024, 10, 6)))
    assert len(found) == len(expected) > 0
    assert found == sorted(found)
    assert len(everywhere) == 200


def test_made_up_people_are_the_same_every_time_adult_and_all_different() -> None:
    people = list(fake.residents(786, seed=3))
    assert people == list(fake.residents(786, seed=3))
    assert people != list(fake.residents(786, seed=4))
    assert len({entry.iin.digits for entry in people}) == len({entry.mail for entry in people}) == 786
    assert all(entry.iin.allows_birth_date(entry.birth_date) for entry in people)
    assert max(entry.birth_date for entry in people) <= dt.date(2006, 10, 6)
    assert {entry.mail.partition("@")[2] for entry in people} == {"mail.example"}
    assert all(entry.mail.isascii() for entry in people)


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 500, 786, 12345])
def test_made_up_people_live_in_all_regions_by_population(count: int) -> None:
    shares = fake.shares(count)
    assert sum(shares.values()) == count
    assert set(shares) == set(REGIONS)
    if count >= 20:
        assert min(shares.values()) >= 1
    if count == 12345:
        assert shares["KZ-75"] == max(shares.values())
        assert shares["KZ-62"] == min(shares.values())
