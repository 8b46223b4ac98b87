"""Votes as anyone may read them: lists, one vote, the board, a tracker's ballot, figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy import select as sqlalchemy_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from egov_crypto.archive import EventType
from egov_crypto.question import Question
from egov_participation.services import Services
from egov_participation.voting import rules, texts
from egov_participation.voting.models import PublicCredential, Trustee, Vote, VoteEvent
from egov_participation.voting.rules import VoteKind, VoteState
from egov_participation.voting.service.counting import counts_of
from egov_participation.voting.service.lookup import election_from, find_vote, refusal, state_of
from egov_participation.voting.service.payloads import published_result, published_weight
from egov_participation.voting.service.receipting import receipt_of
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import (
    BallotView,
    BoardPage,
    EventView,
    QuestionView,
    TrackedBallot,
    TrusteeView,
    VoteView,
)

MAX_PAGE = 500


def vote(services: Services, uuid: str) -> VoteView:
    """One vote.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return _view(services, session, find_vote(session, uuid))


def votes(services: Services, *, after: str | None = None, limit: int = 50) -> list[VoteView]:
    """Votes, the last to close first; ``after``: the uuid of the last one on the page before.

    Raises:
        DomainError: 400 ``query.after``: there is no such vote.
    """
    statement = select(Vote).order_by(col(Vote.closes_at).desc(), col(Vote.uuid)).limit(min(limit, MAX_PAGE))
    with services.database.read() as session:
        previous = session.get(Vote, after) if after else None
        if after and previous is None:
            raise refusal(rules.NO_SUCH_PLACE)
        if previous is not None:
            same_time = (col(Vote.closes_at) == previous.closes_at) & (col(Vote.uuid) > previous.uuid)
            statement = statement.where((col(Vote.closes_at) < previous.closes_at) | same_time)
        return [_view(services, session, row) for row in session.exec(statement)]


def open_votes(services: Services) -> list[VoteView]:
    """The votes that can be voted in now, the first to close first."""
    now = services.clock()
    statement = (
        select(Vote)
        .where(col(Vote.opens_at) <= now, col(Vote.closes_at) > now, col(Vote.cancelled_at).is_(None))
        .order_by(col(Vote.closes_at), col(Vote.uuid))
    )
    with services.database.read() as session:
        found = [_view(services, session, row) for row in session.exec(statement)]
    return [view for view in found if view.state is VoteState.OPEN]


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
        receipt = receipt_of(services, session, row, tracker)
    return TrackedBallot(found[0], receipt)


def election(services: Services, uuid: str) -> bytes:
    """The election's JSON, byte for byte as published: its SHA-256 is the fingerprint.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return find_vote(session, uuid).election


def trustees(services: Services, uuid: str) -> bytes:
    """The trustees' JSON, byte for byte as published in the Setup.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        return find_vote(session, uuid).trustees


def ballots_per_day(services: Services, uuid: str) -> list[tuple[date, int]]:
    """(day, ballots recorded on it) for each day that has any, in order; superseded ballots are among them.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    statement = (
        select(col(VoteEvent.day), func.count())
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) == EventType.BALLOT)
        .group_by(col(VoteEvent.day))
        .order_by(col(VoteEvent.day))
    )
    with services.database.read() as session:
        find_vote(session, uuid)
        return [(day, count) for day, count in session.exec(statement) if day is not None]


def _view(services: Services, session: Session, row: Vote) -> VoteView:
    election = election_from(row.election)
    ballots, voters = counts_of(session, row)
    return VoteView(
        uuid=row.uuid,
        kind=VoteKind(row.kind),
        state=state_of(session, row, services.clock()),
        title=Texts(row.title_kk, row.title_ru, row.title_en),
        description=texts.split_or_whole(election.description),
        administrator=texts.split_or_whole(election.administrator or ""),
        credential_authority=texts.split_or_whole(election.credential_authority or ""),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        created_at=row.created_at,
        questions=tuple(_question(question) for question in election.questions),
        registered=row.registered,
        ballots=ballots,
        voters=voters,
        head_height=row.head_height,
        head_hash=row.head_hash,
        trustees=_trustees(session, row.uuid),
        events=_events(session, row.uuid),
        result=published_result(session, row),
        weight=published_weight(session, row),
        election=row.election,
        fingerprint=row.fingerprint,
        archive_size=row.archive_size,
    )


def _question(question: Question) -> QuestionView:
    answers = tuple(texts.split_or_whole(answer) for answer in question.answers)
    return QuestionView(texts.split_or_whole(question.question), answers, question.min, question.max, question.blank)


def _trustees(session: Session, uuid: str) -> tuple[TrusteeView, ...]:
    decrypted = set(
        session.exec(
            select(VoteEvent.owner).where(
                col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) == EventType.PARTIAL_DECRYPTION
            )
        )
    )
    rows: Sequence[Trustee] = session.exec(
        select(Trustee).where(col(Trustee.vote_uuid) == uuid).order_by(col(Trustee.owner))
    ).all()
    return tuple(
        TrusteeView(row.owner, Texts(row.name_kk, row.name_ru, row.name_en), row.public_key, row.owner in decrypted)
        for row in rows
    )


def _events(session: Session, uuid: str) -> tuple[EventView, ...]:
    statement = (
        select(VoteEvent.type, VoteEvent.height, VoteEvent.hash, VoteEvent.owner)
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) != EventType.BALLOT)
        .order_by(col(VoteEvent.height))
    )
    rows = session.exec(statement)
    return tuple(EventView(EventType(name), height, head, owner) for name, height, head, owner in rows)


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
