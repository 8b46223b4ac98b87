"""What became of a petition: what its addressee said in public, and the mails that tell who wanted to be told."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Outcome(SQLModel, table=True):
    """An answer, what became of a debate, or what happened since. Rows are added and never changed."""

    __tablename__: ClassVar[str] = "petition_outcome"
    __table_args__ = (CheckConstraint("kind IN ('answer', 'debate', 'update')", name="kind"),)

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), nullable=False, index=True))
    kind: str
    to: str
    """``answered``, ``scheduled``, ``held``, ``refused`` or ``updated``."""
    agency: str
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    proposal: str = Field(unique=True)
    """Id of what was approved (`approvals`)."""
    content: str = Field(sa_column=Column(Text, nullable=False))
    """Canonical JSON (`rules.outcomes.Content`): the very bytes that `document_hash` commits to."""
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The random bytes in `document_hash`; published with the content."""
    document_hash: str
    """The commitment that the log has."""


class Document(SQLModel, table=True):
    """A PDF that officials put with a petition, for what they say of it; public once that is."""

    __tablename__: ClassVar[str] = "petition_document"
    __table_args__ = (
        UniqueConstraint("petition_id", "sha256"),
        Index("ix_petition_document_published_added_at", "published", "added_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), nullable=False))
    sha256: str
    name: str
    """What it is, as the public reads it."""
    size: int
    """In bytes."""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    published: bool = False


class Mailing(SQLModel, table=True):
    """News that goes to all who wanted to be told of a petition, batch by batch."""

    __tablename__: ClassVar[str] = "petition_mailing"
    __table_args__ = (UniqueConstraint("petition_id", "about"),)

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=Column(Integer, ForeignKey("petition.id"), nullable=False))
    about: str
    """``closed``, or ``outcome:`` and the outcome's id."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    after: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    """Who has a greater `Subscriber.person_hash` is not told yet."""
    told: int = 0
    total: int
    """How many there were to be told when it began."""
    finished_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
