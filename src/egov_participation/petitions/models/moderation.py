"""What comes before a petition is public: a moderator's lock, notes, decisions, other wordings, appeals; and text that
was typed while nobody was signed in any more."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


def _petition(*, primary_key: bool = False, index: bool = False) -> Column[int]:
    of_one = ForeignKey("petition.id", ondelete="CASCADE")
    return Column(Integer, of_one, nullable=False, primary_key=primary_key, index=index)


class EditLock(SQLModel, table=True):
    """A moderator has a petition in hand; others may take it over when it is old."""

    __tablename__: ClassVar[str] = "petition_lock"

    petition_id: int = Field(sa_column=_petition(primary_key=True))
    holder: str
    """Person id of the moderator."""
    until: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """From then on anybody may take it over; each act of the holder moves it."""


class Note(SQLModel, table=True):
    """What moderators tell one another about a petition; never public."""

    __tablename__: ClassVar[str] = "petition_note"

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=_petition(index=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    author: str
    """Person id."""
    text_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Decision(SQLModel, table=True):
    """What a moderator decided. Who did says who may not decide on an appeal against it."""

    __tablename__: ClassVar[str] = "petition_decision"

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=_petition(index=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    moderator: str
    """Person id."""
    decision: str
    """As ``moderation.decision`` in the log has it: ``accepted``, ``rejected`` …"""
    checks: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON: what was ticked at each of the law's grounds, ``so`` or ``not-so``."""


class Wording(SQLModel, table=True):
    """Another wording that a moderator suggests; it holds only if the creator accepts it."""

    __tablename__: ClassVar[str] = "petition_wording"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'accepted', 'declined', 'dropped')", name="state"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
    )

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=_petition(index=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    moderator: str
    """Person id."""
    before: str = Field(sa_column=Column(Text, nullable=False))
    """JSON: title, ask and background by language, as they stood; empty where they were withheld."""
    after: str = Field(sa_column=Column(Text, nullable=False))
    """The same as they are suggested."""
    reason: str = Field(sa_column=Column(Text, nullable=False))
    withheld: bool = False
    """The words as they stood are shown to nobody, and deleted once they are replaced: there is somebody's personal
    data or worse in them."""
    state: str = "proposed"
    """``dropped``: another decision came first."""
    decided_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class Appeal(SQLModel, table=True):
    """The creator's appeal against a rejection or an ending of the petition: one for each."""

    __tablename__: ClassVar[str] = "petition_appeal"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_petition_appeal_waiting",
            "petition_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(sa_column=_petition(index=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    text_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Why the creator thinks that it was wrong; read by moderators."""
    against: str
    """Person id of the moderator who decided, or proposed, what it is against."""
    due_on: date
    state: str = "waiting"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class KeptText(SQLModel, table=True):
    """What was typed into a draft's page by a browser whose session had ended: until its owner is signed in again."""

    __tablename__: ClassVar[str] = "petition_kept_text"

    token_hash: str = Field(primary_key=True)
    """SHA-256 of what the address holds meanwhile."""
    petition_id: int = Field(sa_column=_petition(index=True))
    fields_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
