"""Reading back what stands in the archive's rows."""

from __future__ import annotations

import json
from io import BytesIO

from sqlmodel import Session, col, select

from egov_crypto import archive, wire
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_crypto.tally import Tally
from egov_participation.voting.models import Vote, VoteEvent


def data_members(blob: bytes, timestamp: int) -> list[bytes]:
    """The contents of the data members in the archive bytes of an event (not the first one's), in order."""
    file = BytesIO(blob)
    return [archive.content(file, member) for member in archive.members(file, timestamp) if member.kind == "data"]


def events_of(session: Session, vote: Vote, event_type: EventType) -> list[tuple[int | None, list[bytes]]]:
    """(owner, data members) of each event of a type, in order. Not for Setup, nor for ballots: they are too many."""
    statement = (
        select(VoteEvent.owner, VoteEvent.blob)
        .where(col(VoteEvent.vote_uuid) == vote.uuid, col(VoteEvent.type) == event_type)
        .order_by(col(VoteEvent.height))
    )
    return [(owner, data_members(blob, vote.timestamp)) for owner, blob in session.exec(statement)]


def published_tally(session: Session, vote: Vote) -> Tally:
    """The encrypted tally that the archive holds."""
    ((_, (encrypted, sized)),) = events_of(session, vote, EventType.ENCRYPTED_TALLY)
    return Tally.parse(Election.parse(vote.election), encrypted, sized)


def published_result(session: Session, vote: Vote) -> tuple[tuple[int, ...], ...] | None:
    """The counts that the archive's Result event holds; None while there is none."""
    for _, (raw,) in events_of(session, vote, EventType.RESULT):
        counts = json.loads(raw)["result"]
        return tuple(tuple(wire.weight_from_json(count) for count in question) for question in counts)
    return None


def published_weight(session: Session, vote: Vote) -> int | None:
    """The total weight of the counted ballots that the archive's EncryptedTally holds; None while there is none."""
    for _, (_, sized) in events_of(session, vote, EventType.ENCRYPTED_TALLY):
        return wire.weight_from_json(json.loads(sized)["total_weight"])
    return None
