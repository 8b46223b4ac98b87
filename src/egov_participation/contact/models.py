"""Messages to the contact centre. What people wrote is sealed; their time, topic and standing are not."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class ContactMessage(SQLModel, table=True):
    """One message, and what became of it."""

    __tablename__: ClassVar[str] = "contact_message"
    __table_args__ = (
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
        CheckConstraint("(answered_at IS NULL) = (answer_sealed IS NULL)", name="answer"),
    )

    reference: str = Field(primary_key=True)
    """What the sender asks for it with: ``K-7Q4M-2XNP``."""
    once: str = Field(unique=True)
    """Random, of the form that it was sent with: sent twice, it is one message."""
    topic: str
    text_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    mail_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The address that was given; empty for none, and for a person, who is written to where the register says."""
    person_id: str | None = Field(default=None, index=True)
    """Of somebody who was signed in."""
    forgotten: bool = False
    """The sender has erased what is held on them while this waited: the whole row goes with the answer."""
    language: str
    received_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    due_on: date = Field(index=True)
    answer_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
    answered_by: str | None = None
    """The official's person id."""
