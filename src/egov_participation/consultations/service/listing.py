"""Lists of consultations: by state, words, agency and kind of act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from egov_participation.consultations.draft_views import ConsultationView
from egov_participation.consultations.models import Consultation, State
from egov_participation.consultations.rules.states import VISIBLE
from egov_participation.consultations.service.reading import views
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.search import service as search
from egov_participation.services import Services

PAGE: Final = 20
MOST_FOUND: Final = 500
"""Consultations that some words may find."""


class Group(StrEnum):
    """Which consultations a list shows."""

    OPEN = "open"
    AWAITING = "awaiting"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"
    ALL = "all"


_STATES: Final[Mapping[Group, frozenset[State]]] = {
    Group.OPEN: frozenset({State.OPEN}),
    Group.AWAITING: frozenset({State.CLOSED}),
    Group.REPORTED: frozenset({State.REPORTED}),
    Group.WITHDRAWN: frozenset({State.WITHDRAWN}),
    Group.ALL: VISIBLE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for."""

    group: Group = Group.OPEN
    words: str = ""
    agency: str = ""
    closing: bool = False
    """What closes soonest first; else the newest."""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    consultations: tuple[ConsultationView, ...]
    total: int
    page: int
    pages: int
    all_words: bool
    """False: nothing holds all the words that were asked for; these hold some."""
    groups: Mapping[Group, int]
    """How many each list has, whatever else is asked for."""
    agencies: tuple[str, ...]
    """What there is to filter by: codes."""


def listed(services: Services, lang: str, asked: Asked) -> Listed:
    """Consultations that fit."""
    wanted: list[ColumnElement[bool]] = [in_group(asked.group)]
    all_words = True
    with services.database.read() as session:
        if asked.words:
            found = search.find(session, lang, asked.words, MOST_FOUND)
            all_words = found.all_words
            refs = [item.ref for item in found.items if item.kind == "consultation"]
            wanted.append(col(Consultation.reference).in_(refs))
        if asked.agency:
            wanted.append(col(Consultation.agency) == asked.agency)
        total = session.exec(select(func.count()).select_from(Consultation).where(*wanted)).one()
        pages = max(1, -(-total // PAGE))
        page = max(1, min(asked.page, pages))
        order: Any = col(Consultation.closes_at) if asked.closing else col(Consultation.opened_at).desc()
        rows = session.exec(
            select(Consultation)
            .where(*wanted)
            .order_by(order, col(Consultation.id).desc())
            .offset((page - 1) * PAGE)
            .limit(PAGE)
        ).all()
        return Listed(
            consultations=tuple(views(session, rows)),
            total=total,
            page=page,
            pages=pages,
            all_words=all_words,
            groups=_groups(session),
            agencies=tuple(session.exec(select(Consultation.agency).where(in_group(Group.ALL)).distinct()).all()),
        )


@dataclass(frozen=True, slots=True)
class Front:
    """What the front page says of consultations."""

    open: int
    closing: ConsultationView | None
    """Of those that are open the one that closes first."""
    reported: tuple[ConsultationView, ...]
    """The last whose report was published."""


def front(services: Services, now: datetime, most: int) -> Front:
    """How many are open, which closes first, which reports came last.

    Args:
        now: those that close before it are left out; a round time, so that the answer can be kept.
    """
    with services.database.read() as session:
        of = (in_group(Group.OPEN), col(Consultation.closes_at) > now)
        count = session.exec(select(func.count()).select_from(Consultation).where(*of)).one()
        soonest = (col(Consultation.closes_at), col(Consultation.id))
        first = session.exec(select(Consultation).where(*of).order_by(*soonest).limit(1)).all()
        reported = session.exec(
            select(Consultation)
            .where(in_group(Group.REPORTED))
            .order_by(col(Consultation.state_at).desc(), col(Consultation.id).desc())
            .limit(most)
        ).all()
        closing = views(session, first)
        return Front(count, closing[0] if closing else None, tuple(views(session, reported)))


def in_group(group: Group) -> ColumnElement[bool]:
    """The condition for a list; nothing that is not public is in any."""
    return col(Consultation.reference).is_not(None) & col(Consultation.state).in_(_STATES[group])


def _groups(session: Session) -> dict[Group, int]:
    rows = dict(
        session.exec(
            select(Consultation.state, func.count()).where(in_group(Group.ALL)).group_by(col(Consultation.state))
        ).all()
    )
    return {group: sum(rows.get(state.value, 0) for state in states) for group, states in _STATES.items()}


def after(services: Services, reference: str | None, limit: int) -> list[ConsultationView]:
    """For the API: those that follow one, the newest first.

    Raises:
        DomainError: 400 ``query.after``: there is no such consultation.
    """
    with services.database.read() as session:
        wanted = [in_group(Group.ALL)]
        if reference is not None:
            row = session.exec(select(Consultation).where(Consultation.reference == reference)).first()
            if row is None or row.id is None or row.state == State.DRAFT.value:
                raise DomainError(
                    400, N_("The list cannot go on from there: it has no such place."), code="query.after"
                )
            wanted.append(
                (col(Consultation.opened_at) < row.opened_at)
                | ((col(Consultation.opened_at) == row.opened_at) & (col(Consultation.id) < row.id))
            )
        rows = session.exec(
            select(Consultation)
            .where(*wanted)
            .order_by(col(Consultation.opened_at).desc(), col(Consultation.id).desc())
            .limit(limit)
        ).all()
        return views(session, rows)
