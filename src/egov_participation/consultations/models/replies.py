"""What the agency says to comments, and the report on all of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.consultations.models.consultation import one_of
from egov_participation.consultations.models.states import Verdict
from egov_participation.database import UTCDateTime


class Reply(SQLModel, table=True):
    """A reply to one comment or to several that say nearly the same. Superseded, never changed."""

    __tablename__: ClassVar[str] = "consultation_reply"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("verdict = 'accepted' OR reason <> ''", name="reason"),
        CheckConstraint("verdict <> 'accepted' OR changed_id IS NOT NULL", name="changed"),
        UniqueConstraint("consultation_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation.id"), nullable=False))
    number: int
    """From 1 in its consultation."""
    verdict: str
    lang: str
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    changed_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_provision.id"), nullable=True)
    )
    """The provision of a later version that changed because of it, or, of a deleted one, the last that there was."""
    changed_version_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_version.id"), nullable=True)
    )
    """The version that has the change."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    proposal: str = Field(unique=True)
    """Id of what was approved (`approvals`)."""
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    document_hash: str
    """The commitment that the log has."""
    supersedes: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_reply.id"), nullable=True, unique=True)
    )


class ReplyTo(SQLModel, table=True):
    """That a reply is to a comment. Of several the last counts."""

    __tablename__: ClassVar[str] = "consultation_reply_to"

    reply_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation_reply.id"), primary_key=True))
    comment_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_comment.id"), primary_key=True, index=True)
    )


class Report(SQLModel, table=True):
    """The report on a consultation, frozen."""

    __tablename__: ClassVar[str] = "consultation_report"

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation.id"), nullable=False, index=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    complete: bool
    """Every comment has a reply."""
    proposal: str = Field(unique=True)
    content: str = Field(sa_column=Column(Text, nullable=False))
    """Canonical JSON: the very bytes that `content_hash` is of."""
    content_hash: str
    table: str = Field(sa_column=Column(Text, nullable=False))
    """Every comment with its reply, without words, as CSV: the very bytes whose hash is in `content`."""
