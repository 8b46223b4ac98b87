"""Tables of the transparency log. Nothing in them names a person, and nothing keeps when an entry was made: of past
days is kept how many entries there were, and a time stands with the last checkpoint alone.

What is entered waits in a table of its own, without an order between transactions, until the sequencer gives it its
place. Entries and tiles are only ever added. A tile of which not all hashes are there yet is made from the entries, or
from the roots of the tiles below it, when it is asked for.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, Index, Integer, LargeBinary, event, func
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime

_ID: Any = BigInteger().with_variant(Integer, "sqlite")


class Waiting(SQLModel, table=True):
    """What was entered and has no place in the log yet."""

    __tablename__: ClassVar[str] = "ledger_waiting"

    # SQLite counts up a key of no other type than INTEGER.
    id: int | None = Field(default=None, primary_key=True, sa_type=_ID)
    """In the order in which it was entered, of one subject; between subjects it says nothing."""
    type: str
    subject: str
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=False, server_default=func.now()))
    """By the database's own clock, for whoever watches whether it waits for long. It goes with the row."""


class LogEntry(SQLModel, table=True):
    """An entry of the log, at its place."""

    __tablename__: ClassVar[str] = "ledger_entry"
    __table_args__ = (
        CheckConstraint("place >= 0", name="place"),
        CheckConstraint("length(leaf) = 32", name="leaf"),
        CheckConstraint("length(raw) BETWEEN 1 AND 65535", name="raw"),
        Index("ix_ledger_entry_subject", "subject", "place"),
        Index("ix_ledger_entry_subject_type", "subject", "type", "place"),
        Index("ix_ledger_entry_type", "type", "place"),
    )

    place: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    """Its index in the log, from 0."""
    type: str
    subject: str
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    """Its hash as a leaf of the tree."""


class FullTile(SQLModel, table=True):
    """A tile whose 256 hashes are all there."""

    __tablename__: ClassVar[str] = "ledger_tile"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 7 AND place >= 0", name="place"),
        CheckConstraint("length(hashes) = 8192 AND length(root) = 32", name="hashes"),
    )

    level: int = Field(primary_key=True)
    place: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    """Its index in its level."""
    hashes: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The hash over all of it, which stands in the level above."""


class PublishedCheckpoint(SQLModel, table=True):
    """The checkpoint that is published. The one before it goes when it comes: one for nearly every ballot, each with
    its time, would tell from any backup when each was cast."""

    __tablename__: ClassVar[str] = "ledger_checkpoint"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("length(root) = 32", name="root"),
    )

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """As it is served, with all signatures."""
    key: str
    """The verifier key of the key that signed it last: who serves the log needs no more of the key."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """When it was first published."""


class LogDay(SQLModel, table=True):
    """How many entries were published when a day was over; of the present day, so far."""

    __tablename__: ClassVar[str] = "ledger_day"

    day: date = Field(primary_key=True)
    """Where people vote."""
    size: int = Field(sa_column=Column(BigInteger, nullable=False))


class TypeCount(SQLModel, table=True):
    """How many of the published entries are of a type."""

    __tablename__: ClassVar[str] = "ledger_type"

    type: str = Field(primary_key=True)
    entries: int = Field(sa_column=Column(BigInteger, nullable=False))


class Standstill(SQLModel, table=True):
    """There is a row as long as whoever signs refuses to: for those who serve the log, and have neither its key nor
    what was last signed."""

    __tablename__: ClassVar[str] = "ledger_standstill"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, sa_column=Column(Integer, primary_key=True, autoincrement=False))
    since: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))


class WitnessRow(SQLModel, table=True):
    """What is known of a witness that the log asks."""

    __tablename__: ClassVar[str] = "ledger_witness"
    __table_args__ = (CheckConstraint("(size IS NULL) = (at IS NULL)", name="cosigned"),)

    key: str = Field(primary_key=True)
    """Its verifier key."""
    size: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """Entries of the last checkpoint that it cosigned."""
    at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When, by its own word."""
    asked_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Since when it is asked in vain; None if it cosigned when it was asked last."""
    problem: str = ""
    """Why it did not cosign: a code, such as ``timeout`` or ``http.404``."""
    disagrees: bool = False
    """It has seen another log, and has not cosigned since."""


class AppendOnlyError(Exception):
    """Somebody tried to change or delete an entry of the log, or a tile."""


@event.listens_for(LogEntry, "before_update")
@event.listens_for(LogEntry, "before_delete")
@event.listens_for(FullTile, "before_update")
@event.listens_for(FullTile, "before_delete")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: LogEntry | FullTile) -> None:
    raise AppendOnlyError(f"{row.__tablename__} {row.place} is published and cannot change")
