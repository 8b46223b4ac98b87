"""A consultation, what it is called, what happened to it, and the papers that go with the draft."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.consultations.models.states import State
from egov_participation.database import UTCDateTime


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A constraint: the column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value.value) for value in values)})", name=column)


class Consultation(SQLModel, table=True):
    """A draft regulation that the public is asked about, from the official's first draft on."""

    __tablename__: ClassVar[str] = "consultation"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint("(reference IS NULL) = (number IS NULL)", name="reference"),
        UniqueConstraint("year", "number"),
        Index("ix_consultation_state_closes_at", "state", "closes_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Random; what the office's pages stand under."""
    reference: str | None = Field(default=None, unique=True)
    """``C-2026-0007``, once it was published."""
    year: int
    number: int | None = None
    jurisdiction: str
    rules: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The rule set as it was when the consultation was published; empty in a draft."""
    act_kind: str
    """Code of the kind of act, of the rules: how long it is open, and by when what is owed."""
    stage: str = ""
    """Code of the stage of the act's making, of the rules; empty where they know none."""
    agency: str = Field(index=True)
    territory: str = ""
    """Code of the region or district that the act is for; empty for the whole country."""
    state: str = State.DRAFT.value
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    created_by: str
    """Person id of the official."""
    state_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    opened_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    closes_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    reply_due_on: date | None = Field(default=None, index=True)
    """The last day on which every comment is to have its reply."""
    report_due_on: date | None = Field(default=None, index=True)
    reminded_on: date | None = None
    """The day on which its officials were last reminded of what is owed."""
    comments: int = 0
    """The number that the last comment got: the next has one more."""
    clustered: int = 0
    """`comments` as it was when it was last found out which say nearly the same."""


class ConsultationText(SQLModel, table=True):
    """What a consultation is called in one language, and what it is about in plain words."""

    __tablename__: ClassVar[str] = "consultation_text"
    __table_args__ = (CheckConstraint("lang IN ('kk', 'ru', 'en')", name="lang"),)

    consultation_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation.id", ondelete="CASCADE"), primary_key=True)
    )
    lang: str = Field(primary_key=True)
    title: str = ""
    summary: str = Field(default="", sa_column=Column(Text, nullable=False))
    """What changes for whom, in plain words."""


class ConsultationHappening(SQLModel, table=True):
    """Something that happened to a consultation: its public timeline. Rows are added."""

    __tablename__: ClassVar[str] = "consultation_happening"

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    kind: str
    """A key of `telling.HAPPENINGS`."""
    actor: str | None = None
    """Person id of the official; never shown."""
    details: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON: what the sentence of the timeline needs."""
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """The public reason, as it was written."""
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in the reason's commitment, which the log has."""


class ConsultationPaper(SQLModel, table=True):
    """A document that goes with the draft: the explanatory note, calculations, a comparison."""

    __tablename__: ClassVar[str] = "consultation_paper"
    __table_args__ = (UniqueConstraint("consultation_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation.id", ondelete="CASCADE"), nullable=False)
    )
    kind: str
    """``note`` (explanatory), ``assessment`` (of its impact), ``comparison`` or ``other``."""
    lang: str
    name: str
    """What it is, as the public reads it."""
    media_type: str
    sha256: str
    size: int
    """In bytes."""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    published_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
