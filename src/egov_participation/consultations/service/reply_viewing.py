"""Replies as anybody may read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from egov_participation.consultations.models import (
    Comment,
    Consultation,
    Expression,
    Provision,
    Reply,
    ReplyTo,
    Verdict,
    Version,
)
from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.rules.replying import Changed, Content
from egov_participation.consultations.service import lookup
from egov_participation.consultations.service.comment_places import LARGEST
from egov_participation.services import Services

_AT_ONCE: Final = 500
"""Numbers in one query."""


def to_comment(services: Services, reference: str, number: int) -> list[ReplyView]:
    """The replies to a comment: the one that holds first, then those that it took the place of.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        rows = session.exec(
            select(Reply)
            .join(ReplyTo, col(ReplyTo.reply_id) == col(Reply.id))
            .join(Comment, col(Comment.id) == col(ReplyTo.comment_id))
            .where(Comment.consultation_id == consultation.id, Comment.number == min(number, LARGEST))
            .order_by(col(Reply.number).desc())
        ).all()
        return views(session, consultation, rows)


def after(session: Session, consultation: Consultation, number: int, limit: int | None = None) -> list[ReplyView]:
    """The replies of a consultation that follow one, in order."""
    rows = session.exec(
        select(Reply)
        .where(Reply.consultation_id == consultation.id, col(Reply.number) > number)
        .order_by(col(Reply.number))
        .limit(limit)
    ).all()
    return views(session, consultation, rows)


def of_numbers(session: Session, consultation: Consultation, numbers: Collection[int]) -> dict[int, ReplyView]:
    """The replies of these numbers, in order."""
    found: dict[int, ReplyView] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _AT_ONCE):
        chosen = col(Reply.number).in_(wanted[start : start + _AT_ONCE])
        rows = session.exec(
            select(Reply).where(Reply.consultation_id == consultation.id, chosen).order_by(col(Reply.number))
        ).all()
        found.update((one.number, one) for one in views(session, consultation, rows))
    return found


def views(session: Session, consultation: Consultation, rows: Sequence[Reply]) -> list[ReplyView]:
    """What anybody may see of replies, in their order."""
    ids = [row.id or 0 for row in rows]
    comments: dict[int, list[int]] = {}
    for reply_id, number in session.exec(
        select(ReplyTo.reply_id, Comment.number)
        .join(Comment, col(Comment.id) == col(ReplyTo.comment_id))
        .where(col(ReplyTo.reply_id).in_(ids))
        .order_by(col(Comment.number))
    ):
        comments.setdefault(reply_id, []).append(number)
    numbers = dict(
        session.exec(
            select(Reply.id, Reply.number).where(col(Reply.id).in_([row.supersedes for row in rows if row.supersedes]))
        ).all()
    )
    followers = dict(session.exec(select(Reply.supersedes, Reply.number).where(col(Reply.supersedes).in_(ids))).all())
    changes = _changes(session, rows)
    return [
        ReplyView(
            id=row.id or 0,
            number=row.number,
            at=row.at,
            content=Content(
                consultation=consultation.reference or "",
                agency=consultation.agency,
                comments=tuple(comments.get(row.id or 0, ())),
                verdict=Verdict(row.verdict),
                lang=row.lang,
                reason=row.reason,
                changed=changes.get(row.id or 0),
                supersedes=numbers.get(row.supersedes),
            ),
            salt=row.salt.hex(),
            document_hash=row.document_hash,
            superseded_by=followers.get(row.id),
        )
        for row in rows
    ]


def _changes(session: Session, rows: Sequence[Reply]) -> dict[int, Changed]:
    """What each reply names as changed. A provision that stands in a version before was deleted in the named one."""
    found: dict[int, Changed] = {}
    for reply, provision, expression, version in session.exec(
        select(Reply, Provision, Expression, Version)
        .join(Provision, col(Provision.id) == col(Reply.changed_id))
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .join(Version, col(Version.id) == col(Reply.changed_version_id))
        .where(col(Reply.id).in_([row.id for row in rows]))
        .options(defer(Expression.source, raiseload=True))  # type: ignore[arg-type]
    ):
        deleted = expression.version_id != version.id
        found[reply.id or 0] = Changed(version.number, expression.lang, provision.eid, deleted=deleted)
    return found
