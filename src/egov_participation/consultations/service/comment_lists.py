"""Lists of a consultation's comments, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_
from sqlmodel import Session, col, select

from egov_participation.consultations.models import (
    GONE,
    Capacity,
    Comment,
    CommentPlacement,
    Consultation,
    Expression,
    Placed,
    Provision,
    ReplyTo,
    Stance,
    Version,
)
from egov_participation.consultations.service import lookup
from egov_participation.consultations.service.comment_places import LARGEST
from egov_participation.consultations.service.comment_viewing import views
from egov_participation.consultations.service.commenting import FOUND, unknown
from egov_participation.consultations.views import CommentView
from egov_participation.search import service as search
from egov_participation.services import Services

PAGE: Final = 20


class Sort(StrEnum):
    """In which order."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SUPPORT = "support"


class Kind(StrEnum):
    """What is listed."""

    COMMENT = "comment"
    AMENDMENT = "amendment"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for; empty: whatever."""

    lineage: str = ""
    """Of the provision that they stand at."""
    version: int | None = None
    """In the version of this number; None: in the newest."""
    whole: bool = False
    """Those on the whole draft alone."""
    about: int | None = None
    """Those that discuss the amendment of this number."""
    capacity: Capacity | None = None
    stance: Stance | None = None
    kind: Kind | None = None
    lang: str = ""
    answered: bool | None = None
    gone: bool = False
    """Those whose words the newest version has no more."""
    words: str = ""
    sort: Sort = Sort.NEWEST
    after: str = ""
    """`Listed.next` of the page before."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    comments: tuple[CommentView, ...]
    total: int
    next: str | None
    """What the next page is asked for with."""


def listed(services: Services, reference: str, asked: Asked, limit: int = PAGE) -> Listed:
    """Comments that fit.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        wanted = [Comment.consultation_id == consultation.id, *_wanted(consultation, asked)]
        if asked.words.strip():
            holding = search.holding(session, FOUND, asked.words)
            wanted.append(false() if holding is None else col(Comment.found_by).in_(holding))
        total = session.exec(select(func.count()).select_from(Comment).where(*wanted)).one()
        rows = session.exec(
            select(Comment).where(*wanted, *_after(asked)).order_by(*_order(asked.sort)).limit(limit + 1)
        ).all()
        more = len(rows) > limit
        following = _key(rows[limit - 1], asked.sort) if more else None
        return Listed(tuple(views(session, consultation, rows[:limit])), total, following)


def one(services: Services, reference: str, number: int) -> CommentView:
    """One comment.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``.
    """
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        return views(session, consultation, [of_number(session, consultation, number)])[0]


def of_number(session: Session, consultation: Consultation, number: int) -> Comment:
    """A comment's row.

    Raises:
        DomainError: 404 ``comment.unknown``.
    """
    mine = (Comment.consultation_id == consultation.id, Comment.number == min(number, LARGEST))
    row = session.exec(select(Comment).where(*mine)).first()
    if row is None:
        raise unknown()
    return row


def following(session: Session, consultation: Consultation, number: int, limit: int) -> list[CommentView]:
    """Those that follow a number, in their order."""
    mine = (Comment.consultation_id == consultation.id, col(Comment.number) > number)
    rows = session.exec(select(Comment).where(*mine).order_by(col(Comment.number)).limit(limit)).all()
    return views(session, consultation, rows)


def among(session: Session, consultation: Consultation, numbers: Sequence[int]) -> list[CommentView]:
    """Those of these numbers, in the order of their numbers."""
    mine = (Comment.consultation_id == consultation.id, col(Comment.number).in_(numbers))
    return views(session, consultation, session.exec(select(Comment).where(*mine).order_by(col(Comment.number))).all())


def newest(session: Session, after: int | None) -> tuple[list[CommentView], int | None]:
    """The comments of all consultations, the last first, for moderators; what the next page is asked for with."""
    query = select(Comment, Consultation).join(Consultation, col(Consultation.id) == col(Comment.consultation_id))
    if after is not None:
        query = query.where(col(Comment.id) < after)
    rows = session.exec(query.order_by(col(Comment.id).desc()).limit(PAGE + 1)).all()
    found = [views(session, consultation, [comment])[0] for comment, consultation in rows[:PAGE]]
    return found, found[-1].id if len(rows) > PAGE else None


def counts(session: Session, expression_id: int) -> dict[str, int]:
    """How many comments and amendments stand at each provision of a text, by its lineage, whatever version and language
    they were written on: where they were placed in this version, or, while they are not, where they were written."""
    version = session.exec(select(Expression.version_id).where(Expression.id == expression_id)).one()
    consultation = select(Version.consultation_id).where(Version.id == version).scalar_subquery()
    rows = session.exec(
        _standing(version, select(Provision.lineage, func.count()))
        .where(Comment.consultation_id == consultation)
        .group_by(Provision.lineage)
    ).all()
    return dict(rows)


def _standing(version: object, query: Any) -> Any:
    """A query of comments, joined to the provision that each stands at in a version; without those that stand at none.

    Args:
        version: its id, or a query of it.
        query: of columns of `Comment` and `Provision`.
    """
    placed = and_(col(CommentPlacement.comment_id) == col(Comment.id), col(CommentPlacement.version_id) == version)
    stands = case(
        (col(CommentPlacement.comment_id).is_(None), col(Comment.provision_id)),
        else_=col(CommentPlacement.provision_id),
    )
    return (
        query.select_from(Comment)
        .join(CommentPlacement, placed, isouter=True)
        .join(Provision, col(Provision.id) == stands)
    )


def _wanted(consultation: Consultation, asked: Asked) -> list[Any]:
    wanted: list[Any] = []
    if asked.lineage:
        mine = _standing(_newest(consultation.id or 0, asked.version), select(Comment.id))
        wanted.append(col(Comment.id).in_(mine.where(Provision.lineage == asked.lineage)))
    if asked.whole:
        wanted.append(col(Comment.provision_id).is_(None))
    if asked.about is not None:
        about = select(Comment.id).where(Comment.consultation_id == consultation.id, Comment.number == asked.about)
        wanted.append(col(Comment.about).in_(about))
    if asked.capacity is not None or asked.stance is not None or asked.lang:
        wanted.append(col(Comment.shown).not_in(GONE))  # none of this is told of what is destroyed or going to be
    if asked.capacity is not None:
        wanted.append(col(Comment.capacity) == asked.capacity.value)
    if asked.stance is not None:
        wanted.append(col(Comment.stance) == asked.stance.value)
    if asked.kind is not None:
        wanted.append(col(Comment.amendment).is_(None) == (asked.kind is Kind.COMMENT))
    if asked.lang:
        wanted.append(col(Comment.lang) == asked.lang)
    if asked.answered is not None:
        replied = exists().where(col(ReplyTo.comment_id) == col(Comment.id))
        wanted.append(replied if asked.answered else ~replied)
    if asked.gone:
        wanted.append(orphaned(consultation.id or 0))
    return wanted


def orphaned(consultation_id: int) -> ColumnElement[bool]:
    """The condition of comments whose words the newest version has no more."""
    return exists().where(
        col(CommentPlacement.comment_id) == col(Comment.id),
        col(CommentPlacement.version_id) == _newest(consultation_id),
        col(CommentPlacement.placed) == Placed.ORPHANED.value,
    )


def _newest(consultation_id: int, number: int | None = None) -> Any:
    """A query of the id of a version: the newest one that is published, or that of a number."""
    mine: list[Any] = [Version.consultation_id == consultation_id, col(Version.published_at).is_not(None)]
    if number is not None:
        mine.append(Version.number == number)
    return select(func.max(Version.id)).where(*mine).scalar_subquery()


def _order(sort: Sort) -> tuple[Any, ...]:
    match sort:
        case Sort.NEWEST:
            return (col(Comment.number).desc(),)
        case Sort.OLDEST:
            return (col(Comment.number),)
        case Sort.SUPPORT:
            return (col(Comment.supports).desc(), col(Comment.number).desc())


def _key(row: Comment, sort: Sort) -> str:
    return f"{row.supports}-{row.number}" if sort is Sort.SUPPORT else str(row.number)


def _after(asked: Asked) -> list[Any]:
    parts = asked.after.split("-")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        return []
    number, found = col(Comment.number), [int(part) for part in parts]
    match asked.sort, found:
        case Sort.NEWEST, [last]:
            return [number < last]
        case Sort.OLDEST, [last]:
            return [number > last]
        case Sort.SUPPORT, [supports, last]:
            few, as_many = col(Comment.supports) < supports, col(Comment.supports) == supports
            return [or_(few, and_(as_many, number < last))]
        case _:
            return []
