"""The one way in which an archive grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import CursorResult, Insert, bindparam, exists, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from egov_crypto import archive
from egov_crypto.archive import EventType, Head
from egov_participation.database import UnitOfWork, table_of
from egov_participation.ledger import service as ledger
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.rules import may_follow
from egov_participation.voting.service import logged
from egov_participation.voting.service.lookup import VoteHead, head_of

_votes, _events = table_of(Vote), table_of(VoteEvent)
_MOVE: Final = (
    update(_votes)
    .where(
        _votes.c.uuid == bindparam("vote"),
        _votes.c.head_height == bindparam("from_height"),
        _votes.c.head_hash == bindparam("from_hash"),
        # Looked at here, and not left to the table's key: PostgreSQL would write tracker and time into its log.
        ~exists().where(_events.c.vote_uuid == bindparam("vote"), _events.c.tracker == bindparam("tracker")),
    )
    .values(
        head_height=bindparam("height"),
        head_type=bindparam("type"),
        head_hash=bindparam("hash"),
        archive_size=bindparam("size"),
    )
)
_PUT: Final = insert(_events)
_moved = _MOVE.returning(_votes.c.uuid).cte("moved")
_put = insert(_events).from_select(
    _events.c.keys(), select(*(bindparam(f"new_{c.name}", type_=c.type) for c in _events.c)).select_from(_moved)
)
_MOVE_AND_PUT: Final = _put.execution_options(preserve_rowcount=True)
_MOVE_PUT_AND_ENTER: Final = ledger.enter_with(_moved, _put.cte("put"), "entry_").execution_options(
    preserve_rowcount=True
)
"""All in one statement, for everybody who casts waits for it. SQLite, which is asked without a way to go, has none."""
Statement = tuple[Insert, dict[str, object]]


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
    vote: Vote | VoteHead,
    event_type: EventType,
    *data: bytes,
    ballot: BallotFacts | None = None,
    owner: int | None = None,
) -> Head:
    """Append an event with its ``data`` (the last is its payload) to the vote's archive, and enter it in the
    transparency log unless it is a rehearsal's; nothing is committed.

    Compare and append: ``vote`` must stand at the database's head. Its head moves with the row, or neither happens.

    Returns:
        The new head.

    Raises:
        AppendError: the grammar of events does not allow this one here.
        HeadMovedError: ``vote`` was read before somebody else appended, or the same ballot stands in the archive.
    """
    if not may_follow(EventType(vote.head_type), event_type, shuffled=vote.shuffled):
        raise AppendError(f"{event_type} may not follow {vote.head_type}")
    before = head_of(vote)
    head, blob = archive.append(before, event_type, *data)
    moved = {
        "height": head.height,
        "type": event_type,
        "hash": head.hash,
        "size": vote.archive_size + len(blob),
    }
    where = {
        "vote": vote.uuid,
        "from_height": before.height,
        "from_hash": before.hash,
        "tracker": ballot.tracker if ballot else None,
    }
    tx.flush()  # what was added before, such as the vote itself, comes first
    event = {
        "vote_uuid": vote.uuid,
        "height": head.height,
        "type": event_type,
        "hash": head.hash,
        "start": vote.archive_size,
        "length": len(blob),
        "blob": blob,
        "credential": ballot.credential if ballot else None,
        "tracker": ballot.tracker if ballot else None,
        "day": ballot.day if ballot else None,
        "owner": owner,
    }
    entered = None if vote.rehearsal else logged.event(vote.uuid, head.height, event_type, head.hash)
    if tx.dialect == "postgresql":
        result = tx.session.execute(*_at_once(where | moved, event, entered))
    else:
        result = tx.session.execute(_MOVE, where | moved)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise HeadMovedError(f"height {before.height} is no longer the head, or the ballot was there before")
    if tx.dialect != "postgresql":
        tx.session.execute(_PUT, event)
        if entered is not None:
            ledger.enter(tx, entered)
    if isinstance(vote, Vote):  # it has the new head without being read again
        set_committed_value(vote, "head_height", head.height)
        set_committed_value(vote, "head_type", event_type)
        set_committed_value(vote, "head_hash", head.hash)
        set_committed_value(vote, "archive_size", moved["size"])
    return head


def _at_once(moved: dict[str, object], event: dict[str, object], entered: logged.Entry | None) -> Statement:
    """The one statement for PostgreSQL, and its parameters."""
    values = moved | {f"new_{name}": value for name, value in event.items()}
    if entered is None:
        return _MOVE_AND_PUT, values
    return _MOVE_PUT_AND_ENTER, values | {f"entry_{name}": value for name, value in ledger.row_of(entered).items()}
