"""Telling moderators of a comment: by anybody, without an account, so often from a network.

Who told is not known and not kept. A moderator covers words, or finds that nothing has to be covered; either way what
was told is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session, col, delete, func, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations import keys
from egov_participation.consultations.models import GONE, Comment, Complaint, Consultation
from egov_participation.consultations.service import comment_lists, covers, lookup, ruling
from egov_participation.consultations.service.comment_supporting import locked
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import Limit, throttle

IN_AN_HOUR: Final = Limit(
    "consultations.complaints",
    10,
    timedelta(hours=1),
    "complaint.too_many",
    N_("Many comments were reported from your network in the last hour. Try again a little later."),
)
KEPT: Final = timedelta(days=90)
MOST: Final = 20
"""So much of what is told of one comment is kept: it stands in the queue already."""
LISTED: Final = 100
"""So many comments are put before a moderator: the others follow as these are decided."""
LONGEST: Final = 1000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told of a comment."""

    day: date
    ground: str
    """Code of the rules' ground."""
    text: str


def complain(
    services: Services, tx: UnitOfWork, reference: str, number: int, *, ground: str, text: str, network: str
) -> bool:
    """Tell the moderators that words of a comment should be covered.

    Args:
        ground: code of the rules' ground.
        network: from which it comes; it is counted under a keyed hash, and kept nowhere.

    Returns:
        Whether it is kept: False where `MOST` of this comment wait already.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 409 ``complaint.gone``; 422
            ``complaint.ground``; 429 ``complaint.too_many``.
    """
    now = services.clock()
    consultation = lookup.found(tx.session, reference)
    comment = comment_lists.of_number(tx.session, consultation, number)
    if comment.shown in GONE:
        raise DomainError(409, N_("The words of this comment are no longer there."), code="complaint.gone")
    if ground not in {one.code for one in ruling.of(services, consultation).grounds}:
        raise DomainError(422, N_("Choose one of the grounds."), code="complaint.ground")
    throttle(services.settings.keys_dir).take_at_once(tx, IN_AN_HOUR, network, now)
    there = tx.exec(select(func.count()).select_from(Complaint).where(Complaint.comment_id == comment.id)).one()
    if there >= MOST:
        return False
    assert comment.id is not None
    sealed = keys.box(services.settings.keys_dir).close(text[:LONGEST], f"complaint:{comment.id}")
    tx.add(Complaint(comment_id=comment.id, day=services.day(now), ground=ground, text=sealed))
    tx.flush()
    return True


def waiting(session: Session) -> list[tuple[Consultation, Comment, int, date]]:
    """The comments of which something was told: how often, and since when; the first first, `LISTED` at most."""
    since = func.min(Complaint.day)
    rows = session.exec(
        select(Consultation, Comment, func.count(), since)
        .join(Comment, col(Comment.consultation_id) == col(Consultation.id))
        .join(Complaint, col(Complaint.comment_id) == col(Comment.id))
        .group_by(col(Consultation.id), col(Comment.id))
        .order_by(since, col(Comment.id))
        .limit(LISTED)
    ).all()
    return list(rows)


def told(services: Services, session: Session, comment: Comment) -> Sequence[Told]:
    """What was told of a comment, the first first."""
    rows = session.exec(select(Complaint).where(Complaint.comment_id == comment.id).order_by(col(Complaint.id))).all()
    box = keys.box(services.settings.keys_dir)
    return [Told(row.day, row.ground, box.open(row.text, f"complaint:{comment.id}")) for row in rows]


def dismiss(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """Find, as a moderator, that nothing has to be covered.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 403 ``redaction.own``.
    """
    consultation = lookup.found(tx.session, reference)
    comment = locked(tx, consultation, number)
    if comment.person_hash == keys.person_hash(services.settings.keys_dir, acting.person_id):
        raise DomainError(403, N_("This is your own comment: another moderator decides on it."), code="redaction.own")
    tx.exec(delete(Complaint).where(col(Complaint.comment_id) == comment.id))
    audit.record(
        tx,
        acting,
        Action.REDACT_COMMENT,
        covers.object_of(consultation, comment),
        services.clock(),
        step="dismissed",
    )
    tx.flush()
