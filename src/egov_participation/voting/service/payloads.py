"""Reading back what stands in the archive's rows."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from sqlmodel import Session, col, select

from egov_crypto import archive, wire
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import Point
from egov_crypto.tally import Tally
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.views import QuestionResult


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


def tally_now(session: Session, vote: Vote) -> Tally:
    """What is to be shuffled or decrypted next: the encrypted tally, or what the last shuffle left of it."""
    tally = published_tally(session, vote)
    last = (
        select(VoteEvent.blob)
        .where(col(VoteEvent.vote_uuid) == vote.uuid, col(VoteEvent.type) == EventType.SHUFFLE)
        .order_by(col(VoteEvent.height).desc())
        .limit(1)
    )
    blob = session.exec(last).first()
    if blob is None:
        return tally
    raw, _ = data_members(blob, vote.timestamp)
    return tally.mixed([[_ciphertext(one) for one in question] for question in json.loads(raw)["ciphertexts"]])


def owners_of(session: Session, vote: Vote, event_type: EventType) -> set[int]:
    """The trustees whose shuffles or decryptions the archive holds."""
    statement = select(VoteEvent.owner).where(col(VoteEvent.vote_uuid) == vote.uuid, col(VoteEvent.type) == event_type)
    return {owner for owner in session.exec(statement) if owner is not None}


def published_result(session: Session, vote: Vote) -> tuple[QuestionResult, ...] | None:
    """What the archive's Result event holds, question by question; None while there is none."""
    for _, (raw,) in events_of(session, vote, EventType.RESULT):
        return tuple(map(_result, json.loads(raw)["result"]))
    return None


def published_weight(session: Session, vote: Vote) -> int | None:
    """The total weight of the counted ballots that the archive's EncryptedTally holds; None while there is none."""
    for _, (_, sized) in events_of(session, vote, EventType.ENCRYPTED_TALLY):
        return wire.weight_from_json(json.loads(sized)["total_weight"])
    return None


def _result(values: list[Any]) -> QuestionResult:
    if values and not isinstance(values[0], list):
        return tuple(map(wire.weight_from_json, values))
    return tuple(tuple(map(wire.weight_from_json, inner)) for inner in values)


def _ciphertext(value: dict[str, str]) -> Ciphertext:
    """As it was verified when it was handed in."""
    return Ciphertext(*(Point.parse(value[name], identity=True) for name in ("alpha", "beta")))
