"""Votes as whoever observes the transparency log comes upon them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session

from egov_participation.database import table_of
from egov_participation.ledger import service as ledger
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.service import logged
from egov_participation.voting.texts import Texts

_votes, _events = table_of(Vote), table_of(VoteEvent)
# A vote after the other: so the index of each one's hashes is used, and no other is needed for all of them together.
_BY_HASH: Select[str, int, str] = (
    select(_events.c.vote_uuid, _events.c.height, _events.c.type)
    .join_from(_votes, _events, _events.c.vote_uuid == _votes.c.uuid)
    .where(_votes.c.rehearsal.is_(False), _events.c.hash == bindparam("hash"))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class InLog:
    """Where the events of a vote stand in the transparency log: indices of the first and the last, and how many."""

    first: int
    last: int
    count: int


def in_log(session: Session, uuid: str) -> InLog | None:
    """None as long as none of its events is published, or for good if it is a rehearsal or older than the log."""
    found = ledger.ends(session, "vote.event", uuid)
    if found is None:
        return None
    first, last = found
    # Heights follow each other without a gap.
    return InLog(first.index, last.index, last.value["height"] - first.value["height"] + 1)


def titles(session: Session, uuids: Collection[str]) -> dict[str, Texts]:
    """The titles of those that are votes; of a rehearsal none is told."""
    columns = (_votes.c.uuid, _votes.c.title_kk, _votes.c.title_ru, _votes.c.title_en)
    rows = session.execute(select(*columns).where(_votes.c.uuid.in_(uuids), _votes.c.rehearsal.is_(False)))
    return {uuid: Texts(*texts) for uuid, *texts in rows}


def event_with(session: Session, hash_: str) -> logged.Entry | None:
    """What stands in the log for the archive's event with this hash (64 hex digits); None if there is no such event."""
    found = session.execute(_BY_HASH, {"hash": hash_}).first()
    return None if found is None else logged.event(found.vote_uuid, found.height, found.type, hash_)
