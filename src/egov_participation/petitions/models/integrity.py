"""What keeps counts honest: signatures on paper, decisions that some do not count, reports of pressure."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime

_ID: Final[Any] = BigInteger().with_variant(Integer, "sqlite")


def _petition(*, index: bool = False) -> Column[int]:
    return Column(Integer, ForeignKey("petition.id"), nullable=False, index=index)


class PaperForm(SQLModel, table=True):
    """A form with a signature on paper, as an operator entered it."""

    __tablename__: ClassVar[str] = "petition_paper_form"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        # A number whose entry was withdrawn may be entered once more, as it should have been.
        Index(
            "uq_petition_paper_form_form",
            "petition_id",
            "form",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("withdrawn_by IS NULL OR withdrawn_by <> operator", name="four_eyes"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_ID)
    petition_id: int = Field(sa_column=_petition())
    form: str
    """The number printed on it."""
    signature_id: int | None = Field(
        default=None, sa_column=Column(_ID, ForeignKey("petition_signature.id"), nullable=True, index=True)
    )
    """Emptied with the names of signers: then no form leads to a pseudonym."""
    witness_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Who saw it signed; emptied with the names of signers."""
    operator: str = Field(index=True)
    """Person id of the official who entered it."""
    day: dt.date = Field(index=True)
    """On which it was entered, where people vote."""
    entered_at: dt.datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    withdrawn_at: dt.datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    withdrawn_by: str | None = None
    """Person id of another official; empty if the signer withdrew."""
    withdrawn_reason: str = Field(default="", sa_column=Column(Text, nullable=False))


class Invalidation(SQLModel, table=True):
    """That two moderators decided that some signatures do not count, or count again, and how far that is done."""

    __tablename__: ClassVar[str] = "petition_invalidation"
    __table_args__ = (
        CheckConstraint("act IN ('invalidate', 'reinstate')", name="act"),
        CheckConstraint("(act = 'reinstate') = (undoes IS NOT NULL)", name="undoes"),
        CheckConstraint("total >= 0 AND done >= 0", name="progress"),
    )

    id: str = Field(primary_key=True)
    """Of the proposal (`approvals`) that decided it."""
    petition_id: int = Field(sa_column=_petition(index=True))
    act: str
    undoes: str | None = Field(default=None, foreign_key="petition_invalidation.id", unique=True)
    """The decision whose signatures count again."""
    code: str
    """Why, as the log has it."""
    reason: str = Field(sa_column=Column(Text, nullable=False))
    """Public, in the moderator's own words."""
    lang: str
    """In which the reason is written."""
    filter: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON: which signatures (`rules.integrity.Filter`)."""
    upto: int = Field(sa_type=_ID)
    """No signature with a greater id: none that nobody looked at when it was decided."""
    decision: str
    """SHA-256 in hex of what was approved; in each entry of the log."""
    total: int
    """How many it was decided about."""
    done: int = 0
    """How many it did concern so far: some may have been withdrawn meanwhile."""
    at_desk: int = 0
    """How many of them count again because their signers came to a desk."""
    batches: int = 0
    after: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    """Signatures with a greater pseudonym are not looked at yet: their order tells nothing of who signed when."""
    decided_at: dt.datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    finished_at: dt.datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class PressureReport(SQLModel, table=True):
    """Somebody told in private that they, or others, were pressed to sign."""

    __tablename__: ClassVar[str] = "petition_pressure"

    reference: str = Field(primary_key=True)
    """``H-7Q4M-2XNP``: whoever reported it has it, and nobody else outside the office."""
    once: str = Field(unique=True)
    """Random, of the form: sent twice, it is one report."""
    petition_id: int = Field(sa_column=_petition(index=True))
    text_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    mail_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Where to answer somebody who was not signed in and gave an address."""
    person_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, index=True))
    """Keyed hash of somebody who was signed in (`keys.person_hash`)."""
    person_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    language: str
    reported_on: dt.date
    """The day alone."""
    due_on: dt.date
    answered_at: dt.datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
    answered_by: str | None = None
    """Person id of the moderator."""
    answer_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """What was written back, in private."""
