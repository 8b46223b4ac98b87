"""The ballots of a vote as anyone may read them: the board, a tracker's ballot, how many came on which day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy import select as sqlalchemy_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from egov_crypto.archive import EventType
from egov_participation.services import Services
from egov_participation.voting import rules
from egov_participation.voting.models import PublicCredential, VoteEvent
from egov_participation.voting.service.inclusion import logged_at
from egov_participation.voting.service.lookup import find_vote, refusal
from egov_participation.voting.service.reading import MAX_PAGE
from egov_participation.voting.service.receipting import find_receipt
from egov_participation.voting.views import BallotView, BoardPage, TrackedBallot


def board(services: Services, uuid: str, *, after: int = 0, limit: int = 50) -> BoardPage:
    """The ballots at heights above ``after``, in the archive's order.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    limit = max(1, min(limit, MAX_PAGE))
    with services.database.read() as session:
        find_vote(session, uuid)
        found = _ballots(session, uuid, col(VoteEvent.height) > after, limit + 1)
    page = tuple(found[:limit])
    return BoardPage(page, page[-1].height if len(found) > limit else None)


def ballot(services: Services, uuid: str, tracker: str) -> TrackedBallot:
    """The ballot with this tracker, and its receipt: the same for whoever asks.

    Raises:
        DomainError: 404 ``vote.unknown`` or ``ballot.unknown``.
    """
    with services.database.read() as session:
        row = find_vote(session, uuid)
        found = _ballots(session, uuid, col(VoteEvent.tracker) == tracker, 1)
        if not found:
            raise refusal(rules.UNKNOWN_BALLOT)
        receipt = find_receipt(services, session, row, tracker)
        return TrackedBallot(found[0], receipt, logged_at(session, receipt))


def ballots_per_day(services: Services, uuid: str) -> list[tuple[date, int]]:
    """(day, ballots recorded on it) for each day that has any, in order; superseded ballots are among them.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    statement = (
        select(col(VoteEvent.day), func.count())
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.day).is_not(None))  # of ballots alone, by its index
        .group_by(col(VoteEvent.day))
        .order_by(col(VoteEvent.day))
    )
    with services.database.read() as session:
        find_vote(session, uuid)
        return [(day, count) for day, count in session.exec(statement) if day is not None]


def _ballots(session: Session, uuid: str, condition: ColumnElement[bool], limit: int) -> list[BallotView]:
    later = aliased(VoteEvent)
    superseded = exists().where(
        col(later.vote_uuid) == col(VoteEvent.vote_uuid),
        col(later.credential) == col(VoteEvent.credential),
        col(later.height) > col(VoteEvent.height),
    )
    ended = exists().where(col(later.vote_uuid) == col(VoteEvent.vote_uuid), col(later.type) == EventType.END_BALLOTS)
    statement = (
        sqlalchemy_select(
            col(VoteEvent.height),
            col(VoteEvent.tracker),
            col(VoteEvent.day),
            superseded,
            ended,
            col(PublicCredential.weight),
        )
        .join(
            PublicCredential,
            (col(PublicCredential.vote_uuid) == col(VoteEvent.vote_uuid))
            & (col(PublicCredential.credential) == col(VoteEvent.credential)),
        )
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) == EventType.BALLOT, condition)
        .order_by(col(VoteEvent.height))
        .limit(limit)
    )
    return [
        BallotView(height, tracker, day, rules.ballot_status(superseded=replaced, ended=over), weight)
        for height, tracker, day, replaced, over, weight in session.execute(statement)
    ]
