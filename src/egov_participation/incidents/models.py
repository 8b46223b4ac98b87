"""The table of incidents. What people wrote is sealed; what the commission answers in public is not."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Incident(SQLModel, table=True):
    """Something that somebody reports about a vote, and the commission's public answer to it."""

    __tablename__: ClassVar[str] = "incident"
    __table_args__ = (
        CheckConstraint("kind IN ('theft', 'ballot', 'access', 'count', 'other')", name="kind"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint(
            "(answered_at IS NULL) = (answer_kk IS NULL) AND (answered_at IS NULL) = (answer_ru IS NULL)"
            " AND (answered_at IS NULL) = (answer_en IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="answered",
        ),
    )

    reference: str = Field(primary_key=True)
    """``I-7Q4M-2XNP``."""
    once: str = Field(unique=True)
    """Random, of the form that it was sent with: sent twice, it is one incident."""
    vote_uuid: str = Field(index=True)
    kind: str
    """``theft`` of a voting code, a ``ballot`` that is missing or not mine, no ``access``, a ``count`` or check that
    fails, or ``other``."""
    text_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """What was written; deleted a year after the answer, or when who wrote it asks for that. What is public stays."""
    mail_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The address that was given; empty for none, and for a person, who is written to where the register says."""
    person_id: str | None = Field(default=None, index=True)
    """Of somebody who was signed in."""
    forgotten: bool = False
    """Who reported it has erased what is held on them while this waited: text and address go with the answer."""
    language: str
    reported_on: date
    """The day alone: a theft's moment could be joined with a ballot's."""
    due_on: date = Field(index=True)
    answer_kk: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    answer_ru: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    answer_en: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """What the evidence page says of it: no name, no personal data."""
    answered_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    answered_by: str | None = None
