"""Giving what was entered its place in the log, for good.

One transaction a batch: entries and the full tiles that they complete are put in, and what waited is taken away. A
crash before its commit leaves everything as it was; after it, entries have their places and are in no checkpoint yet,
which the next round signs (`publishing`).
"""

from __future__ import annotations

from random import SystemRandom
from typing import Final

from sqlalchemy import bindparam, delete, insert, select
from sqlmodel import Session

from egov_crypto.merkle import leaf_hash, perfect_root
from egov_crypto.tiles import Edge, tile_hashes
from egov_participation.database import Database, table_of
from egov_participation.ledger import rules
from egov_participation.ledger.models import FullTile, LogEntry, Waiting
from egov_participation.ledger.service import tiles

_PLACES: Final = "ledger places"
MOST: Final = 1000
"""Entries of a batch, and"""
MOST_BYTES: Final = 8_000_000
"""bytes of them: what a batch takes in memory."""

_waiting, _entries, _tiles = table_of(Waiting), table_of(LogEntry), table_of(FullTile)
_NEXT: Final = select(_waiting).order_by(_waiting.c.id).limit(bindparam("most")).execution_options(yield_per=100)
_ANY: Final = select(_waiting.c.id).limit(1)
_CHANCE: Final = SystemRandom()


def sequence(database: Database) -> bool:
    """Give a batch of what waits its places.

    Whoever else does the same meanwhile waits for this one; if even so two took the same place, the table's key would
    let one of them fail.

    Returns:
        Whether the batch was full: more may be waiting.
    """
    with database.read() as session:  # asked first: writing without need would be in others' way
        if session.execute(_ANY).first() is None:
            return False
    with database.uow() as tx:
        tx.lock(_PLACES)
        full = _place(tx.session)
        # A crash here: nothing has happened.
        tx.commit()
        # A crash here: the entries have their places, and the next round signs a checkpoint over them.
    return full


def _place(session: Session) -> bool:
    rows, room = [], MOST_BYTES
    with session.execute(_NEXT, {"most": MOST}) as waiting:
        for row in waiting:
            rows.append(row)
            room -= len(row.raw)
            if room <= 0:
                break
    if not rows:
        return False
    is_full = len(rows) == MOST or room <= 0
    rows = [rows[place] for place in rules.arranged([row.subject for row in rows], _CHANCE)]
    edge = Edge.load(tiles.fetcher(session), size := tiles.size(session))
    entries = [
        {"place": place, "type": row.type, "subject": row.subject, "raw": row.raw, "leaf": leaf_hash(row.raw)}
        for place, row in enumerate(rows, size)
    ]
    session.execute(insert(_entries), entries)
    completed = edge.extend(entry["leaf"] for entry in entries)
    if completed:
        full = [tiles.row_of(tile, raw, perfect_root(tile_hashes(tile, raw))) for tile, raw in completed]
        session.execute(insert(_tiles), full)
    session.execute(delete(_waiting).where(_waiting.c.id.in_([row.id for row in rows])))
    return is_full
