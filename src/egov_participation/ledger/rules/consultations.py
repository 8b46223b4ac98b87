"""Entries about consultations on draft regulations. What was written by somebody enters as a commitment."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from egov_participation.ledger.rules.base import Approvals, Count, Day, Entry, Hash, Strict, Time

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
    commits to the public one. ``approvals`` is 0 where the clock did it. With the end of comments comes ``supports``,
    the hash of how many support each of them (`supports_hash`)."""

    type: Literal["consultation.state"]
    version: Literal[1]
    to: Literal["open", "closed", "reported", "withdrawn"]
    closes_at: Time | None
    rules: Hash | None
    reason: Hash | None
    supports: Hash | None
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
        ends = (self.to == "closed", self.to in ("closed", "withdrawn"))
        if not ends[0] <= (self.supports is not None) <= ends[1]:
            raise ValueError("supporters are counted when comments end")
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


class AgencyKey(Entry):
    """An agency signs with ``new`` from here on. ``signature`` is by the key before over this entry without it; there
    is none where there was no key before, or where that is lost."""

    SUBJECT: ClassVar = "agency"

    type: Literal["agency.key"]
    version: Literal[1]
    agency: Agency
    at: Time
    old: PublicKey | None
    new: PublicKey
    signature: Signature | None

    @model_validator(mode="after")
    def _is_another_one(self) -> Self:
        if self.old == self.new or (self.old is None and self.signature is not None):
            raise ValueError("a key follows another one, which may have signed it")
        return self


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


class ConsultationComment(Entry):
    """Somebody commented (``comment``), proposed words (``amendment``), or added to comment ``number`` (``edit``).
    ``document`` commits to what was written, and where it stands; ``author`` to the name that is shown with it. The day
    is told, and not the hour: it could give away who has no name there."""

    SUBJECT: ClassVar = "consultation"

    type: Literal["consultation.comment"]
    version: Literal[1]
    consultation: Reference
    day: Day
    number: Number
    what: Literal["comment", "amendment", "edit"]
    document: Hash
    author: Hash | None

    @model_validator(mode="after")
    def _names_its_author_once(self) -> Self:
        if self.what == "edit" and self.author is not None:
            raise ValueError("an addition is by the same author")
        return self


class ConsultationRedaction(_Consultation):
    """A moderator covered comment ``number`` or words in it, and ``left`` commits to what is shown still; an appeal was
    decided, and ``left`` is there again if it stays covered as before; its words are going to be destroyed
    (``erasing``), which is taken back (``kept``) or done (``erased``). ``by`` says who asked for that."""

    type: Literal["consultation.redaction"]
    version: Literal[1]
    number: Number
    what: Literal["redacted", "appeal-granted", "appeal-refused", "erasing", "kept", "erased"]
    by: Literal["author", "law", "court"] | None
    reason: Hash | None
    left: Hash | None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.by is not None) != (self.what in ("erasing", "erased")) or (self.what, self.by) == (
            "erasing",
            "court",
        ):
            raise ValueError("who asked for an erasure, and for nothing else; what a court orders is done at once")
        told = {"erasing": self.by == "law", "erased": self.by == "court", "kept": False}
        if (self.reason is not None) != told.get(self.what, True):
            raise ValueError("a moderator's decision has its public reason, told once")
        if not (self.what == "redacted") <= (self.left is not None) <= (self.what in ("redacted", "appeal-granted")):
            raise ValueError("what is left to read is told when words are covered")
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
