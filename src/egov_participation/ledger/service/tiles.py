"""Tiles and bundles out of the database: full ones as they stand there, partial ones from what they are made of."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from egov_crypto.merkle import HASH_SIZE
from egov_crypto.tiles import ENTRIES, WIDTH, Fetch, Tile, bundle
from egov_participation.database import table_of
from egov_participation.ledger.models import FullTile, LogEntry

_entries, _tiles = table_of(LogEntry), table_of(FullTile)
_between: Final = _entries.c.place.between(bindparam("first"), bindparam("last"))
_SIZE: Final = select(func.max(_entries.c.place))
_RAW: Final = select(_entries.c.raw).where(_between).order_by(_entries.c.place)
_LEAVES: Final = select(_entries.c.leaf).where(_between).order_by(_entries.c.place)
_ROOTS: Final = (
    select(_tiles.c.root)
    .where(_tiles.c.level == bindparam("level"), _tiles.c.place.between(bindparam("first"), bindparam("last")))
    .order_by(_tiles.c.place)
)
_FULL: Final = select(_tiles.c.hashes).where(_tiles.c.level == bindparam("level"), _tiles.c.place == bindparam("place"))


class MissingTileError(Exception):
    """The database does not hold what the log's size says it must."""


def size(session: Session) -> int:
    """How many entries have their place, published or not."""
    last = session.execute(_SIZE).scalar_one()
    return 0 if last is None else int(last) + 1


def fetcher(session: Session) -> Fetch:
    """Reads tiles and bundles of what has its place.

    The function that is returned raises `MissingTileError`.
    """

    def fetch(tile: Tile) -> bytes:
        if tile.level > ENTRIES and tile.width == WIDTH:
            raw = session.execute(_FULL, {"level": tile.level, "place": tile.index}).scalar()
            if raw is None:
                raise MissingTileError(tile.path)
            return bytes(raw)
        between = {"first": tile.index * WIDTH, "last": tile.index * WIDTH + tile.width - 1}
        if tile.level > 0:
            found = session.execute(_ROOTS, between | {"level": tile.level - 1})
        else:
            found = session.execute(_RAW if tile.level == ENTRIES else _LEAVES, between)
        parts = [bytes(part) for (part,) in found]
        if len(parts) != tile.width:
            raise MissingTileError(tile.path)
        return bundle(parts) if tile.level == ENTRIES else b"".join(parts)

    return fetch


def row_of(tile: Tile, hashes: bytes, root: bytes) -> dict[str, object]:
    """The row of a full tile."""
    assert len(hashes) == WIDTH * HASH_SIZE
    return {"level": tile.level, "place": tile.index, "hashes": hashes, "root": root}
