"""Erasing comments: who wants it says so, the words are hidden at once, and after some days they are destroyed.

Until then an author takes it back, and a moderator's decision can be appealed against. What a court has ordered is done
at once. The log has each step, and who asked for it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, select, update

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import (
    GONE,
    Accreditation,
    Capacity,
    Comment,
    CommentEdit,
    CommentFile,
    CommentPlacement,
    CommentSupport,
    Complaint,
    Consultation,
    ErasedBy,
    Erasure,
    Redaction,
    Shown,
    Stance,
    State,
)
from egov_participation.consultations.service import comment_letters, covers, lifecycle, ruling
from egov_participation.consultations.service.comment_own import locked_own
from egov_participation.consultations.service.commenting import make_unfindable
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo

WAIT: Final = timedelta(days=3)
"""So long words wait to be destroyed; observers hold that against the log (`docs/log.md`)."""
_DAY: Final = timedelta(days=1)
_AT_ONCE: Final = 100
"""Comments of one round."""


def ask(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """Let the words of one's comment be destroyed; that there was one, and where, stays. A second time changes nothing.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``.
    """
    consultation, comment = locked_own(services, tx, acting, reference, number)
    if comment.shown not in GONE:
        erasure = begin(tx, consultation, comment, ErasedBy.AUTHOR, ruling.begin_of_today(services))
        comment_letters.tell_author(
            services, tx, consultation, comment, comment_letters.ERASING, due=services.day(erasure.due_at)
        )


def take_back(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """Keep the words of one's comment after all: it is shown as it was before.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 409 ``erasure.none``: nobody can, or its author
            did not ask for it; ``erasure.reported``.
    """
    consultation, comment = locked_own(services, tx, acting, reference, number)
    row = pending(tx.session, comment)
    if row is None or row.by != ErasedBy.AUTHOR:
        raise DomainError(409, N_("There is no request of yours that could be taken back."), code="erasure.none")
    if consultation.state == State.REPORTED:
        raise DomainError(
            409,
            N_("The report is published meanwhile, and has no reply to this comment: its words are destroyed."),
            code="erasure.reported",
        )
    row.kept_at = ruling.begin_of_today(services)
    tx.add(row)
    covered = covers.active(tx.session, comment) is not None
    covers.show(tx, consultation, comment, Shown.REDACTED if covered else Shown.PUBLISHED)
    covers.enter(tx, consultation, comment, "kept", row.kept_at)
    tx.flush()


def pending(session: Session, comment: Comment) -> Erasure | None:
    """What is to take effect; None where nothing is."""
    if comment.shown != Shown.ERASING:
        return None
    mine = (Erasure.comment_id == comment.id, col(Erasure.done_at).is_(None), col(Erasure.kept_at).is_(None))
    return session.exec(select(Erasure).where(*mine).order_by(col(Erasure.id).desc())).first()


def begin(
    tx: UnitOfWork,
    consultation: Consultation,
    comment: Comment,
    by: ErasedBy,
    now: datetime,
    *,
    reason: str = "",
    moderator: str | None = None,
) -> Erasure:
    """Write down that a comment is to be erased, and hide it.

    Args:
        now: where its author asks for it, the beginning of the day: they have what is left of it besides.
    """
    assert comment.id is not None
    at_once = by is ErasedBy.COURT
    row = Erasure(
        comment_id=comment.id,
        at=now,
        by=by.value,
        reason=reason,
        salt=secrets.token_bytes(ledger.SALT_SIZE) if reason else None,
        moderator=moderator,
        due_at=now if at_once else now + WAIT + (_DAY if by is ErasedBy.AUTHOR else timedelta(0)),
    )
    tx.add(row)
    if not at_once:
        covers.show(tx, consultation, comment, Shown.ERASING)
        covers.enter(tx, consultation, comment, "erasing", now, by=by.value, reason=committed(row))
    tx.flush()
    return row


def committed(row: Erasure) -> str | None:
    """The commitment to an erasure's reason, as the log has it; None where there is none."""
    if row.salt is None:
        return None
    return ledger.commitment(lifecycle.REASON, row.salt, row.reason.encode())


def due(services: Services) -> int:
    """Destroy what has waited for long enough. Nothing is destroyed while an appeal waits to be decided.

    Returns:
        How many comments.
    """
    now, done = services.clock(), 0
    waiting = (col(Erasure.due_at) <= now, col(Erasure.done_at).is_(None), col(Erasure.kept_at).is_(None))
    appealed = (
        select(Redaction.comment_id)
        .where(col(Redaction.appealed_at).is_not(None), col(Redaction.decided_at).is_(None))
        .where(col(Redaction.lifted_at).is_(None))
    )
    heard = (col(Erasure.by) == ErasedBy.AUTHOR.value) | col(Erasure.comment_id).not_in(appealed)
    wanted = select(Erasure.id).where(*waiting, heard).order_by(col(Erasure.id)).limit(_AT_ONCE)
    with services.database.read() as session:
        found = session.exec(wanted).all()
    for id_ in found:
        with services.database.uow() as tx:
            if tx.exec(wanted.where(Erasure.id == id_)).first() is None:
                continue
            row = tx.session.get_one(Erasure, id_)
            comment = tx.session.get_one(Comment, row.comment_id, with_for_update=True)
            consultation = tx.session.get_one(Consultation, comment.consultation_id)
            if row.by == ErasedBy.LAW:
                comment_letters.tell_author(
                    services, tx, consultation, comment, comment_letters.ERASED, reason=row.reason
                )
            destroy(tx, consultation, comment, row, now)
            tx.commit()
            done += 1
    return done


def order(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    consultation: Consultation,
    comment: Comment,
    by: ErasedBy,
    reason: str,
) -> None:
    """Have a covered comment erased as another moderator than who covered it: that they may is seen to before."""
    now = services.clock()
    row = begin(tx, consultation, comment, by, now, reason=reason, moderator=acting.person_id)
    kind = comment_letters.ERASED_BY_COURT if by is ErasedBy.COURT else comment_letters.ERASING_BY_LAW
    comment_letters.tell_author(services, tx, consultation, comment, kind, reason=reason, due=services.day(row.due_at))
    if by is ErasedBy.COURT:
        destroy(tx, consultation, comment, row, now)
    step = "erased" if by is ErasedBy.COURT else "erasing"
    audit.record(
        tx, acting, Action.REDACT_COMMENT, covers.object_of(consultation, comment), now, step=step, reason=reason
    )
    tx.flush()


def destroy(tx: UnitOfWork, consultation: Consultation, comment: Comment, row: Erasure, now: datetime) -> None:
    """Destroy what somebody wrote, their files, who they are, and the random bytes without which the log's entries say
    nothing. What stays: that there was a comment, its number, day and language, where it stood, and how many supported
    it."""
    row.done_at = now
    make_unfindable(tx, consultation.reference or "", comment)
    comment.shown, comment.text, comment.proposed, comment.salt = Shown.ERASED.value, "", "", None
    comment.quote, comment.prefix, comment.suffix, comment.quote_start, comment.quote_end = "", "", "", None, None
    comment.author_name, comment.author_salt, comment.organisation = "", None, ""
    comment.capacity, comment.stance, comment.territory = Capacity.CITIZEN.value, Stance.NONE.value, ""
    comment.person_hash, comment.person_sealed = None, None
    _leave_cluster(tx, comment)
    tx.add(row)
    tx.add(comment)
    placed = update(CommentPlacement).where(col(CommentPlacement.comment_id) == comment.id)
    tx.exec(placed.values(quote_start=None, quote_end=None))
    tx.exec(delete(CommentFile).where(col(CommentFile.comment_id) == comment.id))
    tx.exec(delete(Accreditation).where(col(Accreditation.comment_id) == comment.id))
    tx.exec(delete(Complaint).where(col(Complaint.comment_id) == comment.id))
    tx.exec(delete(CommentSupport).where(col(CommentSupport.comment_id) == comment.id))
    edits = update(CommentEdit).where(col(CommentEdit.comment_id) == comment.id)
    tx.exec(edits.values(text="", salt=None))
    covered = update(Redaction).where(col(Redaction.comment_id) == comment.id)
    tx.exec(covered.values(appeal=None, left_salt=None, covered="[]"))
    by_court = row.by == ErasedBy.COURT
    covers.enter(tx, consultation, comment, "erased", now, by=row.by, reason=committed(row) if by_court else None)
    tx.flush()


def _leave_cluster(tx: UnitOfWork, comment: Comment) -> None:
    """The words of others in it would tell what stood there. Who stood for them hands that on to the next."""
    others = (
        col(Comment.consultation_id) == comment.consultation_id,
        col(Comment.cluster) == comment.number,
        col(Comment.number) != comment.number,
    )
    left = tx.exec(select(Comment.number).where(*others).order_by(col(Comment.number)).limit(2)).all()
    if left:
        tx.exec(update(Comment).where(*others).values(cluster=left[0] if len(left) > 1 else None))
    comment.cluster = None
