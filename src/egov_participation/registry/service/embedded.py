"""The register of residents as a table of the platform's own database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Row, bindparam
from sqlalchemy import select as choose
from sqlmodel import Session, col, or_, select

from egov_participation.database import table_of
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import KnownPerson, Resident
from egov_participation.registry.rules import COLUMNS
from egov_participation.registry.service.interface import Person, Status

_BATCH: Final = 500
"""Below SQLite's oldest limit of 999 parameters in one statement."""
_Item = TypeVar("_Item")
OPEN_COLUMNS: Final = tuple(column for column in COLUMNS if column not in ("iin", "address"))
"""What of an entry is stored as it is, and told to other rooms."""
_residents: Final = table_of(Resident)
_FOUND: Final = choose(
    *(_residents.c[column] for column in ("person_id", "iin_hash", "iin_sealed", *OPEN_COLUMNS, "mark"))
)
_BY_HASH: Final = _FOUND.where(_residents.c.iin_hash == bindparam("iin_hash"))
_BY_ID: Final = _FOUND.where(_residents.c.person_id == bindparam("person"))
_BY_IDS: Final = _FOUND.where(_residents.c.person_id.in_(bindparam("people", expanding=True)))
"""Asked with signatures: on the table, and the statements are made once."""


class EmbeddedRegistry:
    """The register as a table of this database (`Registry`)."""

    def __init__(self, keys: IinKeys) -> None:
        self.keys = keys

    def find(self, session: Session, iin: Iin) -> Person | None:
        """See `Registry.find`."""
        found = session.execute(_BY_HASH, {"iin_hash": self.keys.hash(iin)}).first()
        return None if found is None else self._person(found)

    def get(self, session: Session, person_id: str) -> Person | None:
        """See `Registry.get`."""
        found = session.execute(_BY_ID, {"person": person_id}).first()
        return None if found is None else self._person(found)

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
            row.person_id: self._iin(row)
            for some in batched(person_ids)
            for row in session.execute(_BY_IDS, {"people": some})
        }

    def with_iins(self, session: Session, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """See `Registry.with_iins`."""
        return {
            row.person_id: (self._person(row), self.keys.open_sealed(row.iin_sealed, row.person_id))
            for some in batched(person_ids)
            for row in session.execute(_BY_IDS, {"people": some})
        }

    def address(self, session: Session, person_id: str) -> str:
        """See `Registry.address`."""
        found = session.get(Resident, person_id)
        return "" if found is None else open_address(found, self.keys)

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

    def for_registrar(self, keys_dir: Path) -> EmbeddedRegistry:
        """See `Registry.for_registrar`."""
        return EmbeddedRegistry(self.keys.marked(keys_dir))

    def forget_old(self) -> int:
        """See `Registry.forget_old`: nothing here is another machine's."""
        return 0

    def close(self) -> None:
        """See `Registry.close`: there is nothing."""

    def _person(self, row: Row[Any]) -> Person:
        self.keys.check_mark(row.mark, marked_values(row))
        return Person(row.person_id, **{column: getattr(row, column) for column in OPEN_COLUMNS})

    def _iin(self, row: Row[Any]) -> Iin:
        self.keys.check_mark(row.mark, marked_values(row))
        return self.keys.open_sealed(row.iin_sealed, row.person_id)


def marked_values(row: Resident | Row[Any]) -> Iterator[bytes]:
    """What a resident's mark is made of (`IinKeys.mark`): all of the row but the address, which decides nothing, and
    the time of the last change. Rows that do not differ in these do not differ for the registrar."""
    yield b"resident"
    yield row.person_id.encode()
    yield row.iin_hash
    yield row.iin_sealed
    for column in OPEN_COLUMNS:
        yield str(getattr(row, column)).encode()


def noted_values(row: KnownPerson | Row[Any]) -> Iterator[bytes]:
    """The same of somebody of whom nothing or another machine's answer is kept; with the time, so that no older answer
    counts for longer than it may."""
    yield b"known"
    yield row.person_id.encode()
    yield row.iin_hash
    yield row.iin_sealed
    yield row.record_sealed or b""
    yield (row.fetched_at.isoformat() if row.fetched_at else "").encode()


def open_address(resident: Resident, keys: IinKeys) -> str:
    """Locality, street and house; empty where not known."""
    return keys.open_text(resident.address_sealed, resident.person_id) if resident.address_sealed else ""


def batched(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """The items in lists that a statement may name one by one."""
    iterator = iter(items)
    while some := list(islice(iterator, _BATCH)):
        yield some
