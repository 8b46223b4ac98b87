"""The versions of a draft: in each language its text, provision by provision, and what became of each provision."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.consultations.models.consultation import one_of
from egov_participation.consultations.models.states import Change
from egov_participation.database import UTCDateTime


class Version(SQLModel, table=True):
    """One version of a draft. Once published it is never changed."""

    __tablename__: ClassVar[str] = "consultation_version"
    __table_args__ = (
        UniqueConstraint("consultation_id", "number"),
        CheckConstraint("(published_at IS NULL) = (signature IS NULL)", name="signed"),
    )

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation.id", ondelete="CASCADE"), nullable=False)
    )
    number: int
    """From 1; each has the one before as its parent."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    created_by: str
    """Person id of the official."""
    published_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    signature: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Of the agency's key (Ed25519, 64 bytes), over the statement that the log's entry holds."""
    mapped_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When comments were last placed anew on it."""


class Expression(SQLModel, table=True):
    """A version's text in one language. Those of one version say the same."""

    __tablename__: ClassVar[str] = "consultation_expression"
    __table_args__ = (
        UniqueConstraint("version_id", "lang"),
        CheckConstraint("lang IN ('kk', 'ru', 'en')", name="lang"),
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_version.id", ondelete="CASCADE"), nullable=False)
    )
    lang: str
    title: str
    source_format: str
    """``docx``, ``akn`` or ``text``."""
    source_name: str
    source_sha256: str
    source: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The file as it was given."""
    document_hash: str = ""
    """Of the provisions as one document (`documents.hashing`), in hex; empty while it is corrected."""
    dropped: str = ""
    """Codes of what the file holds and this form does not (`documents.doubts.DROPPED`), parted by blanks; also
    ``language.other``: the words seem to be in another language."""
    revision: int = 0
    """Goes up with each correction before publication: two officials do not overwrite each other."""
    mapped_revision: int | None = None
    """The revision that was compared with the version before; another one now has to be compared anew."""


class Provision(SQLModel, table=True):
    """One provision of an expression (`documents.structure.Provision`), with its identity through versions."""

    __tablename__: ClassVar[str] = "consultation_provision"
    __table_args__ = (
        UniqueConstraint("expression_id", "place"),
        Index("ix_consultation_provision_lineage", "lineage"),
    )

    id: int | None = Field(default=None, primary_key=True)
    expression_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_expression.id", ondelete="CASCADE"), nullable=False)
    )
    place: int
    """From 0, in reading order."""
    lineage: str
    """Random; the same in every version and language that has this provision."""
    kind: str
    depth: int
    number: str = ""
    label: str = ""
    heading: str = Field(default="", sa_column=Column(Text, nullable=False))
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    cells: str = Field(default="", sa_column=Column(Text, nullable=False))
    """A table's rows as JSON; empty for other kinds."""
    eid: str
    """Its identifier in Akoma Ntoso: of this version alone, never an identity."""
    text_hash: str
    """`documents.hashing.text_hash`."""
    doubt: str = ""
    """Why the reader of the file was not sure of it; empty once an official has looked at it."""


class ProvisionChange(SQLModel, table=True):
    """What became of a provision between a version and its parent, in one language."""

    __tablename__: ClassVar[str] = "consultation_change"
    __table_args__ = (
        one_of("change", Change),
        CheckConstraint("old_id IS NOT NULL OR new_id IS NOT NULL", name="about"),
        UniqueConstraint("expression_id", "old_id", "new_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    expression_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_expression.id", ondelete="CASCADE"), nullable=False)
    )
    """Of the new version."""
    old_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_provision.id"), nullable=True)
    )
    """None: it is new."""
    new_id: int | None = Field(
        default=None,
        sa_column=Column(
            Integer, ForeignKey("consultation_provision.id", ondelete="CASCADE"), nullable=True, index=True
        ),
    )
    """None: it was deleted."""
    change: str
    score: float
    """How alike they are, 0 to 1."""
    doubtful: bool = False
    """An official has to confirm it before the version is published."""
    confirmed_by: str | None = None
    """Person id of the official."""
