"""Petitions that the registrar keeps a key for, what it attested in them, and what of that was opened for an audit."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from egov_participation.database import UTCDateTime
from egov_participation.registrar.models.base import RegistrarTable


class KeyedPetition(RegistrarTable, table=True):
    """A petition, with the key that its pseudonyms are made with and what the registrar decides by."""

    __tablename__: ClassVar[str] = "registrar_petition"
    __table_args__ = (
        CheckConstraint("length(document) = 64 AND length(key) = 64", name="hex"),
        CheckConstraint("min_age >= 0", name="min_age"),
        CheckConstraint("batches >= 0", name="batches"),
        CheckConstraint("(sealed_secret IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
    )

    petition: str = Field(primary_key=True)
    document: str
    """Commitment to the text, as it is in the log: what a person proves is for this text."""
    territory: str = ""
    min_age: int
    ways: str
    """Of proving who one is, separated by spaces."""
    regions: str
    """JSON: what is published of where somebody lives, by territory."""
    generated: bool = False
    """Signers may be entered whom nobody is."""
    closes_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """From then on nothing but withdrawals is attested; earlier if it was closed."""
    ends_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """The end that it was opened with: nobody gives it a later one, and its key is not kept for longer."""
    key: str
    """Public half, in hex."""
    sealed_secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    statement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """What was signed when it was opened."""
    batches: int = 0
    """How many batches of attestations were made."""
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When the secret key was destroyed, and with it who signed: the time for audits had passed."""


class OpenedSample(RegistrarTable, table=True):
    """A sample that was opened for an audit: so many openings, and of these pseudonyms alone."""

    __tablename__: ClassVar[str] = "registrar_opening"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    petition: str = Field(
        sa_column=Column(String, ForeignKey("registrar_petition.petition", ondelete="CASCADE"), primary_key=True)
    )
    audit: str = Field(primary_key=True)
    """What the log calls the audit."""
    size: int
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """SHA-256 of the pseudonyms."""
    opened_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))


class AuditQuestion(RegistrarTable, table=True):
    """That a person of a sample was asked by mail whether they signed, and what they said."""

    __tablename__: ClassVar[str] = "registrar_audit_question"
    __table_args__ = (
        ForeignKeyConstraint(
            ["petition", "audit"], ["registrar_opening.petition", "registrar_opening.audit"], ondelete="CASCADE"
        ),
        UniqueConstraint("petition", "audit", "pseudonym"),
    )

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """SHA-256 of what the link in the mail holds."""
    petition: str
    audit: str
    pseudonym: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signed: bool | None = None
    """What they said; None: nothing yet. The first answer stands."""


class Attested(RegistrarTable, table=True):
    """One act of a person in a petition: signed, signed on paper, withdrew."""

    __tablename__: ClassVar[str] = "registrar_attestation"
    __table_args__ = (
        CheckConstraint("act IN ('attest', 'paper', 'withdraw')", name="act"),
        CheckConstraint("length(owner) = 32 AND length(pseudonym) = 64", name="bytes"),
        CheckConstraint("(turn % 2 = 0) = (act = 'withdraw')", name="turn"),
        CheckConstraint("(batch IS NULL) = (place IS NULL)", name="place"),
        CheckConstraint("(batch IS NULL) = (waiting_since IS NOT NULL)", name="waiting"),
        Index(
            "ix_registrar_attestation_waiting",
            "petition",
            "waiting_since",
            sqlite_where=text("batch IS NULL"),
            postgresql_where=text("batch IS NULL"),
        ),
        Index(
            "ix_registrar_attestation_batch",
            "petition",
            "batch",
            sqlite_where=text("batch IS NOT NULL"),
            postgresql_where=text("batch IS NOT NULL"),
        ),
    )

    petition: str = Field(
        sa_column=Column(String, ForeignKey("registrar_petition.petition", ondelete="CASCADE"), primary_key=True)
    )
    owner: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Keyed hash of petition and IIN (`Vault.owner`): one IIN signs once, whichever id the register gives."""
    turn: int = Field(primary_key=True)
    """From 1: odd ones sign, even ones withdraw. Of two at once, one gets it."""
    act: str
    pseudonym: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_iin: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The person's IIN, encrypted and bound to petition and pseudonym: for audits alone, which so need no register."""
    day: date = Field(sa_column=Column(Date, nullable=False))
    region: str
    form: str = ""
    """Number of the form on paper."""
    waiting_since: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Until it has left: no time but the day stays with it."""
    batch: int | None = None
    place: int | None = None
    """In the batch."""
