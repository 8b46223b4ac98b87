"""Tables of the roles room."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from egov_participation.actions import Role
from egov_participation.database import UTCDateTime

_GRANTED: Final = ", ".join(f"'{role.value}'" for role in Role if role is not Role.CITIZEN)


class Grant(SQLModel, table=True):
    """A role that somebody holds or held. A row is never taken away: it says who could do what, and when."""

    __tablename__: ClassVar[str] = "roles_grant"
    __table_args__ = (
        CheckConstraint(f"role IN ({_GRANTED})", name="role"),
        CheckConstraint("(role = 'ministry') = (agency <> '')", name="agency"),
        CheckConstraint("role <> 'administrator' OR valid_until IS NULL", name="administrator"),
        CheckConstraint("valid_until IS NULL OR valid_until > granted_at", name="valid_until"),
        Index(
            "uq_roles_grant_standing",
            "person_id",
            "role",
            "agency",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(index=True)
    role: str
    """Of `actions.Role`; everybody is a citizen, so that is not granted."""
    agency: str = ""
    """Of `agencies.AGENCIES`; for the role of a ministry alone."""
    granted_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    valid_until: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Exclusive; none for an administrator, so that the last two cannot end by the calendar."""
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Also set on a role whose time ran out, when it is granted anew."""
