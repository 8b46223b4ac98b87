"""A petition, its texts, what happened to it, and who supported its publication."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime
from egov_participation.petitions.models.states import Answer, Debate, State


def _one_of(column: str, values: type[State | Answer | Debate]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value.value) for value in values)})", name=column)


class Petition(SQLModel, table=True):
    """A petition, from its first draft on."""

    __tablename__: ClassVar[str] = "petition"
    __table_args__ = (
        _one_of("state", State),
        _one_of("answer_state", Answer),
        _one_of("debate_state", Debate),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint("(reference IS NULL) = (number IS NULL)", name="reference"),
        CheckConstraint("(salt IS NULL) = (document_hash IS NULL)", name="document"),
        CheckConstraint("state <> 'merged' OR merged_into IS NOT NULL", name="merged"),
        UniqueConstraint("year", "number"),
        Index("ix_petition_state_opened_at", "state", "opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Random; what the creator's pages of a draft stand under."""
    reference: str | None = Field(default=None, unique=True)
    """``P-2026-0042``, once it was handed in."""
    year: int
    number: int | None = None
    jurisdiction: str
    rules: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The rule set as it was when the petition was handed in (`RuleSet.snapshot`): it keeps these. Empty in a draft."""
    territory: str = ""
    """Code of the region or district that it is about; empty for the whole country."""
    addressee: str = ""
    """Code of the body or agency that it asks."""
    answered_by: str = ""
    """Code of the agency whose officials answer it (`service.answering`); empty while nobody has said which."""
    language: str
    """In which it was written first."""
    creator: str | None = Field(default=None, index=True)
    """Person id; empty once it was forgotten."""
    creator_name: str = ""
    """As it is shown."""
    state: str = State.DRAFT.value
    answer_state: str = Answer.NONE.value
    debate_state: str = Debate.NONE.value
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    state_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """Since when it is in its state."""
    due_on: date | None = Field(default=None, index=True)
    """Until when its state must end: of a review the last day, of a gate too, of an open one the day that it closes."""
    opened_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    closes_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
    answer_due_on: date | None = Field(default=None, index=True)
    gate_token: str | None = Field(default=None, unique=True)
    """What the link for supporters holds while the petition is known to nobody else."""
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in `document_hash`; published with the text, destroyed with it."""
    document_hash: str | None = None
    """The commitment to the text that the log has (`service.document`)."""
    ground: str = ""
    """Code of the ground on which it was rejected."""
    text_hidden: bool = False
    """The text is shown to nobody but moderators and the creator."""
    merged_into: int | None = Field(default=None, sa_column=Column(Integer, ForeignKey("petition.id"), nullable=True))
    batches: int = 0
    """How many batches of the registrar's attestations stand in the log."""
    attested: bool = True
    """Whether the registrar may still have attestations that wait for a batch."""
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When a signature was last withdrawn after its end: the registrar's batch of it comes some time later."""
    erase_on: date | None = Field(default=None, index=True)
    """From when it and its signatures no longer tell whose they are; set as it ends, by its rules."""
    generated: int = 0
    """How many signers whom nobody is it is to have: of a demonstration's petition, which says so."""
    anonymised_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class PetitionText(SQLModel, table=True):
    """What a petition says in one language."""

    __tablename__: ClassVar[str] = "petition_text"
    __table_args__ = (CheckConstraint("lang IN ('kk', 'ru', 'en')", name="lang"),)

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True))
    lang: str = Field(primary_key=True)
    title: str = ""
    ask: str = Field(default="", sa_column=Column(Text, nullable=False))
    """What is wanted."""
    background: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why."""


class Happening(SQLModel, table=True):
    """Something that happened to a petition: its public timeline. Rows are added; a reason can be redacted."""

    __tablename__: ClassVar[str] = "petition_happening"

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(
        sa_column=Column(Integer, ForeignKey("petition.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    kind: str
    """A key of `telling.HAPPENINGS`."""
    by: str = ""
    """Who, as it is public: ``creator``, ``moderator``, ``agency:education``, empty for the clock."""
    actor: str | None = None
    """Person id of the official; never shown."""
    details: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON: what the sentence of the timeline needs."""
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """The public reason, as it was written."""
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in the reason's commitment, which the log has."""
    public: bool = True


class Supporter(SQLModel, table=True):
    """Somebody who wants a petition to be published, before anybody can sign it."""

    __tablename__: ClassVar[str] = "petition_supporter"

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True))
    person_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Keyed hash of the person (`keys.person_hash`)."""
    person_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """To be told when it opens; deleted then."""
    territory: str = ""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
