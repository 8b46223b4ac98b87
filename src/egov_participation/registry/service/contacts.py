"""What people correct themselves: where and in which language they are written to.

The registry's own entry is never written to. `CorrectedRegistry` stands around whichever registry there is, so that
everybody who asks for a person gets the address that holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, delete, select

from egov_participation.database import UnitOfWork
from egov_participation.registry.iin import Iin
from egov_participation.registry.models import OwnContact
from egov_participation.registry.service.interface import Person, Registry, Status


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a person set; None where the registry's holds."""

    mail: str | None
    language: str | None
    changed_at: datetime | None


def own_contact(session: Session, person_id: str) -> Corrected:
    """What a person set themselves."""
    row = session.get(OwnContact, person_id)
    return Corrected(None, None, None) if row is None else Corrected(row.mail, row.language, row.changed_at)


def set_mail(tx: UnitOfWork, person_id: str, mail: str | None, now: datetime) -> None:
    """Write to this address from now on; None: to the registry's. Whether the person may is the caller's to decide."""
    row = _row(tx, person_id, now)
    row.mail, row.changed_at = mail, now


def set_language(tx: UnitOfWork, person_id: str, language: str | None, now: datetime) -> None:
    """Write in this language from now on (kk, ru, en); None: in the registry's."""
    row = _row(tx, person_id, now)
    row.language, row.changed_at = language, now


def forget_contact(tx: UnitOfWork, person_id: str) -> None:
    """Write to the registry's address again, in its language."""
    tx.exec(delete(OwnContact).where(col(OwnContact.person_id) == person_id))


def _row(tx: UnitOfWork, person_id: str, now: datetime) -> OwnContact:
    tx.add_if_new(OwnContact, person_id=person_id, changed_at=now)
    return tx.exec(select(OwnContact).where(OwnContact.person_id == person_id).with_for_update()).one()


class CorrectedRegistry:
    """A registry with what people corrected (`Registry`)."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        """The one within, without corrections."""

    def find(self, session: Session, iin: Iin) -> Person | None:
        """See `Registry.find`."""
        return _corrected(session, self.registry.find(session, iin))

    def get(self, session: Session, person_id: str) -> Person | None:
        """See `Registry.get`."""
        return _corrected(session, self.registry.get(session, person_id))

    def mask(self, session: Session, person_id: str) -> str:
        """See `Registry.mask`."""
        return self.registry.mask(session, person_id)

    def iin(self, session: Session, person_id: str) -> Iin | None:
        """See `Registry.iin`."""
        return self.registry.iin(session, person_id)

    def iins(self, session: Session, person_ids: Collection[str]) -> dict[str, Iin]:
        """See `Registry.iins`."""
        return self.registry.iins(session, person_ids)

    def with_iins(self, session: Session, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """See `Registry.with_iins`."""
        found = self.registry.with_iins(session, person_ids)
        return {
            id_: (person, iin)
            for id_, (within, iin) in found.items()
            if (person := _corrected(session, within)) is not None
        }

    def address(self, session: Session, person_id: str) -> str:
        """See `Registry.address`."""
        return self.registry.address(session, person_id)

    def eligible(self, session: Session, *, born_by: date, territories: Collection[str] = ()) -> Iterator[str]:
        """See `Registry.eligible`."""
        return self.registry.eligible(session, born_by=born_by, territories=territories)

    def find_many(self, session: Session, iins: Collection[Iin]) -> dict[Iin, str]:
        """See `Registry.find_many`."""
        return self.registry.find_many(session, iins)

    def regions(self, session: Session, person_ids: Collection[str]) -> dict[str, str]:
        """See `Registry.regions`."""
        return self.registry.regions(session, person_ids)

    def status(self, session: Session) -> Status:
        """See `Registry.status`."""
        return self.registry.status(session)

    def for_registrar(self, keys_dir: Path) -> Registry:
        """See `Registry.for_registrar`."""
        return self.registry.for_registrar(keys_dir)

    def forget_old(self) -> int:
        """See `Registry.forget_old`."""
        return self.registry.forget_old()

    def close(self) -> None:
        """See `Registry.close`."""
        self.registry.close()


def _corrected(session: Session, person: Person | None) -> Person | None:
    if person is None:
        return None
    own = own_contact(session, person.person_id)
    return replace(person, mail=own.mail or person.mail, language=own.language or person.language)
