"""The one table of open data: what was reckoned once of a file that never changes again."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class FinalArchive(SQLModel, table=True):
    """A vote's archive to which nothing is appended any more. Names nobody."""

    __tablename__: ClassVar[str] = "opendata_archive"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("length(sha256) = 64 AND length(head) = 64", name="hashes"),
    )

    vote_uuid: str = Field(primary_key=True)
    head: str
    """The archive's head, in hex: the sum holds as long as it stands there."""
    size: int = Field(sa_type=BigInteger)
    """Bytes."""
    sha256: str
    """Of the whole file, in hex."""
    seen_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """When it was first seen to be final: the archive itself keeps no times."""
