"""What pages and the API are given of a vote: plain values, no rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from egov_crypto.archive import EventType
from egov_crypto.counting import Method, Outcome
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.protocol import SignedProtocol
from egov_participation.voting.rules import (
    DECRYPTED_BALLOT_BYTES,
    MAX_UPLOAD_BYTES,
    SHUFFLED_BALLOT_BYTES,
    VERIFIED_AT_ONCE,
    BallotStatus,
    VoteKind,
    VoteState,
)
from egov_participation.voting.setup import SetupDocument, digest
from egov_participation.voting.texts import Texts
from egov_participation.voting.turnout import RegionalTurnout

QuestionResult = tuple[int, ...] | tuple[tuple[int, ...], ...]
"""Of a choice the count of each answer (of blank votes first, where they are allowed); of lists the same list by list,
each list's own first; of a ranking or grading nothing: its ballots are listed (`service.listed`) and counted
(`VoteView.outcomes`)."""


@dataclass(frozen=True, slots=True)
class ListView:
    """A list that can be chosen, with its candidates."""

    name: Texts
    candidates: tuple[Texts, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as the voter reads it. With ``blank``, the result of a choice begins with the blank votes."""

    text: Texts
    answers: tuple[Texts, ...]
    """What is chosen of, ranked or graded; of lists their names."""
    min: int
    max: int
    """How many answers may be chosen; of other kinds than a choice without meaning."""
    blank: bool
    kind: QuestionKind = QuestionKind.CHOICE
    method: Method | None = None
    """How a ranking or grading is counted; None of other kinds, and of a method that is not known here."""
    grades: tuple[Texts, ...] = ()
    """The scale of a grading, the best first."""
    lists: tuple[ListView, ...] = ()


@dataclass(frozen=True, slots=True)
class TrusteeView:
    """A trustee, and whether it has handed in its decryption."""

    owner: int
    name: Texts
    public_key: str
    decrypted: bool
    shuffled: bool = False
    """Whether it has shuffled the ballots, in a vote whose ballots are shuffled."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Whose keys decrypting takes."""

    number: int
    always: tuple[int, ...]
    """The owners who are among them in any case."""


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of the archive that is not a ballot. The archive knows no times, only the order."""

    type: EventType
    height: int
    hash: str
    owner: int | None
    """Of a shuffle or a partial decryption: which trustee, from 1."""


@dataclass(frozen=True, slots=True)
class HeadView:
    """Where the archive stood once: after the last ballot of a day, or after an event that is no ballot."""

    height: int
    hash: str
    type: EventType
    day: date | None
    """Of a ballot: its day, which ended with it as far as is known yet."""
    owner: int | None
    """Of a shuffle or a partial decryption: which trustee, from 1."""


@dataclass(frozen=True, slots=True)
class SetupDocuments:
    """What was confirmed before a vote opened."""

    document: SetupDocument
    raw: bytes
    confirmation: bytes | None
    """The registrar's signed statement."""
    confirmed_at: datetime | None
    """When it signed."""

    @property
    def hash(self) -> str:
        """The document's own: what was confirmed."""
        return digest(self.raw)


@dataclass(frozen=True, slots=True)
class ActView:
    """Something that two members of the commission decided about the vote."""

    kind: str
    """``set_up``, ``extended``, ``cancelled``, ``published`` or ``corrected``."""
    at: datetime
    reason: Texts
    """Public; of an erratum what it corrects. Empty where no reason is asked for."""
    content: Mapping[str, Any]
    """``{"setup": hash}``, ``{"before": time, "closes_at": time}``, ``{"protocol": hash}``."""
    content_hash: str
    """Of what was approved."""
    salt: str | None = None
    """Random bytes of the commitment to the reason that stands in the transparency log, in hex."""


@dataclass(frozen=True, slots=True)
class AddingUp:
    """How far the ballots of a vote are added up."""

    done: int
    total: int
    """Ballots that count."""
    failing: bool = False
    """Whether it failed again and again; it is tried on all the same."""


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
    result: tuple[QuestionResult, ...] | None
    """Per question, in the form of its kind; None until tallied."""
    weight: int | None
    """Votes of all counted ballots (each voter's weight counts); None until they are added up."""
    election: bytes
    """The election's JSON, byte for byte as published."""
    fingerprint: str
    """φ, unpadded Base64."""
    archive_size: int
    """Bytes."""
    needed: int = 0
    """How many of the trustees decrypting takes."""
    always: tuple[int, ...] = ()
    """The owners who are among them in any case: all, or the first ones, or none."""
    acts: tuple[ActView, ...] = ()
    """What the commission decided about it, in order; none where it was set up by command and left alone."""
    cancelled_at: datetime | None = None
    rehearsal: bool = False
    """A mock vote: every page of it says so."""
    setup_hash: str | None = None
    """SHA-256 of the setup document, in hex."""
    protocol: SignedProtocol | None = None
    """The signed protocol of the result."""
    regional: RegionalTurnout | None = None
    """What the registrar says of turnout by region."""
    outcomes: tuple[Outcome | None, ...] = ()
    """Per question how its ballots were counted, if it is a ranking or grading that says how; empty before the
    result."""

    def of_needed(self, owners: Collection[int]) -> int:
        """How many of those whom decrypting takes are among `owners`: of a group no more than are enough."""
        alone = len(set(self.always) & set(owners))
        return alone + min(len(owners) - alone, self.needed - len(self.always))

    def awaits_shuffle(self, owner: int) -> bool:
        """Whether the shuffle of `owner` is needed besides those that are there."""
        return self._awaits(owner, [trustee.owner for trustee in self.trustees if trustee.shuffled])

    def awaits_decryption(self, owner: int) -> bool:
        """Whether the decryption of `owner` is needed besides those that are there."""
        return self._awaits(owner, [trustee.owner for trustee in self.trustees if trustee.decrypted])

    def _awaits(self, owner: int, done: Collection[int]) -> bool:
        return self.of_needed({*done, owner}) > self.of_needed(done)

    @property
    def shuffles_done(self) -> int:
        """How many of the shuffles that are needed are there."""
        return self.of_needed([trustee.owner for trustee in self.trustees if trustee.shuffled])

    @property
    def decryptions_done(self) -> int:
        """How many of the decryptions that are needed are there."""
        return self.of_needed([trustee.owner for trustee in self.trustees if trustee.decrypted])

    @property
    def signed(self) -> bool:
        """Whether the protocol of the result is signed."""
        return self.protocol is not None

    @property
    def errata(self) -> tuple[ActView, ...]:
        """What was corrected in the signed protocol since, the last first."""
        return tuple(act for act in reversed(self.acts) if act.kind == "corrected")

    @property
    def cancellation(self) -> ActView | None:
        """Why it was cancelled, if it was; None also where that was done before there were reasons."""
        return next((act for act in self.acts if act.kind == "cancelled"), None)

    @property
    def ended_at(self) -> datetime:
        """When voting ended, or is to: at closing, or when it was cancelled before that."""
        return self.closes_at if self.cancelled_at is None else min(self.cancelled_at, self.closes_at)

    @property
    def shuffled(self) -> bool:
        """Whether ballots of some question are shuffled and become known one by one."""
        return any(question.kind.shuffled for question in self.questions)

    @property
    def shuffle_fits(self) -> bool:
        """Whether trustees can hand a shuffle of its ballots in on the site; a larger one goes by the operator."""
        return self._opened * SHUFFLED_BALLOT_BYTES <= MAX_UPLOAD_BYTES

    @property
    def decryption_fits(self) -> bool:
        """The same of a decryption."""
        return self._opened * DECRYPTED_BALLOT_BYTES <= MAX_UPLOAD_BYTES

    @property
    def verified_at_once(self) -> bool:
        """Whether a decryption is verified within two seconds."""
        return self._opened <= VERIFIED_AT_ONCE

    @property
    def _opened(self) -> int:
        """How many answers are shuffled and become known one by one."""
        return self.voters * sum(question.kind.shuffled for question in self.questions)

    @property
    def sums(self) -> tuple[tuple[QuestionView, tuple[int, ...] | None], ...]:
        """Each question with the count of each answer if it is a choice, else with None; none before the result."""
        return tuple(
            (question, cast("tuple[int, ...]", counts) if question.kind is QuestionKind.CHOICE else None)
            for question, counts in zip(self.questions, self.result or (), strict=False)
        )

    @property
    def assurance(self) -> int:
        """How surely somebody must be signed in to take part."""
        return self.kind.assurance

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
    logged_at: int | None
    """The index of its entry in the transparency log; None while it is not published, and of a rehearsal's."""
