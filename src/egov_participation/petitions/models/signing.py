"""Signatures, and the counts that are folded from them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, text
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime

_ID: Final[Any] = BigInteger().with_variant(Integer, "sqlite")


class Signature(SQLModel, table=True):
    """One person's signature under one petition. Of a person at most one is valid, and none beside one that was
    invalidated: the database holds it."""

    __tablename__: ClassVar[str] = "petition_signature"
    __table_args__ = (
        CheckConstraint("state IN ('valid', 'withdrawn', 'invalidated')", name="state"),
        CheckConstraint("way IN ('electronic', 'paper')", name="way"),
        CheckConstraint("length(pseudonym) = 64", name="pseudonym"),
        Index(
            "uq_petition_signature_person",
            "petition_id",
            "person_hash",
            unique=True,
            sqlite_where=text("state <> 'withdrawn' AND person_hash IS NOT NULL"),
            postgresql_where=text("state <> 'withdrawn' AND person_hash IS NOT NULL"),
        ),
        Index("ix_petition_signature_person_hash", "person_hash"),
        Index("ix_petition_signature_petition_id_pseudonym", "petition_id", "pseudonym"),
        # The person hash goes some months after closing; this stays.
        Index(
            "uq_petition_signature_pseudonym",
            "petition_id",
            "pseudonym",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        # The names that are shown, a day's in the order of the alphabet.
        Index(
            "ix_petition_signature_shown",
            "petition_id",
            "day",
            "name",
            sqlite_where=text("state = 'valid' AND name <> ''"),
            postgresql_where=text("state = 'valid' AND name <> ''"),
        ),
        Index(
            "ix_petition_signature_signed_at",
            "signed_at",
            sqlite_where=text("network IS NOT NULL"),
            postgresql_where=text("network IS NOT NULL"),
        ),
    )

    # SQLite counts up a key of no other type than INTEGER.
    id: int | None = Field(default=None, primary_key=True, sa_type=_ID)
    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), nullable=False))
    person_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Keyed hash of the person (`keys.person_hash`); emptied some months after closing. What it was counts on."""
    person_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The person id (`keys.seal_person`), to tell them if it is invalidated; emptied with the hash."""
    pseudonym: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """What stands for the person in the log: the registrar's, for this petition alone."""
    region: str
    """As the attestation has it."""
    day: dt.date
    """As the attestation has it."""
    signed_at: dt.datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Emptied with the name: what is public is the day."""
    name: str = ""
    """As the rules say that it is shown; empty if it is not."""
    way: str = "electronic"
    state: str = "valid"
    code: str = ""
    """Why it was invalidated."""
    invalidation: str | None = Field(default=None, foreign_key="petition_invalidation.id")
    """By which decision; it stays when that is undone."""
    network: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Keyed hash of the IPv4 /24 or IPv6 /48 that it came from (`keys.network_hash`); emptied after 30 days."""
    promise: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The registrar's signed promise that it will be attested in the log."""
    changed_at: dt.datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When it was withdrawn, invalidated or reinstated."""


class Delta(SQLModel, table=True):
    """What the counts do not know yet: put in with each signature, deleted as it is added to them."""

    __tablename__: ClassVar[str] = "petition_delta"

    id: int | None = Field(default=None, primary_key=True, sa_type=_ID)
    petition_id: int
    region: str
    day: dt.date
    way: str
    change: int
    """1 or -1; more where many were changed at once."""


class PetitionCount(SQLModel, table=True):
    """How many signatures a petition has."""

    __tablename__: ClassVar[str] = "petition_count"

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), primary_key=True))
    electronic: int = 0
    paper: int = 0
    verified: int = 0
    """Electronic ones, by the log as it was published."""
    verified_paper: int = 0
    checkpoint_size: int = 0
    """Of the checkpoint that `verified` was counted at."""
    supporters: int = 0
    counted_at: dt.datetime = Field(sa_column=Column(UTCDateTime, nullable=False))


class PetitionRegion(SQLModel, table=True):
    """How many of them come from a region."""

    __tablename__: ClassVar[str] = "petition_region"

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), primary_key=True))
    region: str = Field(primary_key=True)
    electronic: int = 0
    paper: int = 0
    verified: int = 0
    verified_paper: int = 0


class PetitionDay(SQLModel, table=True):
    """How many came on a day."""

    __tablename__: ClassVar[str] = "petition_day"

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), primary_key=True))
    day: dt.date = Field(primary_key=True)
    electronic: int = 0
    paper: int = 0
    verified: int = 0
    verified_paper: int = 0


class ReachedTier(SQLModel, table=True):
    """A threshold that was reached, and the clock that it started."""

    __tablename__: ClassVar[str] = "petition_reached_tier"

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), primary_key=True))
    tier: str = Field(primary_key=True)
    """Code in the petition's rules."""
    action: str
    """``answer`` or ``debate``, as the rules say."""
    needed: int
    count: int
    """How many there were when it was noticed."""
    reached_at: dt.datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    answer_due_on: dt.date | None = Field(default=None, index=True)
    done_at: dt.datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When it was answered, or what else the threshold asks for was done."""
    reminded_on: dt.date | None = None
    """When officials were last told that it is overdue."""


class Subscriber(SQLModel, table=True):
    """Somebody who wants to be told what becomes of a petition."""

    __tablename__: ClassVar[str] = "petition_subscriber"

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), primary_key=True))
    person_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    person_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The person id, so that they can be written to."""
