"""The register of residents as a table of the platform's own database."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Row, Select, Table, bindparam
from sqlalchemy import select as choose
from sqlmodel import Session, col, func, or_, select

from egov_participation.database import Database, UnitOfWork, table_of
from egov_participation.registry import csv_file
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import KnownPerson, Resident
from egov_participation.registry.rules import COLUMNS, Entry
from egov_participation.registry.service.interface import Person, Status

_BATCH: Final = 500
"""Below SQLite's oldest limit of 999 parameters in one statement."""
_KEYS_TRIED: Final = 100
"""Rows of each table that must all be damaged before the keys are doubted."""
_Item = TypeVar("_Item")
_OPEN_COLUMNS: Final = tuple(column for column in COLUMNS if column not in ("iin", "address"))
"""What of an entry is stored as it is, and told to other rooms."""
_residents: Final = table_of(Resident)
_FOUND: Final = choose(
    _residents.c.person_id, _residents.c.iin_sealed, *(_residents.c[column] for column in _OPEN_COLUMNS)
)
_BY_ID: Final = _FOUND.where(_residents.c.person_id == bindparam("person"))
_IINS: Final = choose(_residents.c.person_id, _residents.c.iin_sealed).where(
    _residents.c.person_id.in_(bindparam("people", expanding=True))
)
_BY_IDS: Final = _FOUND.where(_residents.c.person_id.in_(bindparam("people", expanding=True)))
"""Asked with signatures: on the table, and the statements are made once."""

ImportProgress = Callable[[str, int], None]
"""Is told the stage, ``"check"`` or ``"write"``, and how many bytes of the file are done."""


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
        found = session.execute(_BY_ID, {"person": person_id}).first()
        return None if found is None else _person(found)

    def mask(self, session: Session, person_id: str) -> str:
        """See `Registry.mask`."""
        found = self.iin(session, person_id)
        return "" if found is None else found.mask

    def iin(self, session: Session, person_id: str) -> Iin | None:
        """See `Registry.iin`."""
        return self.iins(session, [person_id]).get(person_id)

    def iins(self, session: Session, person_ids: Collection[str]) -> dict[str, Iin]:
        """See `Registry.iins`."""
        return {
            row.person_id: self.keys.open_sealed(row.iin_sealed, row.person_id)
            for some in batched(person_ids)
            for row in session.execute(_IINS, {"people": some})
        }

    def with_iins(self, session: Session, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """See `Registry.with_iins`."""
        return {
            row.person_id: (_person(row), self.keys.open_sealed(row.iin_sealed, row.person_id))
            for some in batched(person_ids)
            for row in session.execute(_BY_IDS, {"people": some})
        }

    def address(self, session: Session, person_id: str) -> str:
        """See `Registry.address`."""
        found = session.get(Resident, person_id)
        return "" if found is None else _address(found, self.keys)

    def eligible(self, session: Session, *, born_by: date, territories: Collection[str] = ()) -> Iterator[str]:
        """See `Registry.eligible`."""
        statement = select(Resident.person_id).where(col(Resident.birth_date) <= born_by)
        if territories:
            statement = statement.where(
                or_(col(Resident.territory).in_(territories), col(Resident.district).in_(territories))
            )
        yield from session.exec(statement.order_by(Resident.person_id))

    def find_many(self, session: Session, iins: Collection[Iin]) -> dict[Iin, str]:
        """See `Registry.find_many`."""
        found: dict[Iin, str] = {}
        for some in batched(iins):
            hashes = {self.keys.hash(iin): iin for iin in some}
            statement = select(Resident.iin_hash, Resident.person_id).where(col(Resident.iin_hash).in_(hashes))
            found |= {hashes[iin_hash]: person_id for iin_hash, person_id in session.exec(statement)}
        return found

    def regions(self, session: Session, person_ids: Collection[str]) -> dict[str, str]:
        """See `Registry.regions`."""
        found: dict[str, str] = {}
        for some in batched(person_ids):
            statement = select(Resident.person_id, Resident.territory).where(col(Resident.person_id).in_(some))
            found |= dict(session.exec(statement).all())
        return found

    def status(self, session: Session) -> Status:  # noqa: ARG002 - the interface's
        """See `Registry.status`: where the database does not answer, nothing does."""
        return Status(available=True)

    def forget_old(self) -> int:
        """See `Registry.forget_old`: nothing here is another machine's."""
        return 0

    def close(self) -> None:
        """See `Registry.close`: there is nothing."""


def batched(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """The items in lists that a statement may name one by one."""
    iterator = iter(items)
    while some := list(islice(iterator, _BATCH)):
        yield some


@dataclass(frozen=True, slots=True)
class Changes:
    """What taking over entries changed: numbers of people."""

    added: int
    updated: int
    unchanged: int


def check_keys(session: Session, keys: IinKeys) -> None:
    """Make sure that these are the keys that the register was written with.

    With others, made anew after the old ones were lost, nobody would be found, and an import would enter everybody
    twice. A row that is damaged says nothing of the keys: they are others if they open none of the first rows.

    Raises:
        SealError: they are not.
    """
    seen = False
    for table in (_residents, table_of(KnownPerson)):
        for row in session.execute(_numbers(table).limit(_KEYS_TRIED)):
            if _fits(row, keys):
                return
            seen = True
    if seen:
        raise SealError(
            "the keys iin-lookup and iin-sealing are not those of this database; restore them from the backup"
        )


def ill_numbered(session: Session, keys: IinKeys) -> Iterator[str]:
    """The ids of people whose sealed IIN does not open, or is not the one that they are found by: the registrar makes
    no roll with them (`Registry.iins`). Every row is opened, a million in less than a minute."""
    for table in (_residents, table_of(KnownPerson)):
        for row in session.execute(_numbers(table).execution_options(yield_per=_BATCH)):
            if not _fits(row, keys):
                yield row.person_id


def _numbers(table: Table) -> Select[Any]:
    return choose(table.c.person_id, table.c.iin_hash, table.c.iin_sealed).order_by(table.c.person_id)


def _fits(row: Row[Any], keys: IinKeys) -> bool:
    """Whether the sealed IIN opens, and is the one that the row is found by."""
    try:
        return bool(keys.hash(keys.open_sealed(row.iin_sealed, row.person_id)) == row.iin_hash)
    except SealError:
        return False


def count_residents(session: Session) -> int:
    """How many people are in the embedded table."""
    return session.exec(select(func.count()).select_from(Resident)).one()


def add_residents(tx: UnitOfWork, keys: IinKeys, entries: Iterable[Entry], now: datetime) -> Changes:
    """Enter people in the register; who is there already (by IIN) is brought up to date and keeps the person id.

    Raises:
        SealError: see `check_keys`.
    """
    tx.lock("registry:residents")  # of two imports at once, the second finds whom the first has entered
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
            elif _update(resident, entry, keys):
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
        address_sealed=keys.seal_text(entry.address, person_id) if entry.address else None,
        updated_at=now,
        **{column: getattr(entry, column) for column in _OPEN_COLUMNS},
    )


def _address(resident: Resident, keys: IinKeys) -> str:
    return keys.open_text(resident.address_sealed, resident.person_id) if resident.address_sealed else ""


def _update(resident: Resident, entry: Entry, keys: IinKeys) -> bool:
    """Write what differs into the row; whether anything did."""
    changed = [column for column in _OPEN_COLUMNS if getattr(resident, column) != getattr(entry, column)]
    for column in changed:
        setattr(resident, column, getattr(entry, column))
    moved = _address(resident, keys) != entry.address
    if moved:
        resident.address_sealed = keys.seal_text(entry.address, resident.person_id) if entry.address else None
    return moved or bool(changed)


def _person(resident: Resident | Row[Any]) -> Person:
    return Person(resident.person_id, **{column: getattr(resident, column) for column in _OPEN_COLUMNS})
