"""Finding a vote and its state; refusing with a rule's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from egov_crypto.archive import EventType, Head
from egov_crypto.election import Election
from egov_crypto.trustees import Trustees
from egov_participation.errors import DomainError
from egov_participation.voting import rules
from egov_participation.voting.models import Vote
from egov_participation.voting.rules import Refusal, Timeline, VoteState


@dataclass(frozen=True, slots=True)
class VoteHead:
    """Of a vote what casting needs, and no more is read of its row: its clock, and where its archive stands."""

    uuid: str
    opens_at: datetime
    closes_at: datetime
    cancelled_at: datetime | None
    fingerprint: str
    timestamp: int
    head_height: int
    head_type: str
    head_hash: str
    archive_size: int
    rehearsal: bool
    shuffled: bool


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
        # Populated anew: the transaction may have read the row before it had the lock.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    vote = session.exec(statement).first()
    if vote is None:
        raise refusal(rules.UNKNOWN_VOTE)
    return vote


def head_of(vote: Vote | VoteHead) -> Head:
    """Where the vote's archive stands."""
    return Head(vote.timestamp, vote.head_height, vote.head_hash)


def state_of(vote: Vote | VoteHead, now: datetime) -> VoteState:
    """The vote's state at ``now``."""
    return rules.state(timeline_of(vote), now)


def timeline_of(vote: Vote | VoteHead) -> Timeline:
    """What the vote's state follows from."""
    last = EventType(vote.head_type)
    return Timeline(vote.opens_at, vote.closes_at, vote.cancelled_at, last, shuffled=vote.shuffled)


@lru_cache(maxsize=64)
def election_from(raw: bytes) -> Election:
    """The election of its published bytes. Kept, since each ballot and each page asks for it."""
    return Election.parse(raw)


@lru_cache(maxsize=64)
def trustees_from(raw: bytes) -> Trustees:
    """The trustees of their published bytes. Kept, since each decryption and each page asks for them."""
    return Trustees.parse(raw)
