"""Finding a petition for who is about to do something with it."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import Petition, PetitionText


def no_petition() -> DomainError:
    """What is said where there is no such petition, or none that this person may know of: both alike."""
    return DomainError(404, N_("There is no such petition."), code="petition.unknown")


def found(session: Session, reference: str) -> Petition:
    """A petition by its number, whatever its state.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    row = session.exec(select(Petition).where(Petition.reference == reference)).first()
    if row is None:
        raise no_petition()
    return row


def locked(tx: UnitOfWork, reference: str) -> Petition:
    """The same, and nobody else changes it until this transaction ends.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    row = tx.exec(select(Petition).where(Petition.reference == reference).with_for_update()).first()
    if row is None:
        raise no_petition()
    return row


OWN: Final = N_("This is your own petition: another moderator decides on it.")


def check_not_own(petition: Petition, person_id: str | None, message: str = OWN) -> None:
    """Refuse an official whose own petition it is: nobody decides on what they ask for themselves.

    Raises:
        DomainError: 403 ``petition.own``.
    """
    if petition.creator is not None and petition.creator == person_id:
        raise DomainError(403, message, code="petition.own")


def texts(session: Session, petition: Petition) -> dict[str, PetitionText]:
    """What it says, by language; the one that it was written in first stands first."""
    rows = session.exec(select(PetitionText).where(PetitionText.petition_id == petition.id)).all()
    return {row.lang: row for row in sorted(rows, key=lambda row: (row.lang != petition.language, row.lang))}
