"""What the published log says of signatures: the projection that the verified counts are made of."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, LargeBinary
from sqlmodel import Field, SQLModel


class LoggedSignature(SQLModel, table=True):
    """What the entries of the log say together of one pseudonym in one petition: the last of them counts."""

    __tablename__: ClassVar[str] = "petition_logged"
    __table_args__ = (
        CheckConstraint("way IN ('electronic', 'paper')", name="way"),
        CheckConstraint("length(pseudonym) = 64", name="pseudonym"),
    )

    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), primary_key=True))
    pseudonym: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    way: str
    """Of the last attestation."""
    region: str
    day: dt.date
    signed: bool
    """By the attestations: not withdrawn."""
    invalid: bool
    """By the invalidations."""
    attested: int
    """How often it was attested: more than once after a withdrawal."""
    withdrawn: int
    place: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Index in the log of the last attestation or withdrawal."""

    @property
    def counts(self) -> bool:
        """Whether it is one of the verified count."""
        return self.signed and not self.invalid


class LogRead(SQLModel, table=True):
    """How far the log was read: one row."""

    __tablename__: ClassVar[str] = "petition_log_read"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, sa_column=Column(Integer, primary_key=True, autoincrement=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Entries."""
