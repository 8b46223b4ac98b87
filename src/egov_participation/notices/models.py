"""What is known about mailing a person: rows for whoever's mail came back, or who switched a kind of notice off."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class MailFailure(SQLModel, table=True):
    """Mails to a person that did not arrive."""

    __tablename__: ClassVar[str] = "notices_failure"
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    person_id: str = Field(primary_key=True)
    address_tag: str
    """Stands for the address that failed (`tokens.address_tag`): with another one the row means nothing."""
    count: int
    """How many came back, none of them long after the one before."""
    last_at: datetime = Field(sa_type=UTCDateTime)
    status: str
    """The last answer, as an enhanced status code (``5.1.1``)."""
    bounced_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
    """Since when mails to that address are known not to arrive."""


class DeclinedNotice(SQLModel, table=True):
    """A person does not want this kind of notice."""

    __tablename__: ClassVar[str] = "notices_declined"

    person_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
