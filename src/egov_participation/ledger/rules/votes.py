"""Entries about votes."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from egov_participation.ledger.rules.base import Approvals, Count, Entry, Hash, Strict, Time, Uuid


class Head(Strict):
    """Where an archive stood: the height of its last event, and that event's hash."""

    height: Count
    hash: Hash


class VoteEvent(Entry):
    """An event was appended to the archive of a vote."""

    SUBJECT: ClassVar = "vote"

    type: Literal["vote.event"]
    version: Literal[1]
    vote: Uuid
    height: Count
    event: Literal[
        "Setup", "Ballot", "EndBallots", "EncryptedTally", "Shuffle", "EndShuffles", "PartialDecryption", "Result"
    ]
    hash: Hash

    @model_validator(mode="after")
    def _begins_with_setup(self) -> Self:
        if (self.event == "Setup") != (self.height == 0):
            raise ValueError("Setup stands at height 0, and nothing else does")
        return self


class _VoteState(Entry):
    """Something changed in the life of a vote. ``at`` is when."""

    SUBJECT: ClassVar = "vote"

    vote: Uuid
    at: Time


class _Approved(Strict):
    """``approved`` is the hash of the proposal that two members of the commission approved."""

    approvals: Literal[2]
    approved: Hash


class VoteSetUp(_VoteState):
    """It was set up: everything is fixed by the setup document whose hash this is."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["setup"]
    kind: Literal["binding", "consultative"]
    opens_at: Time
    closes_at: Time
    registered: Count
    document: Hash
    head: Head
    approvals: Approvals
    approved: Hash | None

    @model_validator(mode="after")
    def _says_what_was_approved(self) -> Self:
        if (self.approvals == 2) != (self.approved is not None) or self.approvals == 1:
            raise ValueError("two approved a proposal, or nobody did")
        return self


class VoteOpen(_VoteState):
    """Its time came, and casting began."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["open"]


class VoteExtended(_VoteState, _Approved):
    """It closes later than was said before."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["extended"]
    before: Time
    closes_at: Time
    reason: Hash


class VoteClosed(_VoteState):
    """No ballot is taken any more. ``ballots`` stand on the board, of so many ``voters``."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["closed"]
    head: Head
    ballots: Count
    voters: Count


class VoteCancelled(_VoteState, _Approved):
    """It was cancelled for good, and is never decrypted."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["cancelled"]
    head: Head
    reason: Hash


class VoteTallied(_VoteState):
    """The result stands in the archive, which ends with it."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["tallied"]
    head: Head


class VotePublished(_VoteState, _Approved):
    """The protocol of the result was signed."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["published"]
    document: Hash


class VoteCorrected(_VoteState, _Approved):
    """An erratum was added to the signed protocol."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["corrected"]
    document: Hash
    reason: Hash


class RegistrarConfirmation(Entry):
    """The registrar signed that a setup has its roll. ``roll`` is its commitment to who is on it."""

    SUBJECT: ClassVar = "vote"

    type: Literal["registrar.confirmation"]
    version: Literal[1]
    vote: Uuid
    setup: Hash
    roll: Hash
    size: Count
    statement: Hash


class RegistrarTurnout(Entry):
    """The registrar signed from which regions those came who voted."""

    SUBJECT: ClassVar = "vote"

    type: Literal["registrar.turnout"]
    version: Literal[1]
    vote: Uuid
    voters: Count
    statement: Hash


class DocumentPublished(Entry):
    """A document about a vote can be had from now on."""

    SUBJECT: ClassVar = "vote"

    type: Literal["document.published"]
    version: Literal[1]
    vote: Uuid
    document: Literal["protocol"]
    format: Literal["json", "pdf"]
    language: Literal["kk", "ru", "en"] | None
    sha256: Hash
    size: Count

    @model_validator(mode="after")
    def _has_a_language_to_be_read_in(self) -> Self:
        if (self.format == "pdf") != (self.language is not None):
            raise ValueError("a PDF is in one language, JSON is in all of them")
        return self
