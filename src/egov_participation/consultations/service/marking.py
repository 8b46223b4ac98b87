"""What other rooms need to know of all consultations: titles, marks that tell whether data has changed, news."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from sqlalchemy import case, func
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from egov_participation.consultations.draft_views import ConsultationView, HappeningView
from egov_participation.consultations.models import (
    Comment,
    CommentEdit,
    CommentPlacement,
    Consultation,
    ConsultationHappening,
    ConsultationText,
    Redaction,
    Reply,
    Shown,
)
from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.service import comment_lists, reading, reply_viewing, replying
from egov_participation.consultations.service.listing import Group, in_group
from egov_participation.consultations.views import CommentView
from egov_participation.services import Services

FEED: Final = 50
"""Entries of the feed of all."""
PIECE: Final = 50
"""Consultations, comments or replies that are read at a time."""


def titles(session: Session, references: Collection[str]) -> dict[str, dict[str, str]]:
    """The titles of those of these drafts that anybody may see, by number and language."""
    rows = session.exec(
        select(Consultation.reference, ConsultationText.lang, ConsultationText.title)
        .join(ConsultationText, col(ConsultationText.consultation_id) == col(Consultation.id))
        .where(col(Consultation.reference).in_(references), in_group(Group.ALL))
    ).all()
    named: dict[str, dict[str, str]] = {}
    for reference, lang, title in rows:
        named.setdefault(reference or "", {})[lang] = title
    return named


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a consultation, with the consultation."""

    consultation: ConsultationView
    happening: HappeningView


def latest(services: Services) -> list[Told]:
    """The last happenings of all consultations, the last first."""
    with services.database.read() as session:
        rows = session.exec(
            select(ConsultationHappening.id, Consultation)
            .join(Consultation, col(Consultation.id) == col(ConsultationHappening.consultation_id))
            .where(in_group(Group.ALL))
            .order_by(col(ConsultationHappening.at).desc(), col(ConsultationHappening.id).desc())
            .limit(FEED)
        ).all()
        about = {row.id: row for _, row in rows}
        found = {view.reference: view for view in reading.views(session, list(about.values()))}
    return [
        Told(found[row.reference or ""], happening)
        for id_, row in rows
        for happening in found[row.reference or ""].timeline
        if happening.id == id_
    ]


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells whether anything in the data of a consultation, its comments and replies has changed."""

    id: int
    state: str
    state_at: datetime
    opened_at: datetime
    closes_at: datetime | None
    comments: int
    replies: int
    changed_at: datetime
    """When something of it last happened."""
    numbers: tuple[object, ...]
    """What else is counted of it."""


def marks(services: Services) -> list[Mark]:
    """Of every consultation in public, the oldest first."""
    of = col(Comment.consultation_id)
    told = (
        *(func.sum(Comment.supports), func.sum(func.coalesce(Comment.cluster, 0)), func.max(Comment.day)),
        *(func.sum(case((condition, 1), else_=0)) for condition in _CONDITIONS),
    )
    with services.database.read() as session:
        rows = session.exec(select(Consultation).where(in_group(Group.ALL)).order_by(col(Consultation.id))).all()
        said = _counted(session, of, *told)
        added = _counted(session, of, func.max(CommentEdit.day), join=CommentEdit)
        covered = _counted(session, of, func.max(Redaction.at), func.count(col(Redaction.decided_at)), join=Redaction)
        placed = _counted(session, of, join=CommentPlacement)
        replies = _counted(session, col(Reply.consultation_id), func.max(Reply.at))
        happened = _counted(session, col(ConsultationHappening.consultation_id), func.max(ConsultationHappening.at))
    found = []
    for row in rows:
        numbers = [of_all.get(row.id or 0, ()) for of_all in (said, added, covered, placed, replies, happened)]
        flat = [number for some in numbers for number in some]
        moments = [row.state_at, *(_moment(number) for number in flat if isinstance(number, date))]
        found.append(
            Mark(
                id=row.id or 0,
                state=row.state,
                state_at=row.state_at,
                opened_at=row.opened_at or row.state_at,
                closes_at=row.closes_at,
                comments=row.comments,
                replies=replies.get(row.id or 0, (0,))[0],
                changed_at=max(moments),
                numbers=tuple(flat),
            )
        )
    return found


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(0), UTC)


_CONDITIONS: Final = (
    col(Comment.author_name) != "",
    col(Comment.shown) == Shown.REDACTED.value,
    col(Comment.shown) == Shown.ERASING.value,
    col(Comment.shown) == Shown.ERASED.value,
)


def _counted(session: Session, key: Any, *columns: Any, join: Any = None) -> dict[int, tuple[Any, ...]]:
    """By consultation how many rows there are, and what else is asked of them."""
    query: Any = choose(key, func.count(), *columns).group_by(key)
    if join is not None:
        query = query.join(join, join.comment_id == Comment.id)
    return {row[0]: tuple(row[1:]) for row in session.execute(query)}


def among(services: Services, ids: Sequence[int]) -> Iterator[ConsultationView]:
    """Consultations in public, in the order of their ids; read in pieces."""
    for start in range(0, len(ids), PIECE):
        with services.database.read() as session:
            wanted = col(Consultation.id).in_(ids[start : start + PIECE])
            rows = session.exec(select(Consultation).where(wanted, in_group(Group.ALL)).order_by(col(Consultation.id)))
            found = reading.views(session, rows.all())
        yield from found


def comments(services: Services, ids: Sequence[int]) -> Iterator[tuple[CommentView, int | None]]:
    """All comments on these, with the number of the reply that each has; read in pieces."""
    for id_ in ids:
        after: int | None = 0
        while after is not None:
            with services.database.read() as session:
                found = comment_lists.following(session, session.get_one(Consultation, id_), after, PIECE)
                replied = replying.last_replies(session, [one.id for one in found])
                numbers = {key: reply.number for key, reply in replied.items()}
            yield from ((one, numbers.get(one.id)) for one in found)
            after = found[-1].number if found else None


def replies(services: Services, ids: Sequence[int]) -> Iterator[tuple[str, ReplyView]]:
    """All replies, each with the consultation's number; read in pieces."""
    for id_ in ids:
        after: int | None = 0
        while after is not None:
            with services.database.read() as session:
                row = session.get_one(Consultation, id_)
                reference = row.reference or ""
                found = reply_viewing.after(session, row, after, PIECE)
            yield from ((reference, one) for one in found)
            after = found[-1].number if found else None
