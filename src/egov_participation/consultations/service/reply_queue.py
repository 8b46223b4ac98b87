"""What an agency owes: its consultations with comments that have no reply, and the comments one after the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from egov_participation.consultations.models import (
    Comment,
    Consultation,
    Expression,
    Provision,
    State,
    Version,
)
from egov_participation.consultations.rules.states import ANSWERABLE
from egov_participation.consultations.service import comment_lists, lookup, ruling
from egov_participation.consultations.service.comment_places import newest
from egov_participation.consultations.service.reading import OWED
from egov_participation.consultations.views import CommentView
from egov_participation.i18n import in_language
from egov_participation.jurisdiction import working_days
from egov_participation.services import Services

PAGE: Final = 30
"""Lines of a queue on a page."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A consultation that an agency has to answer."""

    reference: str
    agency: str
    titles: dict[str, str]
    comments: int
    unanswered: int
    state: State
    due_on: date | None
    """By when every comment has its reply."""
    report_due_on: date | None
    days: int | None
    """Working days that are left; below zero when it is past."""

    def title(self, lang: str) -> str:
        """What it is called."""
        return in_language(self.titles, lang, self.reference)


@dataclass(frozen=True, slots=True)
class Line:
    """Comments that say nearly the same, or one alone: what one reply may be to."""

    first: CommentView
    """The one that stands for them."""
    numbers: tuple[int, ...]
    """Of all of them that have no reply, rising."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What has no reply, in the order of the draft's text: the whole draft first."""

    lines: tuple[Line, ...]
    total: int
    """Lines in all."""
    page: int
    pages: int


def owed(services: Services, session: Session, agencies: Collection[str]) -> list[Owed]:
    """The consultations of these agencies that may be answered, what is due first first."""
    rows = session.exec(
        select(Consultation)
        .where(col(Consultation.agency).in_(agencies), col(Consultation.state).in_(ANSWERABLE))
        .order_by(col(Consultation.reply_due_on).is_(None), col(Consultation.reply_due_on), col(Consultation.id))
    ).all()
    return [one(services, session, row) for row in rows if row.reference is not None]


def one(services: Services, session: Session, row: Consultation) -> Owed:
    """What is owed in one of them."""
    unanswered = session.exec(
        select(func.count()).select_from(Comment).where(Comment.consultation_id == row.id, *OWED)
    ).one()
    today, calendar = services.day(services.clock()), ruling.of(services, row).calendar
    return Owed(
        reference=row.reference or "",
        agency=row.agency,
        titles={lang: text.title for lang, text in lookup.texts(session, row.id or 0).items()},
        comments=row.comments,
        unanswered=unanswered,
        state=State(row.state),
        due_on=row.reply_due_on,
        report_due_on=row.report_due_on,
        days=None if row.reply_due_on is None else working_days.between(today, row.reply_due_on, calendar),
    )


def queue(session: Session, consultation: Consultation, page: int) -> Queue:
    """A page of the comments that have no reply."""
    rows: Sequence[tuple[int, int | None, str | None]] = session.exec(
        select(Comment.number, Comment.cluster, Provision.lineage)
        .join(Provision, col(Provision.id) == col(Comment.provision_id), isouter=True)
        .where(Comment.consultation_id == consultation.id, *OWED)
        .order_by(col(Comment.number))
    ).all()
    places = _places(session, consultation)
    groups: dict[int, list[int]] = {}
    order: dict[int, tuple[int, int]] = {}
    for number, cluster, lineage in rows:
        head = number if cluster is None else cluster
        groups.setdefault(head, []).append(number)
        order.setdefault(head, (-1 if lineage is None else places.get(lineage, len(places)), head))
    heads = sorted(groups, key=lambda head: order[head])
    pages = max(1, -(-len(heads) // PAGE))
    page = max(1, min(page, pages))
    shown = heads[(page - 1) * PAGE : page * PAGE]
    firsts = _firsts(session, consultation, [head if head in groups[head] else groups[head][0] for head in shown])
    lines = tuple(
        Line(firsts[head if head in groups[head] else groups[head][0]], tuple(groups[head])) for head in shown
    )
    return Queue(lines, len(heads), page, pages)


def alike(session: Session, consultation: Consultation, number: int) -> Line:
    """A comment and all without a reply that say nearly the same.

    Raises:
        DomainError: 404 ``comment.unknown``.
    """
    row = comment_lists.of_number(session, consultation, number)
    numbers: Sequence[int] = ()
    if row.cluster is not None:
        mine = (Comment.consultation_id == consultation.id, Comment.cluster == row.cluster, *OWED)
        numbers = session.exec(select(Comment.number).where(*mine).order_by(col(Comment.number))).all()
    return Line(_firsts(session, consultation, [number])[number], tuple(numbers) if number in numbers else (number,))


def _firsts(session: Session, consultation: Consultation, numbers: Sequence[int]) -> dict[int, CommentView]:
    return {view.number: view for view in comment_lists.among(session, consultation, numbers)}


def _places(session: Session, consultation: Consultation) -> dict[str, int]:
    """Where each provision stands in the newest version, by its lineage."""
    rows = session.exec(
        select(Provision.lineage, Provision.place)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .join(Version, col(Version.id) == col(Expression.version_id))
        .where(
            Version.consultation_id == consultation.id,
            Version.number == newest(session, consultation.id or 0),
        )
    ).all()
    return dict(rows)
