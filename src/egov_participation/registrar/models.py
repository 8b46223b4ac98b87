"""The registrar's tables: no other room reads them, they refer to no other's. They will live in a database apart."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class RolledVote(SQLModel, table=True):
    """A vote whose roll the registrar made: what it needs to decide by itself when a credential may be shown."""

    __tablename__: ClassVar[str] = "registrar_vote"

    vote_uuid: str = Field(primary_key=True)
    binding: bool
    closes_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When the private credentials were deleted; from then on none can be shown."""


class RollEntry(SQLModel, table=True):
    """One person's place on the roll of one vote. The rows stand in the order of their owners' hashes."""

    __tablename__: ClassVar[str] = "registrar_entry"
    __table_args__ = (
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("length(owner) = 32", name="owner"),
        CheckConstraint("length(public_credential) = 64", name="public_credential"),
        UniqueConstraint("vote_uuid", "public_credential"),
    )

    vote_uuid: str = Field(primary_key=True, foreign_key="registrar_vote.vote_uuid")
    owner: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Keyed hash of vote and person (`Vault.owner`): a copy of the database alone does not tell whose a ballot is."""
    public_credential: str
    sealed_credential: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The private credential, encrypted under the registrar's storage key and bound to vote and person."""
    weight: int
