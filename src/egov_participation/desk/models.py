"""The table of the desk: a passkey being enrolled for a person present."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Enrolment(SQLModel, table=True):
    """One visit at the desk, from the IIN to the passkey. Kept for a day; what stays is in the audit trail."""

    __tablename__: ClassVar[str] = "desk_enrolment"
    __table_args__ = (CheckConstraint("state IN ('begun', 'matched', 'refused', 'done')", name="state"),)

    id: str = Field(primary_key=True)
    operator_id: str
    """The official at the desk."""
    person_id: str = Field(index=True)
    """The person present."""
    state: str = "begun"
    document: str = ""
    """What kind of document was looked at, a `rules.Document`; never its number."""
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Of the code for the person's own phone, under a key; gone as it is used."""
    code_expires_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    claimed_by: str | None = None
    """Token hash of the person's session in which the code was entered."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
    """Until then it can be finished."""
