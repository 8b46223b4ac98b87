"""The index: an inverted one in plain tables, so that every database gives the same results in the same order.

SQLite's FTS5 and PostgreSQL's tsvector rank differently, and each reads a query as a language of its own. Here a query
is a set of byte strings, and a result's rank is a sum of integers.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Document(SQLModel, table=True):
    """One thing that can be found."""

    __tablename__: ClassVar[str] = "search_document"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    ref: str
    path: str
    """Of its page, without the language."""
    at: datetime = Field(sa_type=UTCDateTime)
    """Of two that fit as well, the later comes first."""


class DocumentText(SQLModel, table=True):
    """What it says in one language."""

    __tablename__: ClassVar[str] = "search_text"
    __table_args__ = (CheckConstraint("lang IN ('kk', 'ru', 'en')", name="lang"),)

    document_id: int = Field(primary_key=True, foreign_key="search_document.id")
    lang: str = Field(primary_key=True)
    title: str
    body: str


class Posting(SQLModel, table=True):
    """A term stands in a document."""

    __tablename__: ClassVar[str] = "search_posting"
    __table_args__ = (CheckConstraint("score > 0", name="score"),)

    term: bytes = Field(primary_key=True)
    """See `words.term`. As bytes (UTF-8), since their order is one and the same everywhere, whatever the collation."""
    document_id: int = Field(primary_key=True, foreign_key="search_document.id", index=True)
    score: int
    """How much the document is about it (`rules.score`)."""
