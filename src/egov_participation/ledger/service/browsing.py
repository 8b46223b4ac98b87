"""Entries looked up and listed, for people who observe. Nothing of what is not published yet, and nothing that takes
longer the longer the log is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, func, select
from sqlmodel import Session

from egov_crypto import entry
from egov_crypto.merkle import leaf_hash, prove_inclusion
from egov_crypto.tiles import hash_reader
from egov_crypto.tlog_proof import TlogProof
from egov_participation.database import table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import rules
from egov_participation.ledger.models import LogDay, LogEntry, PublishedCheckpoint, Standstill, TypeCount, Waiting
from egov_participation.ledger.service import keys, tiles
from egov_participation.ledger.service.keys import ForkError
from egov_participation.ledger.service.publishing import check_published
from egov_participation.ledger.service.reading import value_of
from egov_participation.ledger.service.tiles import MissingTileError
from egov_participation.services import Services

TYPES: Final = tuple(sorted({str(kind[0]) for kind in rules.KINDS}))
"""Every type that an entry may have."""

_entries, _checkpoints, _waiting = table_of(LogEntry), table_of(PublishedCheckpoint), table_of(Waiting)
_days, _counts = table_of(LogDay), table_of(TypeCount)
_HEAD: Final = select(_checkpoints).order_by(_checkpoints.c.size.desc()).limit(1)
_AT: Final = select(_entries).where(_entries.c.place == bindparam("index"))
_LEAF: Final = select(func.min(_entries.c.place)).where(_entries.c.leaf == bindparam("leaf"))
_SIZE_AFTER: Final = select(func.max(_days.c.size)).where(_days.c.day <= bindparam("day"))
_FIRST_DAY: Final = select(func.min(_days.c.day))
_OLDEST: Final = select(func.now(), _waiting.c.at).order_by(_waiting.c.id).limit(1)


@dataclass(frozen=True, slots=True)
class HeadView:
    """The checkpoint that is published now: so many entries, the root hash over them, the note as it is served, and
    when it was first published."""

    size: int
    root: bytes
    note: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry at its place."""

    index: int
    type: str
    subject: str
    """What it is about: a vote's identifier, a version, or where there is nothing of the kind its type."""
    raw: bytes
    """The bytes that are hashed."""
    leaf: bytes
    """Their hash as a leaf of the tree."""

    @property
    def value(self) -> Mapping[str, Any]:
        """What it says; parsed each time."""
        return value_of(self.raw)


def head(session: Session) -> HeadView | None:
    """The checkpoint of now; None before the first."""
    found = session.execute(_HEAD).first()
    return None if found is None else HeadView(found.size, found.root, found.note, found.at)


def entry_at(session: Session, index: int) -> EntryView:
    """The published entry at an index.

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    if not 0 <= index < _published(session):
        raise no_entry()
    return _view(session.execute(_AT, {"index": index}).one())


def no_entry() -> DomainError:
    """What `entry_at` raises."""
    return DomainError(404, N_("The log has no such entry, or not yet."), code="log.no_entry")


def index_of(session: Session, leaf: bytes) -> int | None:
    """Where the published entry with this leaf hash stands; None if there is none."""
    found = session.execute(_LEAF, {"leaf": leaf}).scalar()
    return None if found is None or found >= _published(session) else int(found)


def index_of_value(session: Session, value: Mapping[str, Any]) -> int | None:
    """The same of an entry by what it says."""
    return index_of(session, leaf_hash(entry.dump(value)))


def browse(
    session: Session,
    *,
    type: str = "",
    subject: str = "",
    before: int | None = None,
    after: int | None = None,
    limit: int = 25,
) -> list[EntryView]:
    """Published entries, the newest first, of one type and about one thing if given.

    Args:
        before: those with a smaller index alone.
        after: the next ones with a larger index; still the newest of them first.
    """
    # One bound above, for SQLite looks for one alone and reads what lies between it and another.
    bound = _published(session) if before is None else min(before, _published(session))
    statement = select(_entries).where(_entries.c.place < bound)
    if type:
        statement = statement.where(_entries.c.type == type)
    if subject:
        statement = statement.where(_entries.c.subject == subject)
    if after is not None:
        found = _some(session, statement.where(_entries.c.place > after).order_by(_entries.c.place), limit)
        return found[::-1]
    return _some(session, statement.order_by(_entries.c.place.desc()), limit)


def following(session: Session, types: Collection[str], *, after: int, limit: int) -> list[EntryView]:
    """The published entries of these types that stand after an index, the first of them first."""
    wanted = select(_entries).where(_entries.c.type.in_(types), _entries.c.place > after)
    bound = _published(session)
    return [found for found in _some(session, wanted.order_by(_entries.c.place), limit) if found.index < bound]


def ends(session: Session, type: str, subject: str) -> tuple[EntryView, EntryView] | None:
    """The first and the last published entry of a type about something; None if there is none."""
    last = browse(session, type=type, subject=subject, limit=1)
    first = browse(session, type=type, subject=subject, after=-1, limit=1)
    return (first[0], last[0]) if first and last else None


def proof(session: Session, index: int, extra: bytes = b"") -> bytes:
    """That an entry is in the log of the checkpoint of now, as a file (C2SP tlog-proof).

    Args:
        extra: what goes along with it, and is not proved.

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    newest = head(session)
    if newest is None or not 0 <= index < newest.size:
        raise no_entry()
    hashes = prove_inclusion(hash_reader(tiles.fetcher(session), newest.size), index, newest.size)
    return TlogProof(index, tuple(hashes), newest.note, extra).raw


def count_types(session: Session) -> dict[str, int]:
    """How many published entries there are of each type; those without any are left out."""
    rows = session.execute(select(_counts).order_by(_counts.c.type))
    return {row.type: row.entries for row in rows}


def began(session: Session) -> date | None:
    """The day on which the first checkpoint was published; None before."""
    return session.execute(_FIRST_DAY).scalar()


def sizes_after(session: Session, days: Sequence[date]) -> list[int]:
    """How many entries were published when each of these days was over."""
    return [session.execute(_SIZE_AFTER, {"day": day}).scalar() or 0 for day in days]


def waiting_for(session: Session, now: datetime) -> timedelta | None:
    """For how long the oldest of what was entered has been waiting to be published; None if nothing waits.

    Args:
        now: by the clock that the times of checkpoints are from; of what has no place yet the database's own counts.
    """
    found = session.execute(_OLDEST).first()
    if found is None:
        newest = head(session)
        unpublished = tiles.size(session) > (newest.size if newest else 0)
        # When it got its place nothing says: not before the last checkpoint.
        return now - newest.at if unpublished and newest else None
    now, at = found
    waited: timedelta = now.replace(tzinfo=now.tzinfo or at.tzinfo) - at  # SQLite's time names no zone
    return max(timedelta(0), waited)


def stopped(services: Services) -> bool:
    """Whether the log signs nothing any more, by the word of whoever signs, or because the database does not continue
    what was signed before, as far as this machine knows. The key is not looked at."""
    try:
        known = keys.last_signed(services.settings.keys_dir)  # first: see `check`
    except OSError:  # where nobody signs there is perhaps no such folder
        known = None
    except ForkError:
        return True
    with services.database.read() as session:
        if session.get(Standstill, 1) is not None:
            return True
        try:
            check_published(session, known)
        except (ForkError, MissingTileError):
            return True
    return False


def _published(session: Session) -> int:
    newest = session.execute(_HEAD).first()
    return 0 if newest is None else int(newest.size)


def _some(session: Session, statement: Select[Any], limit: int) -> list[EntryView]:
    return [_view(row) for row in session.execute(statement.limit(limit))]


def _view(row: Row[Any]) -> EntryView:
    return EntryView(row.place, row.type, row.subject, row.raw, row.leaf)
