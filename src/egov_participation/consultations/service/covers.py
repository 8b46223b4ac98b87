"""How a comment is covered: the decision that holds, what the log is told of it, and what need not be kept any more."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, func, select, update

from egov_participation.consultations.models import (
    Comment,
    CommentEdit,
    CommentFile,
    Complaint,
    Consultation,
    Redaction,
    Shown,
)
from egov_participation.consultations.rules import comment_document as document
from egov_participation.consultations.rules.covering import spans, taken_out
from egov_participation.consultations.service.comment_viewing import views
from egov_participation.consultations.service.commenting import make_findable, make_unfindable
from egov_participation.database import UnitOfWork
from egov_participation.ledger import service as ledger
from egov_participation.services import Services

APPEAL_WITHIN: Final = timedelta(days=30)
"""So long an author has to appeal. After that, or when it was refused, covered words are kept for nobody."""
_AT_ONCE: Final = 100


def active(session: Session, comment: Comment) -> Redaction | None:
    """The decision by which a comment is covered now."""
    mine = (Redaction.comment_id == comment.id, col(Redaction.lifted_at).is_(None))
    return session.exec(select(Redaction).where(*mine).order_by(col(Redaction.id).desc())).first()


def show(tx: UnitOfWork, consultation: Consultation, comment: Comment, shown: Shown) -> None:
    """Let a comment be shown so from here on; what is shown whole can be searched for."""
    comment.shown, reference = shown.value, consultation.reference or ""
    tx.exec(delete(Complaint).where(col(Complaint.comment_id) == comment.id))  # a moderator has seen it, or it is gone
    if shown is Shown.PUBLISHED:
        make_findable(tx, reference, comment)
    else:
        make_unfindable(tx, reference, comment)
    tx.flush()


def left(tx: UnitOfWork, consultation: Consultation, comment: Comment, row: Redaction) -> str:
    """The commitment to what is left to read of a comment that this decision covers: nobody alters that afterwards."""
    others = update(Redaction).where(col(Redaction.comment_id) == comment.id, col(Redaction.id) != row.id)
    tx.exec(others.values(left_salt=None))
    row.left_salt = secrets.token_bytes(ledger.SALT_SIZE)
    tx.add(row)
    tx.flush()
    (view,) = views(tx.session, consultation, [comment])
    content = document.canonical(document.of_left(view, row.ground))
    return ledger.commitment(document.LEFT, row.left_salt, content)


def enter(
    tx: UnitOfWork,
    consultation: Consultation,
    comment: Comment,
    what: str,
    now: datetime,
    *,
    by: str | None = None,
    reason: str | None = None,
    left: str | None = None,
) -> None:
    """Enter in the log what was decided about a comment; reason and what is left are commitments."""
    ledger.enter(
        tx,
        {
            "type": "consultation.redaction",
            "version": 1,
            "consultation": consultation.reference,
            "at": ledger.time(now),
            "number": comment.number,
            "what": what,
            "by": by,
            "reason": reason,
            "left": left,
        },
    )


def object_of(consultation: Consultation, comment: Comment) -> str:
    """How the audit trail names a comment."""
    return f"comment:{consultation.reference}/{comment.number}"


def settle(services: Services) -> int:
    """Destroy the covered words, and the random bytes with which they could be guessed, of comments whose author cannot
    appeal any more. What is left to read stays, with its commitment.

    Returns:
        Of how many comments.
    """
    late = services.clock() - APPEAL_WITHIN
    over = (col(Redaction.decided_at).is_not(None)) | (col(Redaction.appealed_at).is_(None) & (Redaction.at <= late))
    holds = aliased(Redaction)
    last = select(func.max(holds.id)).where(holds.comment_id == Comment.id, col(holds.lifted_at).is_(None))
    wanted = (
        select(Comment.id)
        .join(Redaction, col(Redaction.comment_id) == col(Comment.id))
        .where(Comment.shown == Shown.REDACTED.value, col(Redaction.gone).is_(False))
        .where(col(Redaction.id) == last.scalar_subquery(), over)
        .order_by(col(Comment.id))
        .limit(_AT_ONCE)
    )
    with services.database.read() as session:
        found = session.exec(wanted).all()
    settled = 0
    for id_ in found:
        with services.database.uow() as tx:
            comment = tx.session.get_one(Comment, id_, with_for_update=True)
            row = active(tx.session, comment)
            if row is None or row.gone or comment.shown != Shown.REDACTED or not _is_over(row, late):
                continue
            _destroy_covered(tx, comment, row)
            tx.commit()
            settled += 1
    return settled


def _is_over(row: Redaction, late: datetime) -> bool:
    return row.decided_at is not None or (row.appealed_at is None and row.at <= late)


def _destroy_covered(tx: UnitOfWork, comment: Comment, row: Redaction) -> None:
    text, places = taken_out(comment.text, spans(row.covered))
    comment.text, row.covered = (text, json.dumps(places)) if places else ("", "[]")
    comment.proposed, comment.salt, row.gone = "", None, True
    tx.add(comment)
    tx.add(row)
    tx.exec(update(CommentEdit).where(col(CommentEdit.comment_id) == comment.id).values(text="", salt=None))
    tx.exec(delete(CommentFile).where(col(CommentFile.comment_id) == comment.id))
    tx.flush()
