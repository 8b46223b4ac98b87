"""The table of proposals."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class ProposalRow(SQLModel, table=True):
    """A proposal and what became of it. Nothing of what was proposed is ever changed."""

    __tablename__: ClassVar[str] = "approval_proposal"
    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'refused', 'withdrawn', 'expired')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("decision NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name="decided_by"),
        # Four eyes, held by the database itself.
        CheckConstraint(
            "decision NOT IN ('approved', 'refused') OR (decided_by <> proposed_by AND decided_by <> concerned)",
            name="four_eyes",
        ),
        Index(
            "uq_approval_proposal_pending",
            "kind",
            "object",
            unique=True,
            sqlite_where=text("decision IS NULL"),
            postgresql_where=text("decision IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    kind: str
    action: str = Field(index=True)
    object: str
    """What it is about, as ``kind:reference``, like `AuditEntry.object`; one proposal of a kind is pending for it."""
    agency: str = ""
    """The agency it belongs to, where the action is its own agency's."""
    concerned: str = ""
    """Person id of whom it is about, if it is about an official."""
    content: str
    """Canonical JSON: the very bytes that were hashed."""
    content_hash: str
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """32 random bytes that were hashed too. The hash is public (the transparency log has it) and the reason and the
    person are not: without these bytes, which stand nowhere else, nobody can try out what they may be. Whatever takes
    a reason out of this row must take these with it."""
    reason: str
    proposed_by: str = Field(index=True)
    proposed_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
    decision: str | None = None
    decision_reason: str = ""
