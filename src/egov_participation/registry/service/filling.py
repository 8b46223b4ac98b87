"""The embedded register filled from a file, and looked through."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, Select, Table
from sqlalchemy import select as choose
from sqlmodel import Session, col, func, select

from egov_participation.database import Database, UnitOfWork, table_of
from egov_participation.registry import csv_file
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import KnownPerson, Resident
from egov_participation.registry.rules import Entry
from egov_participation.registry.service.embedded import OPEN_COLUMNS, marked_values, noted_values, open_address

_BATCH: Final = 500
"""Below SQLite's oldest limit of 999 parameters in one statement."""
_KEYS_TRIED: Final = 100
"""Rows of each table that must all be damaged before the keys are doubted."""
_residents: Final = table_of(Resident)

ImportProgress = Callable[[str, int], None]
"""Is told the stage, ``"check"`` or ``"write"``, and how many bytes of the file are done."""


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


def ill(session: Session, keys: IinKeys) -> Iterator[str]:
    """The ids of people whose sealed IIN does not open, or is not the one that they are found by, or whose row is not
    the one that was marked, where the key of the marks is among these: the registrar takes none of these rows. Every
    one is opened, a million in about a minute."""
    for table, values in ((_residents, marked_values), (table_of(KnownPerson), noted_values)):
        rows = choose(table).order_by(table.c.person_id).execution_options(yield_per=_BATCH)
        for row in session.execute(rows):
            # Whom the site alone has met bears no mark.
            unmarked = table is not _residents and row.mark is None
            if not _fits(row, keys) or not (unmarked or _is_marked(row, keys, values)):
                yield row.person_id


def _numbers(table: Table) -> Select[Any]:
    return choose(table.c.person_id, table.c.iin_hash, table.c.iin_sealed).order_by(table.c.person_id)


def _fits(row: Row[Any], keys: IinKeys) -> bool:
    """Whether the sealed IIN opens, and is the one that the row is found by."""
    try:
        return bool(keys.hash(keys.open_sealed(row.iin_sealed, row.person_id)) == row.iin_hash)
    except SealError:
        return False


def _is_marked(row: Row[Any], keys: IinKeys, values: Callable[[Any], Iterable[bytes]]) -> bool:
    try:
        keys.check_mark(row.mark, values(row))
    except SealError:
        return False
    return True


def count_residents(session: Session) -> int:
    """How many people are in the embedded table."""
    return session.exec(select(func.count()).select_from(Resident)).one()


def add_residents(
    tx: UnitOfWork, keys: IinKeys, entries: Iterable[Entry], now: datetime, *, mark_anew: bool = False
) -> Changes:
    """Enter people in the register; who is there already (by IIN) is brought up to date and keeps the person id.

    Args:
        keys: with the registrar's, which marks each row.
        mark_anew: whether rows whose mark does not hold are taken for those of the people whose hashes stand in them.

    Raises:
        SealError: see `check_keys`; also if one's mark does not hold: then somebody changed it from outside, and whose
            id it is cannot be told.
    """
    tx.lock("registry:residents")  # of two imports at once, the second finds whom the first has entered
    check_keys(tx.session, keys)
    added = updated = unchanged = 0
    remaining = iter(entries)
    while batch := list(islice(remaining, _BATCH)):
        hashes = [keys.hash(entry.iin) for entry in batch]
        found = tx.session.exec(select(Resident).where(col(Resident.iin_hash).in_(hashes))).all()
        back = _come_back(tx, keys, hashes, mark_anew=mark_anew)
        known = {resident.iin_hash: resident for resident in found}
        for entry, iin_hash in zip(batch, hashes, strict=True):
            resident = known.get(iin_hash)
            if resident is None:
                known[iin_hash] = _new_resident(entry, iin_hash, keys, now, back.get(iin_hash))
                tx.add(known[iin_hash])
                added += 1
            elif _update(resident, entry, keys, mark_anew=mark_anew):
                resident.updated_at = now
                updated += 1
            else:
                unchanged += 1
        tx.flush()
        for resident in known.values():
            tx.session.expunge(resident)
    return Changes(added, updated, unchanged)


def import_file(
    database: Database,
    keys: IinKeys,
    path: Path,
    now: datetime,
    progress: ImportProgress | None = None,
    *,
    mark_anew: bool = False,
) -> Changes:
    """Enter the people of a CSV file (`csv_file` describes it): all of them, or none if any line is wrong.

    The file is checked whole before the writer lane is taken, and then read once more.

    Raises:
        FileProblems: with up to 100 problems, by line.
        SealError: see `add_residents`.
        OSError: the file cannot be read.
    """
    today = now.date()

    def stage(name: str) -> csv_file.Progress | None:
        return None if progress is None else lambda done: progress(name, done)

    csv_file.check(path, keys, today, stage("check"))
    with database.uow() as tx:
        changes = add_residents(tx, keys, csv_file.entries(path, today, stage("write")), now, mark_anew=mark_anew)
        tx.commit()
    return changes


def remove(tx: UnitOfWork, keys: IinKeys, iin: Iin) -> str | None:
    """Take somebody out of the register; their id, or None for who is not in it. The id is kept for a return: nobody
    comes back as somebody else, and takes part twice.

    Raises:
        SealError: see `add_residents`.
    """
    tx.lock("registry:residents")
    check_keys(tx.session, keys)
    resident = tx.exec(select(Resident).where(Resident.iin_hash == keys.hash(iin))).first()
    if resident is None:
        return None
    keys.check_mark(resident.mark, marked_values(resident))
    kept = KnownPerson(person_id=resident.person_id, iin_hash=resident.iin_hash, iin_sealed=resident.iin_sealed)
    kept.mark = keys.mark(noted_values(kept))
    tx.session.delete(resident)
    tx.flush()
    tx.add(kept)
    return kept.person_id


def renumber(tx: UnitOfWork, keys: IinKeys, old: Iin, new: Iin, now: datetime) -> tuple[str | None, str | None]:
    """Take out of the register who stands there under an IIN that was corrected, and enter them under the right one,
    where they are not yet: somebody else with another id. The ids of both, also of who was taken out before; None where
    there is none.

    Raises:
        SealError: see `add_residents`.
        ValueError: the date of birth is not the one in the new IIN.
    """
    before = tx.exec(select(Resident).where(Resident.iin_hash == keys.hash(old))).first()
    after = tx.exec(select(Resident.person_id).where(Resident.iin_hash == keys.hash(new))).first()
    if before is not None and after is None:
        told = {column: getattr(before, column) for column in OPEN_COLUMNS}
        if not new.allows_birth_date(before.birth_date):
            if new.birth_date is None:
                raise ValueError("the new IIN is of another date of birth: enter the person by `egov registry import`")
            told["birth_date"] = new.birth_date
        entry = Entry(new, **told, address=open_address(before, keys))
        add_residents(tx, keys, [entry], now)
        after = tx.exec(select(Resident.person_id).where(Resident.iin_hash == keys.hash(new))).one()
    gone = remove(tx, keys, old)
    for kept in _taken_out(tx, [keys.hash(old)]) if gone is None else ():
        keys.check_mark(kept.mark, noted_values(kept))
        gone = kept.person_id
    return gone, after


def _taken_out(tx: UnitOfWork, hashes: Sequence[bytes]) -> Sequence[KnownPerson]:
    """Who was taken out once; without those who were met when the register was on another machine."""
    taken_out = select(KnownPerson).where(col(KnownPerson.iin_hash).in_(hashes), col(KnownPerson.mark).is_not(None))
    return tx.exec(taken_out).all()


def _come_back(tx: UnitOfWork, keys: IinKeys, hashes: Sequence[bytes], *, mark_anew: bool) -> dict[bytes, str]:
    """The ids of those who were taken out once, by hash; who is entered again has it back."""
    back: dict[bytes, str] = {}
    for kept in _taken_out(tx, hashes):
        if not mark_anew:
            keys.check_mark(kept.mark, noted_values(kept))
        back[kept.iin_hash] = kept.person_id
        tx.session.delete(kept)
    return back


def _new_resident(
    entry: Entry, iin_hash: bytes, keys: IinKeys, now: datetime, person_id: str | None = None
) -> Resident:
    person_id = person_id or secrets.token_hex(16)
    resident = Resident(
        person_id=person_id,
        iin_hash=iin_hash,
        iin_sealed=keys.seal(entry.iin, person_id),
        address_sealed=keys.seal_text(entry.address, person_id) if entry.address else None,
        updated_at=now,
        mark=b"",
        **{column: getattr(entry, column) for column in OPEN_COLUMNS},
    )
    resident.mark = keys.mark(marked_values(resident))
    return resident


def _update(resident: Resident, entry: Entry, keys: IinKeys, *, mark_anew: bool) -> bool:
    """Write what differs into the row; whether anything did."""
    try:
        keys.check_mark(resident.mark, marked_values(resident))
        held = True
    except SealError:
        if not mark_anew:
            raise SealError(
                "a row of the register is not as it was entered, or was marked with another key register-rows; "
                "`egov registry check` names all of these"
            ) from None
        resident.iin_sealed, held = keys.seal(entry.iin, resident.person_id), False
    changed = [column for column in OPEN_COLUMNS if getattr(resident, column) != getattr(entry, column)]
    for column in changed:
        setattr(resident, column, getattr(entry, column))
    moved = open_address(resident, keys) != entry.address
    if moved:
        resident.address_sealed = keys.seal_text(entry.address, resident.person_id) if entry.address else None
    if changed or not held:
        resident.mark = keys.mark(marked_values(resident))
    return moved or bool(changed) or not held
