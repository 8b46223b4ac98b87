"""Whether an association that comments is one of the accredited ones: it says so, and an official may confirm it.

The official looks it up in the register of accredited associations, which is not the platform's, and asks the
association where that is needed. What is shown names the agency that has confirmed it: it is that agency's word.
"""

from __future__ import annotations

from sqlmodel import Session, col, delete, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations import keys
from egov_participation.consultations.models import GONE, Accreditation, Capacity, Comment, Consultation
from egov_participation.consultations.service import covers, lookup
from egov_participation.consultations.service.comment_supporting import locked
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo


def confirm(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """Confirm it, for all that the same author has written in this consultation for that association.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 403 ``role.agency``, ``accreditation.own``; 409
            ``accreditation.none``: the comment is no association's.
    """
    consultation, comment = _taken(services, tx, acting, reference, number)
    for id_ in _same(tx.session, consultation, comment):
        tx.add_if_new(
            Accreditation,
            comment_id=id_,
            agency=consultation.agency,
            official=acting.person_id,
            day=services.day(services.clock()),
        )
    _record(services, tx, acting, consultation, comment, "accredited")


def take_back(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """It was confirmed by mistake.

    Raises:
        DomainError: as `confirm`.
    """
    consultation, comment = _taken(services, tx, acting, reference, number)
    mine = col(Accreditation.comment_id).in_(_same(tx.session, consultation, comment))
    tx.exec(delete(Accreditation).where(mine))
    _record(services, tx, acting, consultation, comment, "unaccredited")


def undecided(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """The form said neither.

    Raises:
        DomainError: as `confirm`, else 422 ``accreditation.act``.
    """
    _taken(services, tx, acting, reference, number)
    raise DomainError(422, N_("Choose an answer."), code="accreditation.act")


def _taken(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int
) -> tuple[Consultation, Comment]:
    consultation = lookup.found(tx.session, reference)
    if consultation.agency not in acting.agencies:
        raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
    comment = locked(tx, consultation, number)
    if comment.capacity != Capacity.ASSOCIATION or comment.shown in GONE:
        raise DomainError(409, N_("This comment is not one of an association."), code="accreditation.none")
    if comment.person_hash == keys.person_hash(services.settings.keys_dir, acting.person_id):
        raise DomainError(403, N_("This is your own comment: a colleague decides on it."), code="accreditation.own")
    return consultation, comment


def _same(session: Session, consultation: Consultation, comment: Comment) -> list[int]:
    """The comments of the same author for the same association; of an author who is forgotten, this one."""
    if comment.person_hash is None:
        return [comment.id or 0]
    mine = (
        Comment.consultation_id == consultation.id,
        Comment.person_hash == comment.person_hash,
        Comment.capacity == Capacity.ASSOCIATION.value,
        Comment.organisation == comment.organisation,
        col(Comment.shown).not_in(GONE),
    )
    return [id_ or 0 for id_ in session.exec(select(Comment.id).where(*mine))]


def _record(
    services: Services, tx: UnitOfWork, acting: SessionInfo, consultation: Consultation, comment: Comment, step: str
) -> None:
    audit.record(tx, acting, Action.REPLY, covers.object_of(consultation, comment), services.clock(), step=step)
    tx.flush()
