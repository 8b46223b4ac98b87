"""How a log is published (C2SP tlog-tiles): tiles of hashes, bundles of entries, and where each of them lies.

A tile of level L holds up to 256 hashes of perfect subtrees, each over 256^L entries; a bundle holds the entries whose
hashes stand in the tile of level 0 with the same index. Full ones never change. The last one of each level may be
partial, as wide as the size of the log says: a log keeps them for every checkpoint that it published, at least until
the full one is there, and a reader takes the beginning of that one then.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.merkle import HASH_SIZE, MAX_TREE, CompactRange, Reader, perfect_root

WIDTH: Final = 256
"""Hashes in a full tile, entries in a full bundle."""
HEIGHT: Final = 8
"""Levels of the tree that a tile spans."""
ENTRIES: Final = -1
"""The level of bundles, which lie below the hashes."""
MAX_ENTRY: Final = 65_535
"""Bytes that an entry may have: its length is written in two."""

_PATH: Final = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile, or a bundle (level :data:`ENTRIES`): which one of its level, and how wide."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Below the log's address: ``tile/0/x001/x234/067.p/5``."""
        groups = f"{self.index:,}".split(",")
        name = "/".join([f"x{int(group):03}" for group in groups[:-1]] + [f"{int(groups[-1]):03}"])
        level = "entries" if self.level == ENTRIES else self.level
        return f"tile/{level}/{name}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """The reverse of :attr:`path`. Raises :class:`ValueError` on any other spelling, and where no log reaches."""
        found = _PATH.fullmatch(path)
        if not found:
            raise ValueError("not the path of a tile")
        level, groups, last, width = found.groups()
        tile = cls(
            ENTRIES if level == "entries" else int(level),
            int(groups.replace("x", "").replace("/", "") + last),
            WIDTH if width is None else int(width),
        )
        if tile.path != path or tile.start > MAX_TREE or tile.width > WIDTH:
            raise ValueError("not the path of a tile")
        return tile

    @property
    def start(self) -> int:
        """The first entry that it spans."""
        return self.index * WIDTH << HEIGHT * max(self.level, 0)

    @property
    def full(self) -> "Tile":
        """The full one, in which a partial one's hashes or entries come first."""
        return Tile(self.level, self.index)


Fetch = Callable[[Tile], bytes]
"""Where tiles come from. What it returns is checked; what it raises goes through."""


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles and bundles that a log needs when it has grown from ``old`` to ``new`` entries, those that ``old`` has
    left out: level by level, the bundles first. With ``old`` 0, all that a log of ``new`` entries consists of.

    Raises :class:`UsageError`.
    """
    if not 0 <= old <= new <= MAX_TREE:
        raise UsageError(f"a log does not grow from {old} entries to {new}")
    return _tiles_between(old, new)


def _tiles_between(old: int, new: int) -> Iterator[Tile]:
    level = ENTRIES
    while new:
        if old != new:
            for index in range(old // WIDTH, new // WIDTH):
                yield Tile(level, index)
            if new % WIDTH:
                yield Tile(level, new // WIDTH, new % WIDTH)
        level += 1
        if level:
            old, new = old // WIDTH, new // WIDTH


def tile_hashes(tile: Tile, raw: bytes) -> list[bytes]:
    """The hashes in a tile. Raises :class:`VerificationError` (``tile.format``) if it does not hold one per width."""
    if len(raw) != tile.width * HASH_SIZE:
        raise VerificationError("tile.format", tile.path)
    return [raw[start : start + HASH_SIZE] for start in range(0, len(raw), HASH_SIZE)]


def bundle(entries: Iterable[bytes]) -> bytes:
    """A bundle: each entry after its length, 2 bytes big-endian. Raises :class:`UsageError` on one that is too long."""
    made = bytearray()
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise UsageError(f"an entry of {len(entry)} bytes is more than {MAX_ENTRY}")
        made += len(entry).to_bytes(2, "big") + entry
    return bytes(made)


def bundle_entries(tile: Tile, raw: bytes) -> list[bytes]:
    """The entries in a bundle. Raises :class:`VerificationError` (``bundle.format``) if it is not as many as its width,
    one after the other and nothing else."""
    entries = []
    start = 0
    for _ in range(tile.width):
        end = start + 2 + int.from_bytes(raw[start : start + 2], "big")
        entries.append(raw[start + 2 : end])
        start = end
    if start != len(raw):  # beyond the end, if it was cut off anywhere: each entry takes 2 bytes at least
        raise VerificationError("bundle.format", f"{tile.path} does not end with its {tile.width} entries")
    return entries


def hash_reader(fetch: Fetch, size: int) -> Reader:
    """Reads the perfect subtrees' hashes of a log with ``size`` entries from its tiles, to make one proof.

    It keeps each tile that it has fetched; a proof needs few. Nothing is verified but their sizes (``tile.format``):
    the proof is, when it is held against a root hash.
    """
    kept: dict[Tile, list[bytes]] = {}

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        tile_index, place = divmod(index << height, WIDTH)
        if index < 0 or (index + 1) << level > size:
            raise UsageError(f"a log of {size} entries has no subtree {index} of level {level}")
        tile = Tile(tile_level, tile_index, min(WIDTH, (size >> HEIGHT * tile_level) - tile_index * WIDTH))
        if tile not in kept:
            kept[tile] = tile_hashes(tile, fetch(tile))
        return perfect_root(kept[tile][place : place + (1 << height)])

    return read


class Edge:
    """The right edge of a log: the hashes of its partial tiles, level by level. All that growing needs, at most 64 KB.

    Whoever publishes a log appends leaf hashes, writes the full tiles that come out of it and, for each checkpoint, the
    partial ones. Whoever verifies one starts from them: their root is the checkpoint's.
    """

    def __init__(self) -> None:
        """That of an empty log."""
        self.size = 0
        self._levels: list[list[bytes]] = []

    @classmethod
    def load(cls, fetch: Fetch, size: int) -> "Edge":
        """That of a log with ``size`` entries. Raises :class:`VerificationError` (``tile.format``).

        Only :meth:`root`, held against a root hash that is trusted, tells that the tiles were the right ones.
        """
        edge = cls()
        edge.size = size
        level = 0
        while count := size >> HEIGHT * level:
            tile = Tile(level, count // WIDTH, count % WIDTH)
            edge._levels.append(tile_hashes(tile, fetch(tile)) if tile.width else [])
            level += 1
        return edge

    def extend(self, leaves: Iterable[bytes]) -> list[tuple[Tile, bytes]]:
        """Append entries by their leaf hashes; the full tiles, with their contents, that this has completed."""
        completed: list[tuple[Tile, bytes]] = []
        for leaf in leaves:
            self.size += 1
            self._append(leaf, completed)
        return completed

    def _append(self, hash_: bytes, completed: list[tuple[Tile, bytes]]) -> None:
        for level in range(len(self._levels) + 1):
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level]
            hashes.append(hash_)
            if len(hashes) < WIDTH:
                return
            index = (self.size >> HEIGHT * (level + 1)) - 1
            completed.append((Tile(level, index), b"".join(hashes)))
            hash_ = perfect_root(hashes)
            hashes.clear()

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles, with their contents, that a checkpoint of this size needs besides the full ones."""
        return [
            (Tile(level, (self.size >> HEIGHT * level) // WIDTH, len(hashes)), b"".join(hashes))
            for level, hashes in enumerate(self._levels)
            if hashes
        ]

    def compact_range(self) -> CompactRange:
        """The same tree by its perfect subtrees alone."""
        return CompactRange(self.size, [hash_ for level in reversed(self._levels) for hash_ in _subtrees(level)])

    def root(self) -> bytes:
        """The root hash, which a checkpoint of this size has."""
        return self.compact_range().root()


def _subtrees(hashes: Sequence[bytes]) -> Iterator[bytes]:
    """The hashes of the largest perfect subtrees that ``hashes``, side by side, make up."""
    start = 0
    for height in reversed(range(HEIGHT)):
        size = 1 << height
        if len(hashes) & size:
            yield perfect_root(hashes[start : start + size])
            start += size
