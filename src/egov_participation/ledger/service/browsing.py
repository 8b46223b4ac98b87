"""Entries looked up and listed, for people who observe. Nothing of what is not published yet, and nothing that takes
longer the longer the log is."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Row, Select, bindparam, func, select
from sqlmodel import Session

from egov_crypto import entry
from egov_crypto.merkle import leaf_hash, prove_inclusion
from egov_crypto.tiles import hash_reader
from egov_crypto.tlog_proof import TlogProof
from egov_participation.database import Database, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import rules
from egov_participation.ledger.models import LogEntry, PublishedCheckpoint, Waiting
from egov_participation.ledger.service import tiles
from egov_participation.ledger.service.keys import ForkError
from egov_participation.ledger.service.publishing import check
from egov_participation.ledger.service.reading import value_of
from egov_participation.services import Services

TYPES: Final = tuple(sorted({str(kind[0]) for kind in rules.KINDS}))
"""Every type that an entry may have."""

_entries, _checkpoints, _waiting = table_of(LogEntry), table_of(PublishedCheckpoint), table_of(Waiting)
_HEAD: Final = select(_checkpoints).order_by(_checkpoints.c.size.desc()).limit(1)
_AT: Final = select(_entries).where(_entries.c.place == bindparam("index"))
_LEAF: Final = select(func.min(_entries.c.place)).where(_entries.c.leaf == bindparam("leaf"))
_OF_TYPE: Final = select(func.count()).where(
    _entries.c.type == bindparam("type"), _entries.c.place.between(bindparam("first"), bindparam("last"))
)
_LAST_BEFORE: Final = select(func.max(_checkpoints.c.at)).where(_checkpoints.c.at < bindparam("moment"))
_SIZE_AT: Final = select(func.max(_checkpoints.c.size)).where(_checkpoints.c.at == _LAST_BEFORE.scalar_subquery())
_FIRST_AT: Final = select(_checkpoints.c.at).order_by(_checkpoints.c.at).limit(1)
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
    value: Mapping[str, Any]
    raw: bytes
    """The bytes that are hashed."""
    leaf: bytes
    """Their hash as a leaf of the tree."""


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
    statement = select(_entries).where(_entries.c.place < _published(session))
    if type:
        statement = statement.where(_entries.c.type == type)
    if subject:
        statement = statement.where(_entries.c.subject == subject)
    if after is not None:
        found = _some(session, statement.where(_entries.c.place > after).order_by(_entries.c.place), limit)
        return found[::-1]
    if before is not None:
        statement = statement.where(_entries.c.place < before)
    return _some(session, statement.order_by(_entries.c.place.desc()), limit)


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


class _Counted:
    """How many of the first ``size`` entries are of which type. What was counted never changes, so that only what came
    since is counted."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.size = 0
        self.types: Counter[str] = Counter()


_counted: Final[WeakKeyDictionary[Database, _Counted]] = WeakKeyDictionary()
_making: Final = threading.Lock()


def count_types(database: Database, session: Session) -> dict[str, int]:
    """How many published entries there are of each type; those without any are left out."""
    with _making:
        known = _counted.setdefault(database, _Counted())
    size = _published(session)
    with known.lock:
        # A session that began before the last one counted sees no less: it is told what that one was.
        if size > known.size:
            between = {"first": known.size, "last": size - 1}
            # One type after the other: the index alone answers.
            known.types.update(
                {type: session.execute(_OF_TYPE, between | {"type": type}).scalar_one() for type in TYPES}
            )
            known.size = size
        return dict(sorted((type, count) for type, count in known.types.items() if count))


def began(session: Session) -> datetime | None:
    """When the first checkpoint was published; None before."""
    return session.execute(_FIRST_AT).scalar()


def sizes_at(session: Session, moments: Sequence[datetime]) -> list[int]:
    """How many entries were published before each of these moments, which are in order."""
    sizes = (session.execute(_SIZE_AT, {"moment": moment}).scalar() or 0 for moment in moments)
    return list(accumulate(sizes, max))  # a clock that was set back must not let the log shrink


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


def stopped(services: Services, session: Session) -> bool:
    """Whether the log signs nothing any more: what is in the database does not continue what was signed before.

    Raises:
        OSError: the folder of keys cannot be read.
    """
    try:
        check(services.settings, session)
    except ForkError:
        return True
    return False


def _published(session: Session) -> int:
    newest = session.execute(_HEAD).first()
    return 0 if newest is None else int(newest.size)


def _some(session: Session, statement: Select[Any], limit: int) -> list[EntryView]:
    return [_view(row) for row in session.execute(statement.limit(limit))]


def _view(row: Row[Any]) -> EntryView:
    return EntryView(row.place, row.type, row.subject, value_of(row.raw), row.raw, row.leaf)
