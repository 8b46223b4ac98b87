"""Entries about consultations on draft regulations. What was written by somebody enters as a commitment."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from egov_participation.ledger.rules.base import Approvals, Count, Entry, Hash, Strict, Time

Reference = Annotated[str, Field(pattern=r"^C-[0-9]{4}-[0-9]{4,9}$")]
"""A consultation's number, as in its address."""
Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
"""Of a version, a comment or a reply, from 1 in its consultation."""
Agency = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$")]
"""Ed25519, in unpadded Base64."""
Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{85}[AQgw]$")]
"""Ed25519, in unpadded Base64."""


class _Consultation(Entry):
    SUBJECT: ClassVar = "consultation"

    consultation: Reference
    at: Time


class ConsultationState(_Consultation):
    """It changed its state. ``closes_at`` is when comments end, ``rules`` the hash of those it keeps; ``reason``
    commits to the public one. ``approvals`` is 0 where the clock did it."""

    type: Literal["consultation.state"]
    version: Literal[1]
    to: Literal["open", "closed", "reported", "withdrawn"]
    closes_at: Time | None
    rules: Hash | None
    reason: Hash | None
    approvals: Approvals
    approved: Hash | None

    @model_validator(mode="after")
    def _says_what_goes_with_the_state(self) -> Self:
        if [self.closes_at is not None, self.rules is not None] != [self.to == "open"] * 2:
            raise ValueError("a state has its own members")
        if self.closes_at is not None and self.closes_at <= self.at:
            raise ValueError("comments end after they began")
        if self.to == "withdrawn" and self.reason is None:
            raise ValueError("the public reason is missing")
        if (self.approvals == 2) != (self.approved is not None) or (self.approvals == 0) != (self.to == "closed"):
            raise ValueError("two officials approve all but the end by the clock")
        return self


class ConsultationExtended(_Consultation):
    """Comments are taken until ``closes_at``, which is later; ``reason`` commits to the public one."""

    type: Literal["consultation.extended"]
    version: Literal[1]
    closes_at: Time
    reason: Hash
    approvals: Literal[2]
    approved: Hash


class Text(Strict):
    """A version in one language: hash of its provisions as one document, and of the file that they were read from."""

    lang: Literal["kk", "ru", "en"]
    document: Hash
    source: Hash


class ConsultationVersion(_Consultation):
    """A version of the draft was published. ``record`` is the hash of what is published with its texts. ``signature``
    is by the agency's ``key`` over this entry without it."""

    type: Literal["consultation.version"]
    version: Literal[1]
    number: Number
    texts: Annotated[list[Text], Field(min_length=1, max_length=3)]
    record: Hash
    agency: Agency
    key: PublicKey
    signature: Signature
    approvals: Literal[2]
    approved: Hash

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        langs = [text.lang for text in self.texts]
        if langs != sorted(set(langs)):
            raise ValueError("texts are sorted by their language, each once")
        return self


class ConsultationComment(_Consultation):
    """Somebody commented (``comment``), proposed words (``amendment``), or added to comment ``number`` (``edit``).
    ``document`` commits to what was written, and where it stands."""

    type: Literal["consultation.comment"]
    version: Literal[1]
    number: Number
    what: Literal["comment", "amendment", "edit"]
    document: Hash


class ConsultationRedaction(_Consultation):
    """A moderator covered comment ``number`` or words in it, or that was lifted; or its words were destroyed."""

    type: Literal["consultation.redaction"]
    version: Literal[1]
    number: Number
    what: Literal["redacted", "appeal-granted", "appeal-refused", "erased"]
    reason: Hash | None

    @model_validator(mode="after")
    def _has_its_reason(self) -> Self:
        if (self.reason is None) != (self.what == "erased"):
            raise ValueError("a decision has a public reason, an erasure has none")
        return self


class ConsultationReply(_Consultation):
    """The agency replied to ``count`` comments; ``comments`` is the hash of their numbers (`comments_hash`).
    ``changed`` is the version in which a provision changed because of it."""

    type: Literal["consultation.reply"]
    version: Literal[1]
    number: Number
    verdict: Literal["accepted", "partly", "rejected", "out_of_scope", "already_there"]
    comments: Hash
    count: Number
    changed: Number | None
    supersedes: Number | None
    document: Hash
    approvals: Literal[2]
    approved: Hash

    @model_validator(mode="after")
    def _names_what_changed(self) -> Self:
        if self.verdict == "accepted" and self.changed is None:
            raise ValueError("what is accepted changed a provision")
        if self.verdict not in ("accepted", "partly") and self.changed is not None:
            raise ValueError("nothing changed because of it")
        return self


class ConsultationReport(_Consultation):
    """The report was published. ``content`` is the hash of its canonical JSON."""

    type: Literal["consultation.report"]
    version: Literal[1]
    content: Hash
    comments: Count
    replied: Count
    complete: bool
    approvals: Literal[2]
    approved: Hash

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.replied > self.comments or self.complete != (self.replied == self.comments):
            raise ValueError("complete is what has a reply to every comment")
        return self
