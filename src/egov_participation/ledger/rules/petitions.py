"""Entries about petitions. What they say together, `egov_crypto.recount` holds against each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from egov_participation.ledger.rules.base import Count, Day, Entry, Hash, Time

Reference = Annotated[str, Field(pattern=r"^P-[0-9]{4}-[0-9]{4,9}$")]
"""A petition's number, as in its address."""
Region = Annotated[str, Field(pattern=r"^([A-Z]{2}(-[0-9]{2})?|[0-9]{9}|[0-9]{2}-[a-z]{2,30}|other)$")]
"""ISO 3166 of a country or its region, a unit of the classifier of territories, or the rest, small ones together."""
Territory = Annotated[str, Field(pattern=r"^([A-Z]{2}(-[0-9]{2})?|[0-9]{9}|[0-9]{2}-[a-z]{2,30})$")]
Pseudonym = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
"""A signer in one petition: the output of a verifiable random function (RFC 9381), in hex."""
Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{85}[AQgw]$")]
"""Ed25519, in unpadded Base64."""
PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$")]
"""Ed25519, in unpadded Base64."""
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Of a tier of thresholds in the petition's rules."""

WITH_DOCUMENT: Final = ("collecting", "review", "open")
WITH_REASON: Final = ("rejected", "hidden", "stopped", "merged")


class _Petition(Entry):
    SUBJECT: ClassVar = "petition"

    petition: Reference


class _Act(_Petition):
    """``at`` is when."""

    at: Time


class PetitionState(_Act):
    """It changed its state. ``document`` commits to the text, ``rules`` is the hash of those it keeps, ``closes_at`` is
    when it will end, ``reason`` commits to the public one."""

    type: Literal["petition.state"]
    version: Literal[1]
    to: Literal["collecting", "review", "open", "closed", "rejected", "hidden", "withdrawn", "stopped", "merged"]
    document: Hash | None
    rules: Hash | None
    reason: Hash | None
    into: Reference | None
    closes_at: Time | None

    @model_validator(mode="after")
    def _says_what_goes_with_the_state(self) -> Self:
        there = [member is not None for member in (self.document, self.rules, self.closes_at, self.into)]
        if there != [self.to in WITH_DOCUMENT, self.to == "open", self.to == "open", self.to == "merged"]:
            raise ValueError("a state has its own members")
        if self.closes_at is not None and self.closes_at <= self.at:
            raise ValueError("a petition ends after it was opened")
        if self.to in WITH_REASON and self.reason is None:
            raise ValueError("the public reason is missing")
        if self.into == self.petition:
            raise ValueError("a petition is merged into another one")
        return self


class RegistrarPetition(_Petition):
    """The registrar opened its part: ``key`` makes the pseudonyms, ``signer`` signs the attestations and this. With
    ``generated`` there may be signers whom nobody is: it is a demonstration."""

    type: Literal["registrar.petition"]
    version: Literal[1]
    key: Hash
    document: Hash
    territory: Region | None
    min_age: Annotated[int, Field(ge=0, le=120)]
    ways: Annotated[list[Literal["code", "eid", "passkey"]], Field(min_length=1)]
    regions: Annotated[dict[Territory, Region], Field(max_length=300)]
    """Under which region each territory counts: its own, or ``other``, as does whatever is not named."""
    generated: bool
    signer: PublicKey
    signature: Signature

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ways != sorted(set(self.ways)):
            raise ValueError("ways are sorted, each once")
        if any(region not in (territory, "other") for territory, region in self.regions.items()):
            raise ValueError("a territory counts under itself, or with the others")
        return self


class PetitionAttestation(_Petition):
    """The registrar signed that one person did this: the entry is its signed statement, byte for byte."""

    type: Literal["petition.attestation"]
    version: Literal[1]
    pseudonym: Pseudonym
    act: Literal["attest", "paper", "withdraw"]
    day: Day
    region: Region
    signature: Signature


class PetitionInvalidation(_Petition):
    """A signature does not count any more, or does again. ``batch`` is the hash of what two moderators decided; None
    where its signer came to a desk, and one official let it count again."""

    type: Literal["petition.invalidation"]
    version: Literal[1]
    pseudonym: Pseudonym
    act: Literal["invalidate", "reinstate"]
    code: Literal["duplicate-person", "not-eligible", "coerced", "automated", "forged-paper"]
    day: Day
    batch: Hash | None

    @model_validator(mode="after")
    def _is_decided(self) -> Self:
        if self.batch is None and (self.act != "reinstate" or self.code == "forged-paper"):
            raise ValueError("two moderators decide this")
        return self


class PetitionThreshold(_Act):
    """A tier was reached, by the provisional count."""

    type: Literal["petition.threshold"]
    version: Literal[1]
    tier: Code
    needed: Count
    count: Count

    @model_validator(mode="after")
    def _is_reached(self) -> Self:
        if self.count < self.needed:
            raise ValueError("fewer than are needed")
        return self


ANSWERS: Final = {
    "answer": ("answered",),
    "debate": ("scheduled", "held", "refused"),
    "update": ("updated",),
}
"""What may come of each kind."""


class PetitionAnswer(_Act):
    """The addressee answered, or told what comes of it. ``document`` commits to the text."""

    type: Literal["petition.answer"]
    version: Literal[1]
    kind: Literal["answer", "debate", "update"]
    to: Literal["answered", "scheduled", "held", "refused", "updated"]
    document: Hash
    approvals: Literal[2]
    approved: Hash

    @model_validator(mode="after")
    def _comes_of_its_kind(self) -> Self:
        if self.to not in ANSWERS[self.kind]:
            raise ValueError("no such thing comes of it")
        return self


class ModerationDecision(_Act):
    """A moderator decided, or the creator on what a moderator proposed."""

    type: Literal["moderation.decision"]
    version: Literal[1]
    decision: Literal[
        "accepted",
        "rejected",
        "wording-proposed",
        "wording-accepted",
        "wording-declined",
        "merged",
        "hidden",
        "appeal-granted",
        "appeal-refused",
        "stopped",
    ]
    reason: Hash | None


class _Audit(_Act):
    """``audit`` is the hash of the auditors' commitments."""

    audit: Hash


class AuditCommitted(_Audit):
    """The auditors committed to their random values; at most ``sample`` signatures may be opened. Whose could be, is
    fixed by this entry's place."""

    type: Literal["petition.audit"]
    version: Literal[1]
    step: Literal["committed"]
    commitments: Annotated[list[Hash], Field(min_length=2, max_length=20)]
    sample: Annotated[int, Field(ge=1, le=100_000)]
    approvals: Literal[2]
    approved: Hash

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(one >= other for one, other in pairwise(self.commitments)):
            raise ValueError("commitments are sorted, each once")
        return self


class AuditRevealed(_Audit):
    """They revealed them, in the order of the commitments. ``counted`` were counted by the first ``size`` entries."""

    type: Literal["petition.audit"]
    version: Literal[1]
    step: Literal["revealed"]
    reveals: Annotated[list[Hash], Field(min_length=2, max_length=20)]
    size: Count
    counted: Count


class AuditReported(_Audit):
    """What the people said whose signatures were opened, and how many of them to the auditors themselves, who ``asked``
    them on another channel. ``document`` commits to the report."""

    type: Literal["petition.audit"]
    version: Literal[1]
    step: Literal["reported"]
    opened: Count
    confirmed: Count
    denied: Count
    unreached: Count
    asked: Count
    document: Hash

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.confirmed + self.denied + self.unreached != self.opened:
            raise ValueError("not as many as were opened")
        if self.asked > self.confirmed + self.denied:
            raise ValueError("more told the auditors than told anybody")
        return self
