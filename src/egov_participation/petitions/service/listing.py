"""Lists of petitions: by state, words, territory and addressee, in several orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import Answer, Petition, PetitionCount, PetitionDay, State
from egov_participation.petitions.rules.states import SIGNABLE
from egov_participation.petitions.service.reading import in_public
from egov_participation.petitions.service.viewing import views
from egov_participation.petitions.views import PetitionView
from egov_participation.search import service as search
from egov_participation.services import Services

PAGE: Final = 20
MOST_FOUND: Final = 500
"""Petitions that some words may find: who looks through more has the list itself."""
_TRENDING_DAYS: Final = 2


class Group(StrEnum):
    """Which petitions a list shows."""

    OPEN = "open"
    AWAITING = "awaiting"
    ANSWERED = "answered"
    REJECTED = "rejected"
    CLOSED = "closed"
    ALL = "all"


class Sort(StrEnum):
    """In which order."""

    NEWEST = "newest"
    MOST = "most"
    TRENDING = "trending"
    CLOSING = "closing"


_ENDED: Final = frozenset({State.CLOSED, State.WITHDRAWN, State.STOPPED, State.MERGED})


def _group(group: Group) -> ColumnElement[bool]:
    state, answer = col(Petition.state), col(Petition.answer_state)
    conditions: Mapping[Group, Any] = {
        Group.OPEN: state.in_(SIGNABLE),
        Group.AWAITING: (answer == Answer.AWAITED.value) & state.in_({*SIGNABLE, State.CLOSED}),
        Group.ANSWERED: answer == Answer.ANSWERED.value,
        Group.REJECTED: state == State.REJECTED.value,
        Group.CLOSED: state.in_(_ENDED),
        Group.ALL: in_public(),
    }
    found: ColumnElement[bool] = conditions[group]
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for."""

    group: Group = Group.OPEN
    words: str = ""
    territory: str | None = None
    """None: of any; empty: of the whole country."""
    addressee: str = ""
    sort: Sort = Sort.NEWEST
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    petitions: tuple[PetitionView, ...]
    total: int
    page: int
    pages: int
    all_words: bool
    """False: nothing holds all the words that were asked for; these hold some."""
    groups: Mapping[Group, int]
    """How many each list has, whatever else is asked for."""
    addressees: tuple[str, ...]
    territories: tuple[str, ...]
    """What there is to filter by: codes."""


def listed(services: Services, lang: str, asked: Asked, today: date) -> Listed:
    """Petitions that fit.

    Args:
        today: by the site's own time; what is trending is reckoned from it.
    """
    wanted: list[ColumnElement[bool]] = [in_public(), _group(asked.group)]
    all_words = True
    with services.database.read() as session:
        if asked.words:
            found = search.find(session, lang, asked.words, MOST_FOUND)
            all_words = found.all_words
            wanted.append(col(Petition.reference).in_([item.ref for item in found.items if item.kind == "petition"]))
        if asked.territory is not None:
            wanted.append(col(Petition.territory) == asked.territory)
        if asked.addressee:
            wanted.append(col(Petition.addressee) == asked.addressee)
        total = session.exec(select(func.count()).select_from(Petition).where(*wanted)).one()
        pages = max(1, -(-total // PAGE))
        page = max(1, min(asked.page, pages))
        rows = session.exec(
            select(Petition)
            .join(PetitionCount, col(PetitionCount.petition_id) == col(Petition.id), isouter=True)
            .where(*wanted)
            .order_by(*_order(asked.sort, today), col(Petition.id).desc())
            .offset((page - 1) * PAGE)
            .limit(PAGE)
        ).all()
        return Listed(
            tuple(views(session, rows, whole=False)),
            total,
            page,
            pages,
            all_words,
            {group: session.exec(_how_many(group)).one() for group in Group},
            _distinct(session, Petition.addressee),
            _distinct(session, Petition.territory),
        )


def _how_many(group: Group) -> Any:
    return select(func.count()).select_from(Petition).where(in_public(), _group(group))


def _distinct(session: Session, column: Any) -> tuple[str, ...]:
    return tuple(session.exec(select(column).where(in_public()).distinct().order_by(column)))


def _order(sort: Sort, today: date) -> tuple[Any, ...]:
    signatures = func.coalesce(PetitionCount.electronic + PetitionCount.paper, 0)
    match sort:
        case Sort.MOST:
            return (signatures.desc(),)
        case Sort.CLOSING:
            # What has no end stands last: both databases would put NULL elsewhere.
            return col(Petition.closes_at).is_(None), col(Petition.closes_at)
        case Sort.TRENDING:
            recent = (
                select(func.sum(PetitionDay.electronic + PetitionDay.paper))
                .where(
                    col(PetitionDay.petition_id) == col(Petition.id),
                    col(PetitionDay.day) > today - timedelta(days=_TRENDING_DAYS),
                )
                .correlate(Petition)
                .scalar_subquery()
            )
            return func.coalesce(recent, 0).desc(), signatures.desc()
        case Sort.NEWEST:
            return (func.coalesce(Petition.opened_at, Petition.state_at).desc(),)


def after(services: Services, reference: str | None, limit: int) -> list[PetitionView]:
    """Petitions in public for the API, the newest first, below the one named; whole but for their days.

    Args:
        limit: how many at most, and one more tells whether there are further ones.

    Raises:
        DomainError: 400 ``query.after``.
    """
    with services.database.read() as session:
        wanted = [in_public()]
        if reference is not None:
            last = session.exec(select(Petition.id).where(Petition.reference == reference, in_public())).first()
            if last is None:
                raise DomainError(
                    400, N_("The list cannot go on from there: it has no such place."), code="query.after"
                )
            wanted.append(col(Petition.id) < last)
        rows = session.exec(select(Petition).where(*wanted).order_by(col(Petition.id).desc()).limit(limit)).all()
        return views(session, rows, days=False)


@dataclass(frozen=True, slots=True)
class Front:
    """What the front page says of petitions."""

    open: int
    closing: PetitionView | None
    """The one that closes first."""
    trending: tuple[PetitionView, ...]
    """Those that many sign at the moment, the most first."""
    answered: tuple[PetitionView, ...]
    """The last that were answered."""


def front(services: Services, now: datetime, most: int) -> Front:
    """How many are open, which closes first, which many sign now, which were answered last.

    Args:
        now: those that close before it are left out; a round time, so that the answer can be kept.
    """
    with services.database.read() as session:
        of = (in_public(), _group(Group.OPEN), col(Petition.closes_at) > now)
        count = session.exec(select(func.count()).select_from(Petition).where(*of)).one()
        soonest = (col(Petition.closes_at), col(Petition.id))
        first = session.exec(select(Petition).where(*of).order_by(*soonest).limit(1)).all()
        trending = session.exec(
            select(Petition)
            .join(PetitionCount, col(PetitionCount.petition_id) == col(Petition.id), isouter=True)
            .where(*of)
            .order_by(*_order(Sort.TRENDING, services.day(now)), col(Petition.id).desc())
            .limit(most)
        ).all()
        answered = session.exec(
            select(Petition)
            .where(in_public(), _group(Group.ANSWERED))
            .order_by(col(Petition.state_at).desc(), col(Petition.id).desc())
            .limit(most)
        ).all()
        closing = views(session, first, whole=False)
        return Front(
            count,
            closing[0] if closing else None,
            tuple(views(session, trending, whole=False)),
            tuple(views(session, answered, whole=False)),
        )
