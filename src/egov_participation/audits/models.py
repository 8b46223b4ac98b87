"""Audits, and the random values that auditors committed to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Stage(StrEnum):
    """How far an audit is."""

    GATHERING = "gathering"
    """Auditors commit to random values; nothing of it is in the log."""
    COMMITTED = "committed"
    """Two approved it: among whom is drawn is fixed, and the auditors reveal their values."""
    DRAWN = "drawn"
    """The sample is drawn."""
    AUTHORISED = "authorised"
    """Two auditors had the registrar open it."""
    OPENED = "opened"
    """It was opened, and the people are asked."""
    REPORTED = "reported"
    """What came of it is public."""


class Audit(SQLModel, table=True):
    """An audit of one petition."""

    __tablename__: ClassVar[str] = "petition_audit"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('gathering', 'committed', 'drawn', 'authorised', 'opened', 'reported')", name="stage"
        ),
        CheckConstraint("sample > 0", name="sample"),
        CheckConstraint("(stage = 'gathering') = (name IS NULL)", name="name"),
        CheckConstraint("(stage IN ('gathering', 'committed')) = (seed IS NULL)", name="seed"),
        CheckConstraint(
            "(stage IN ('gathering', 'committed', 'drawn', 'authorised')) = (opened IS NULL)", name="opened"
        ),
        CheckConstraint("(stage = 'reported') = (document IS NOT NULL)", name="report"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Random: its address in the office."""
    reference: str = Field(index=True)
    """The petition's."""
    stage: str = Stage.GATHERING.value
    sample: int
    """So many signatures are drawn, or all if there are fewer."""
    begun_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    name: str | None = None
    """What the log calls it: the hash of its commitments."""
    approved: str | None = None
    """Hash of what two auditors approved."""
    committed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    size: int | None = None
    """Index in the log of the entry of the commitments: among whom the entries before it count, is drawn."""
    counted: int | None = None
    """How many those are."""
    seed: str | None = None
    drawn: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """The pseudonyms of the sample, a line each, in the order drawn. Anybody can draw them from the log."""
    drawn_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    opened: int | None = None
    """How many the registrar could say whose they are."""
    unproven: int | None = None
    """Of how many the proof does not hold."""
    unknown: int | None = None
    """Whose number the register of residents does not have; no number of those above."""
    opened_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    confirmed: int | None = None
    denied: int | None = None
    unreached: int | None = None
    mailed_yes: int | None = None
    """How many answered the registrar's mail that they signed: its own word, when it was reported."""
    mailed_no: int | None = None
    asked_yes: int | None = None
    """How many told the auditors so, who asked them themselves on another channel."""
    asked_no: int | None = None
    document: str | None = None
    """Commitment to the report."""
    salt: str | None = None
    reported_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class Commitment(SQLModel, table=True):
    """What an auditor committed to, and revealed."""

    __tablename__: ClassVar[str] = "petition_audit_commitment"
    __table_args__ = (
        CheckConstraint("length(commitment) = 64", name="commitment"),
        UniqueConstraint("audit_id", "commitment"),
    )

    audit_id: int = Field(
        sa_column=Column(Integer, ForeignKey("petition_audit.id", ondelete="CASCADE"), primary_key=True)
    )
    auditor: str = Field(primary_key=True)
    """Person id of the official."""
    commitment: str
    """SHA-256, in hex."""
    value: str | None = None
    """32 bytes in hex, once revealed."""
