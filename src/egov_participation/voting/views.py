"""What pages and the API are given of a vote: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from egov_crypto.archive import EventType
from egov_participation.voting.rules import BallotStatus, VoteKind, VoteState
from egov_participation.voting.texts import Texts


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as the voter reads it. With ``blank``, a result's first number is that of blank votes."""

    text: Texts
    answers: tuple[Texts, ...]
    min: int
    max: int
    blank: bool


@dataclass(frozen=True, slots=True)
class TrusteeView:
    """A trustee, and whether it has handed in its decryption."""

    owner: int
    name: Texts
    public_key: str
    decrypted: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of the archive that is not a ballot. The archive knows no times, only the order."""

    type: EventType
    height: int
    hash: str
    owner: int | None
    """Of a partial decryption: which trustee, from 1."""


@dataclass(frozen=True, slots=True)
class VoteView:
    """A vote as anyone may see it. Times are aware, in UTC."""

    uuid: str
    kind: VoteKind
    state: VoteState
    title: Texts
    description: Texts
    administrator: Texts
    credential_authority: Texts
    opens_at: datetime
    closes_at: datetime
    created_at: datetime
    questions: tuple[QuestionView, ...]
    registered: int
    ballots: int
    """How many stand on the board, superseded ones too."""
    voters: int
    """How many of the registered have a ballot on the board."""
    head_height: int
    head_hash: str
    trustees: tuple[TrusteeView, ...]
    events: tuple[EventView, ...]
    """All but the ballots, in the archive's order."""
    result: tuple[tuple[int, ...], ...] | None
    """Per question the count of each answer (of blank votes first, where they are allowed); None until tallied."""
    weight: int | None
    """Votes of all counted ballots (each voter's weight counts); None until they are added up."""
    election: bytes
    """The election's JSON, byte for byte as published."""
    fingerprint: str
    """φ, unpadded Base64."""
    archive_size: int
    """Bytes."""

    @property
    def turnout(self) -> float:
        """Voters per registered, 0 to 1."""
        return self.voters / self.registered


@dataclass(frozen=True, slots=True)
class BallotView:
    """A ballot on the board."""

    height: int
    tracker: str
    day: date
    status: BallotStatus
    weight: int


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Some of the board's ballots, in the archive's order. ``next`` is the ``after`` of the next page, if any."""

    ballots: tuple[BallotView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class TrackedBallot:
    """What a tracker page shows: the ballot and the receipt that whoever asks gets."""

    ballot: BallotView
    receipt: bytes
