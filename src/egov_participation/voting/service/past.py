"""The archive of past votes: everything that has closed or was cancelled, by year, kind and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, select

from egov_participation.search import service as search
from egov_participation.services import Services
from egov_participation.voting.models import Vote
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.service.reading import published_in
from egov_participation.voting.views import VoteView

PAGE: Final = 20
_MOST_FOUND: Final = 500
"""Votes that some words may find: who looks through more has the list itself."""
_ended: Final = case((col(Vote.cancelled_at) < col(Vote.closes_at), col(Vote.cancelled_at)), else_=col(Vote.closes_at))
"""`VoteView.ended_at`."""


@dataclass(frozen=True, slots=True)
class PastVotes:
    """A page of past votes, the last to end first."""

    votes: tuple[VoteView, ...]
    total: int
    years: tuple[int, ...]
    """In which a vote ended, the last first; whatever is asked for."""
    page: int
    pages: int
    all_words: bool
    """False: nothing holds all the words that were asked for; these hold some."""


def past_votes(
    services: Services,
    lang: str,
    *,
    year: int | None = None,
    kind: VoteKind | None = None,
    words: str = "",
    page: int = 1,
) -> PastVotes:
    """Past votes that fit.

    Args:
        year: in which they ended, by the site's own time.
        page: from 1; the last one if there are fewer.
    """
    now, zone = services.clock(), ZoneInfo(services.settings.timezone)
    over = and_(or_(col(Vote.closes_at) <= now, col(Vote.cancelled_at).is_not(None)), col(Vote.rehearsal).is_(False))
    wanted: list[ColumnElement[bool]] = [over]
    all_words = True
    with services.database.read() as session:
        if year is not None:
            first, after = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
            wanted.append(and_(_ended >= first, _ended < after))
        if kind is not None:
            wanted.append(col(Vote.kind) == kind.value)
        if words.strip():
            found = search.find(session, lang, words, _MOST_FOUND)
            all_words = found.all_words
            wanted.append(col(Vote.uuid).in_([item.ref for item in found.items if item.kind == "vote"]))
        total = session.exec(select(func.count()).select_from(Vote).where(*wanted)).one()
        pages = max(1, -(-total // PAGE))
        page = max(1, min(page, pages))
        rows = session.exec(
            select(Vote).where(*wanted).order_by(_ended.desc(), col(Vote.uuid)).offset((page - 1) * PAGE).limit(PAGE)
        ).all()
        votes = tuple(published_in(session, row).at(now) for row in rows)
        return PastVotes(votes, total, _years(session, over, zone), page, pages, all_words)


def _years(session: Session, over: ColumnElement[bool], zone: ZoneInfo) -> tuple[int, ...]:
    span: tuple[datetime | None, datetime | None] = session.exec(
        select(func.min(_ended), func.max(_ended)).where(over)
    ).one()
    first, last = span
    if first is None or last is None:
        return ()
    return tuple(range(last.astimezone(zone).year, first.astimezone(zone).year - 1, -1))
