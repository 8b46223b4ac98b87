"""The register of residents: its interface, and the embedded table behind it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from sqlmodel import Session, col, select

from egov_participation.database import Database, UnitOfWork
from egov_participation.registry import csv_file
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import Resident
from egov_participation.registry.rules import COLUMNS, Entry

_BATCH: Final = 500
"""Below SQLite's oldest limit of 999 parameters in one statement."""
_OPEN_COLUMNS: Final = tuple(column for column in COLUMNS if column != "iin")
"""What of an entry is stored as it is."""

ImportProgress = Callable[[str, int], None]
"""Is told the stage, ``"check"`` or ``"write"``, and how many bytes of the file are done."""


@dataclass(frozen=True, slots=True)
class Person:
    """What other rooms are told of a resident: everything but the IIN."""

    person_id: str
    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    mail: str
    territory: str
    language: str

    @property
    def full_name(self) -> str:
        """Family name first, as in documents."""
        return " ".join(filter(None, (self.family_name, self.given_name, self.patronymic)))


class Registry(Protocol):
    """Who lives here. The embedded table is one such registry; one asked over HTTP may be another."""

    def find(self, session: Session, iin: Iin) -> Person | None:
        """The person with that IIN."""

    def get(self, session: Session, person_id: str) -> Person | None:
        """The person known by that id."""

    def mask(self, session: Session, person_id: str) -> str:
        """The last four digits of the person's IIN behind dots; empty if there is no such person."""

    def eligible(self, session: Session, *, born_by: date, territories: Collection[str] = ()) -> Iterator[str]:
        """Ids, sorted, of the people born on that day or before who live in one of those regions (none: anywhere)."""


class EmbeddedRegistry:
    """The register as a table of this database (`Registry`)."""

    def __init__(self, keys: IinKeys) -> None:
        self.keys = keys

    def find(self, session: Session, iin: Iin) -> Person | None:
        """See `Registry.find`."""
        found = session.exec(select(Resident).where(Resident.iin_hash == self.keys.hash(iin))).first()
        return None if found is None else _person(found)

    def get(self, session: Session, person_id: str) -> Person | None:
        """See `Registry.get`."""
        found = session.get(Resident, person_id)
        return None if found is None else _person(found)

    def mask(self, session: Session, person_id: str) -> str:
        """See `Registry.mask`."""
        found = session.get(Resident, person_id)
        return "" if found is None else self.keys.open_sealed(found.iin_sealed, found.person_id).mask

    def eligible(self, session: Session, *, born_by: date, territories: Collection[str] = ()) -> Iterator[str]:
        """See `Registry.eligible`."""
        statement = select(Resident.person_id).where(col(Resident.birth_date) <= born_by)
        if territories:
            statement = statement.where(col(Resident.territory).in_(territories))
        yield from session.exec(statement.order_by(Resident.person_id))


@dataclass(frozen=True, slots=True)
class Changes:
    """What taking over entries changed: numbers of people."""

    added: int
    updated: int
    unchanged: int


def check_keys(session: Session, keys: IinKeys) -> None:
    """Make sure that these are the keys that the register was written with.

    With others, made anew after the old ones were lost, nobody would be found, and an import would enter everybody
    twice.

    Raises:
        SealError: they are not.
    """
    resident = session.exec(select(Resident).limit(1)).first()
    if resident is None:
        return
    try:
        same = keys.hash(keys.open_sealed(resident.iin_sealed, resident.person_id)) == resident.iin_hash
    except SealError:
        same = False
    if not same:
        raise SealError(
            "the keys iin-lookup and iin-sealing are not those of this database; restore them from the backup"
        )


def add_residents(tx: UnitOfWork, keys: IinKeys, entries: Iterable[Entry], now: datetime) -> Changes:
    """Enter people in the register; who is there already (by IIN) is brought up to date and keeps the person id.

    Raises:
        SealError: see `check_keys`.
    """
    check_keys(tx.session, keys)
    added = updated = unchanged = 0
    remaining = iter(entries)
    while batch := list(islice(remaining, _BATCH)):
        hashes = [keys.hash(entry.iin) for entry in batch]
        found = tx.session.exec(select(Resident).where(col(Resident.iin_hash).in_(hashes))).all()
        known = {resident.iin_hash: resident for resident in found}
        for entry, iin_hash in zip(batch, hashes, strict=True):
            resident = known.get(iin_hash)
            if resident is None:
                known[iin_hash] = _new_resident(entry, iin_hash, keys, now)
                tx.add(known[iin_hash])
                added += 1
            elif _update(resident, entry):
                resident.updated_at = now
                updated += 1
            else:
                unchanged += 1
        tx.flush()
        for resident in known.values():
            tx.session.expunge(resident)
    return Changes(added, updated, unchanged)


def import_file(
    database: Database, keys: IinKeys, path: Path, now: datetime, progress: ImportProgress | None = None
) -> Changes:
    """Enter the people of a CSV file (`csv_file` describes it): all of them, or none if any line is wrong.

    The file is checked whole before the writer lane is taken, and then read once more.

    Raises:
        FileProblems: with up to 100 problems, by line.
        SealError: see `check_keys`.
        OSError: the file cannot be read.
    """
    today = now.date()

    def stage(name: str) -> csv_file.Progress | None:
        return None if progress is None else lambda done: progress(name, done)

    csv_file.check(path, keys, today, stage("check"))
    with database.uow() as tx:
        changes = add_residents(tx, keys, csv_file.entries(path, today, stage("write")), now)
        tx.commit()
    return changes


def _new_resident(entry: Entry, iin_hash: bytes, keys: IinKeys, now: datetime) -> Resident:
    person_id = secrets.token_hex(16)
    return Resident(
        person_id=person_id,
        iin_hash=iin_hash,
        iin_sealed=keys.seal(entry.iin, person_id),
        updated_at=now,
        **{column: getattr(entry, column) for column in _OPEN_COLUMNS},
    )


def _update(resident: Resident, entry: Entry) -> bool:
    """Write what differs into the row; whether anything did."""
    changed = [column for column in _OPEN_COLUMNS if getattr(resident, column) != getattr(entry, column)]
    for column in changed:
        setattr(resident, column, getattr(entry, column))
    return bool(changed)


def _person(resident: Resident) -> Person:
    return Person(resident.person_id, **{column: getattr(resident, column) for column in _OPEN_COLUMNS})
