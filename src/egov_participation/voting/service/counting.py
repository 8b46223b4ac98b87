"""How many ballots stand on a board, and how many voters have one there: counted from the archive's rows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from egov_crypto.archive import EventType
from egov_participation.voting.models import Vote, VoteEvent

_KEPT: Final = 256

Counts = tuple[int, int]
"""(ballots, voters with a ballot)."""

_lock = threading.Lock()
_counts: OrderedDict[tuple[str, str], Counts] = OrderedDict()
"""By identifier and head, the last used last. A head's hash stands for all that comes before it."""


def counts_of(session: Session, vote: Vote) -> Counts:
    """(ballots, voters with a ballot) up to the vote's head, which must have been read in this session."""
    key = (vote.uuid, vote.head_hash)
    with _lock:
        found = _counts.get(key)
        if found is not None:
            _counts.move_to_end(key)
            return found
    ballots, voters = session.exec(counting(vote.uuid)).one()
    found = (ballots, voters)
    with _lock:
        _counts[key] = found
        while len(_counts) > _KEPT:
            _counts.popitem(last=False)
    return found


def counting(uuid: str) -> Select[int, int]:
    """The statement; the index ``ix_voting_event_ballots`` answers it without the rows."""
    return select(func.count(), func.count(func.distinct(VoteEvent.credential))).where(
        col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) == EventType.BALLOT
    )
