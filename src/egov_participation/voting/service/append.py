"""The one way in which an archive grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import CursorResult, update
from sqlmodel import col

from egov_crypto import archive
from egov_crypto.archive import EventType
from egov_participation.database import UnitOfWork
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.rules import may_follow
from egov_participation.voting.service.lookup import head_of, last_event


class AppendError(Exception):
    """An event that must not stand there: the grammar forbids it. A fault of ours, never of a voter's."""


class HeadMovedError(Exception):
    """The archive grew since it was read; whoever meant to append must look again."""


@dataclass(frozen=True, slots=True)
class BallotFacts:
    """What a ballot's row holds besides its bytes."""

    credential: str
    tracker: str
    day: date


def append_event(
    tx: UnitOfWork,
    vote: Vote,
    event_type: EventType,
    *data: bytes,
    ballot: BallotFacts | None = None,
    owner: int | None = None,
) -> VoteEvent:
    """Append an event with its ``data`` (the last is its payload) to the vote's archive; nothing is committed.

    Compare and append: ``vote`` must stand at the database's head. Its head moves with the row, or neither happens.

    Raises:
        AppendError: the grammar of events does not allow this one here.
        HeadMovedError: ``vote`` was read before somebody else appended.
    """
    last = last_event(tx.session, vote)
    if not may_follow(last, event_type):
        raise AppendError(f"{event_type} may not follow {last}")
    before = head_of(vote)
    head, blob = archive.append(before, event_type, *data)
    start = vote.archive_size
    moved = tx.session.execute(
        update(Vote)
        .where(col(Vote.uuid) == vote.uuid, col(Vote.head_height) == before.height, col(Vote.head_hash) == before.hash)
        .values(head_height=head.height, head_hash=head.hash, archive_size=start + len(blob))
    )
    if not isinstance(moved, CursorResult) or moved.rowcount != 1:
        raise HeadMovedError(f"height {before.height} is no longer the head")
    tx.session.refresh(vote)
    row = VoteEvent(
        vote_uuid=vote.uuid,
        height=head.height,
        type=event_type,
        hash=head.hash,
        start=start,
        length=len(blob),
        blob=blob,
        credential=ballot.credential if ballot else None,
        tracker=ballot.tracker if ballot else None,
        day=ballot.day if ballot else None,
        owner=owner,
    )
    tx.add(row)
    tx.flush()
    return row
