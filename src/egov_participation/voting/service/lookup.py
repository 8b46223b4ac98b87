"""Finding a vote and its state; refusing with a rule's words."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from egov_crypto.archive import EventType, Head
from egov_crypto.election import Election
from egov_participation.errors import DomainError
from egov_participation.voting import rules
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.rules import Refusal, Timeline, VoteState


def refusal(reason: Refusal, code: str = "") -> DomainError:
    """The error that says ``reason``; ``code`` if something more exact than the rule's own is known."""
    return DomainError(reason.status, reason.sentence, code=code or reason.code)


def find_vote(session: Session, uuid: str, *, lock: bool = False) -> Vote:
    """The vote; with ``lock`` nobody else appends to its archive before this transaction ends.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    statement = select(Vote).where(col(Vote.uuid) == uuid)
    if lock:  # SQLite has the one writer lane; other databases lock the row
        statement = statement.with_for_update()
    vote = session.exec(statement).first()
    if vote is None:
        raise refusal(rules.UNKNOWN_VOTE)
    return vote


def head_of(vote: Vote) -> Head:
    """Where the vote's archive stands."""
    return Head(vote.timestamp, vote.head_height, vote.head_hash)


def last_event(session: Session, vote: Vote) -> EventType:
    """The type of the event at the head."""
    statement = select(VoteEvent.type).where(
        col(VoteEvent.vote_uuid) == vote.uuid, col(VoteEvent.height) == vote.head_height
    )
    return EventType(session.exec(statement).one())


def state_of(session: Session, vote: Vote, now: datetime) -> VoteState:
    """The vote's state at ``now``."""
    timeline = Timeline(vote.opens_at, vote.closes_at, vote.cancelled_at, last_event(session, vote))
    return rules.state(timeline, now)


@lru_cache(maxsize=64)
def election_from(raw: bytes) -> Election:
    """The election of its published bytes. Kept, since each ballot and each page asks for it."""
    return Election.parse(raw)
