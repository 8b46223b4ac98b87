"""What officials work with until a version is published: files that are being read, and corrections to take back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Import(SQLModel, table=True):
    """A file that waits to be read into a version. Of one that was refused only why stays."""

    __tablename__: ClassVar[str] = "consultation_import"
    __table_args__ = (
        UniqueConstraint("version_id", "lang"),
        CheckConstraint("lang IN ('kk', 'ru', 'en')", name="lang"),
        CheckConstraint("(content IS NULL) = (refused <> '')", name="content"),
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_version.id", ondelete="CASCADE"), nullable=False)
    )
    lang: str
    token: str
    """Random: the job of a file that another one replaced finds another one here."""
    source_format: str
    """As of `Expression`, by its content."""
    name: str
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    done: int = 0
    """Steps of `total` that are done."""
    total: int = 0
    """0: it was not begun."""
    refused: str = ""
    """Code of the refusal (`documents.errors.REFUSALS`)."""
    details: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON: ``places`` and ``values`` of the refusal."""


class Correction(SQLModel, table=True):
    """How a correction is taken back: ``length`` provisions from ``place`` on are replaced by those of before."""

    __tablename__: ClassVar[str] = "consultation_correction"
    __table_args__ = (UniqueConstraint("expression_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    expression_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_expression.id", ondelete="CASCADE"), nullable=False)
    )
    revision: int
    """That the correction made."""
    place: int
    length: int
    before: str = Field(sa_column=Column(Text, nullable=False))
    """JSON: the provisions that stood there."""
