"""Moderators cover words of a comment for a public reason; its author appeals, and another moderator decides."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from sqlmodel import Session, col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations import keys
from egov_participation.consultations.models import GONE, Comment, Consultation, ErasedBy, Redaction, Shown
from egov_participation.consultations.rules.covering import to_cover, widened
from egov_participation.consultations.service import (
    comment_erasing,
    comment_letters,
    comment_own,
    covers,
    lifecycle,
    lookup,
    ruling,
)
from egov_participation.consultations.service.comment_supporting import locked
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo


def cover(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    number: int,
    *,
    ground: str,
    reason: str,
    words: str = "",
) -> None:
    """Cover a comment, or words in it, from the public; of one in which words are covered, more.

    Args:
        ground: code of the rules' ground.
        reason: the public one.
        words: of the comment's text, a stretch on each line; empty: all of the comment.

    Raises:
        DomainError: 404 ``comment.unknown``; 403 ``redaction.own``; 409 ``redaction.covered``,
            ``redaction.appealed``; 422 ``redaction.ground``, ``redaction.words``.
    """
    now = services.clock()
    consultation, comment = _taken(services, tx, acting, reference, number)
    if comment.shown in GONE:
        raise DomainError(409, N_("This comment is covered or erased already."), code="redaction.covered")
    named = {one.code: one for one in ruling.of(services, consultation).grounds}
    if ground not in named:
        raise DomainError(422, N_("Choose one of the grounds."), code="redaction.ground")
    covered = to_cover(comment.text, words)
    before = covers.active(tx.session, comment) if comment.shown == Shown.REDACTED else None
    if before is not None:
        _check_decided(before)
        covered = widened(before.covered, covered)
    assert comment.id is not None
    row = Redaction(
        comment_id=comment.id,
        at=now,
        ground=ground,
        reason=reason,
        salt=secrets.token_bytes(ledger.SALT_SIZE),
        covered=json.dumps(covered),
        moderator=acting.person_id,
    )
    tx.add(row)
    covers.show(tx, consultation, comment, Shown.REDACTED)
    left = covers.left(tx, consultation, comment, row)
    _record(tx, acting, consultation, comment, "redacted", now, reason=reason, salt=row.salt, left=left)
    ground_words = named[ground].text.model_dump()
    comment_letters.tell_author(
        services, tx, consultation, comment, comment_letters.COVERED, ground=ground_words, reason=reason
    )
    tx.flush()


def may_appeal(services: Services, session: Session, comment: Comment, redaction: Redaction | None) -> bool:
    """Whether its author may appeal now."""
    if redaction is None or redaction.appealed_at is not None or not _is_heard(session, comment):
        return False
    return services.clock() < redaction.at + covers.APPEAL_WITHIN


def _is_heard(session: Session, comment: Comment) -> bool:
    """Whether an appeal is of use still: words are covered, and their author does not want them destroyed."""
    erasure = comment_erasing.pending(session, comment)
    return comment.shown == Shown.REDACTED or (erasure is not None and erasure.by == ErasedBy.LAW)


def appeal(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int, why: str) -> None:
    """Appeal, as the author, once against each decision and within `covers.APPEAL_WITHIN`.

    Raises:
        DomainError: 404 ``comment.unknown``; 409 ``appeal.none``.
    """
    comment_own.one(services, tx.session, acting.person_id, reference, number)
    comment = locked(tx, lookup.found(tx.session, reference), number)
    row = covers.active(tx.session, comment)
    if not may_appeal(services, tx.session, comment, row) or row is None:
        raise DomainError(
            409, N_("An appeal can be made once against each decision, within 30 days of it."), code="appeal.none"
        )
    row.appeal = keys.box(services.settings.keys_dir).close(why, f"appeal:{row.id}")
    row.appealed_at = ruling.begin_of_today(services)
    tx.add(row)
    tx.flush()


def why(services: Services, redaction: Redaction) -> str:
    """Why the author appeals; empty where it was deleted."""
    if redaction.appeal is None:
        return ""
    return keys.box(services.settings.keys_dir).open(redaction.appeal, f"appeal:{redaction.id}")


def appeals(session: Session) -> list[tuple[Consultation, Comment, Redaction]]:
    """Those that wait for a decision, the first first."""
    rows = session.exec(
        select(Redaction, Comment, Consultation)
        .join(Comment, col(Comment.id) == col(Redaction.comment_id))
        .join(Consultation, col(Consultation.id) == col(Comment.consultation_id))
        .where(
            col(Redaction.appealed_at).is_not(None),
            col(Redaction.decided_at).is_(None),
            col(Comment.shown).in_((Shown.REDACTED.value, Shown.ERASING.value)),
        )
        .order_by(col(Redaction.appealed_at))
    ).all()
    return [
        (consultation, comment, redaction) for redaction, comment, consultation in rows if _is_heard(session, comment)
    ]


def decide(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    number: int,
    *,
    grant: bool,
    reason: str,
) -> None:
    """Decide on an appeal: granted, the words are shown again.

    Raises:
        DomainError: 404 ``comment.unknown``; 403 ``redaction.own``, ``appeal.own``; 409 ``appeal.none``.
    """
    now = services.clock()
    consultation, comment = _taken(services, tx, acting, reference, number)
    row = covers.active(tx.session, comment)
    waits = row is not None and row.appealed_at is not None and row.decided_at is None
    if row is None or not waits or not _is_heard(tx.session, comment):
        raise DomainError(409, N_("There is no appeal that waits for a decision."), code="appeal.none")
    _check_other(tx.session, comment, acting)
    row.decided_at, row.decided_by, row.decision = now, acting.person_id, reason
    row.decision_salt = secrets.token_bytes(ledger.SALT_SIZE)
    tx.add(row)
    left = _lift(tx, consultation, comment, row, now) if grant else None
    what = "appeal-granted" if grant else "appeal-refused"
    _record(tx, acting, consultation, comment, what, now, reason=reason, salt=row.decision_salt, left=left)
    kind = comment_letters.APPEAL_GRANTED if grant else comment_letters.APPEAL_REFUSED
    comment_letters.tell_author(services, tx, consultation, comment, kind, reason=reason)
    tx.flush()


def _lift(tx: UnitOfWork, consultation: Consultation, comment: Comment, row: Redaction, now: datetime) -> str | None:
    """Show again what a decision covered, and keep what was to be erased because of it.

    Returns:
        The commitment to what is left to read, where a decision of before has had words destroyed.
    """
    row.lifted_at, row.left_salt = now, None
    erasure = comment_erasing.pending(tx.session, comment)
    if erasure is not None:
        erasure.kept_at = now
        tx.add(erasure)
    tx.flush()
    before = covers.active(tx.session, comment) if comment.salt is None else None
    covers.show(tx, consultation, comment, Shown.PUBLISHED if before is None else Shown.REDACTED)
    return None if before is None else covers.left(tx, consultation, comment, before)


def erase(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    number: int,
    reason: str,
    *,
    by: ErasedBy = ErasedBy.LAW,
) -> None:
    """Let what is covered be destroyed, where the law does not let it be kept, or, at once, a court has ordered it:
    another moderator than who covered it does that.

    Raises:
        DomainError: 404 ``comment.unknown``; 403 ``redaction.own``, ``appeal.own``; 409 ``redaction.none``,
            ``redaction.appealed``.
    """
    consultation, comment = _taken(services, tx, acting, reference, number)
    row = covers.active(tx.session, comment)
    if row is None or comment.shown != Shown.REDACTED:
        raise DomainError(
            409, N_("Cover the comment first: another moderator then destroys it."), code="redaction.none"
        )
    _check_decided(row)
    _check_other(tx.session, comment, acting)
    comment_erasing.order(services, tx, acting, consultation, comment, by, reason)


def _taken(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int
) -> tuple[Consultation, Comment]:
    consultation = lookup.found(tx.session, reference)
    comment = locked(tx, consultation, number)
    if comment.person_hash == keys.person_hash(services.settings.keys_dir, acting.person_id):
        raise DomainError(403, N_("This is your own comment: another moderator decides on it."), code="redaction.own")
    return consultation, comment


def is_own_decision(session: Session, comment: Comment, person_id: str) -> bool:
    """Whether a moderator covered something of it: then they are not the other one."""
    mine = (Redaction.comment_id == comment.id, col(Redaction.lifted_at).is_(None), Redaction.moderator == person_id)
    return session.exec(select(Redaction.id).where(*mine)).first() is not None


def _check_decided(row: Redaction) -> None:
    """The author was told that another moderator decides: nothing comes before that."""
    if row.appealed_at is not None and row.decided_at is None:
        raise DomainError(
            409, N_("The author has appealed: the appeal has to be decided first."), code="redaction.appealed"
        )


def _check_other(session: Session, comment: Comment, acting: SessionInfo) -> None:
    if is_own_decision(session, comment, acting.person_id):
        raise DomainError(403, N_("You covered this comment: another moderator decides."), code="appeal.own")


def _record(
    tx: UnitOfWork,
    acting: SessionInfo,
    consultation: Consultation,
    comment: Comment,
    what: str,
    now: datetime,
    *,
    reason: str,
    salt: bytes,
    left: str | None,
) -> None:
    commitment = ledger.commitment(lifecycle.REASON, salt, reason.encode())
    covers.enter(tx, consultation, comment, what, now, reason=commitment, left=left)
    named = covers.object_of(consultation, comment)
    audit.record(tx, acting, Action.REDACT_COMMENT, named, now, step=what, reason=reason)
