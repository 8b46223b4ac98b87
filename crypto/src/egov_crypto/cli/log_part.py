"""A part of a log read: its entries, verified against the checkpoint; in this process or in several."""

import multiprocessing
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto import entries
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli.log_tiles import Tiles
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import HASH_SIZE
from egov_crypto.tiles import ENTRIES, HEIGHT, WIDTH, Edge, Fetch, Tile
from egov_crypto.walk import walk
from egov_crypto.workers import end_with_parent, interrupts_kept_from_children

ENTRIES_AT_ONCE: Final = 16 * WIDTH

Served = list[tuple[Tile, bytes]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: the entries of ``indices``, and the log's edge as it was at those ``sizes``."""

    indices: range
    sizes: tuple[int, ...]


@dataclass(slots=True)
class Part:
    """What was read. With a ``failure`` there may be less, and what the log ``served`` last shows why."""

    wanted: Wanted
    values: list[tuple[int, dict[str, Any], bool]] = field(default_factory=list)
    """Index, entry, and whether its type is known."""
    edges: dict[int, Served] = field(default_factory=dict)
    failure: VerificationError | None = None
    served: Served = field(default_factory=list)

    def edge(self, size: int) -> Edge:
        """The log's edge at one of the sizes that were wanted."""
        kept = dict(self.edges[size])
        return Edge.load(kept.__getitem__, size)


def parts(start: int, stop: int, sizes: Sequence[int]) -> Iterator[Wanted]:
    """The entries in parts that end at full bundles, each with those of ``sizes`` that lie in it, and its own end."""
    while start < stop:
        end = min(stop, (start // ENTRIES_AT_ONCE + 1) * ENTRIES_AT_ONCE)
        inside = {size for size in sizes if start <= size <= end}
        yield Wanted(range(start, end), tuple(sorted({*inside, end})))
        start = end


def read_parts(tiles: Tiles, checkpoint: Checkpoint, wanted: Iterable[Wanted], jobs: int) -> Iterator[Part]:
    """Each part in order, with ``jobs`` processes. What to fetch ahead, the caller tells ``tiles`` if it is one."""
    if jobs == 1:
        for one in wanted:
            yield read_part(tiles, checkpoint, one)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start_worker, (tiles.log, checkpoint)) as pool:
        waiting: deque[Future[Part]] = deque()
        try:
            for one in wanted:
                with interrupts_kept_from_children():
                    waiting.append(pool.submit(_read_in_worker, one))
                if len(waiting) > 2 * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def read_part(tiles: Tiles, checkpoint: Checkpoint, wanted: Wanted) -> Part:
    """Read and verify one part."""
    part = Part(wanted)
    try:
        for index, raw in walk(tiles, checkpoint, wanted.indices):
            try:
                part.values.append((index, *entries.read(raw)))
            except VerificationError as error:
                raise VerificationError(error.code, f"entry {index}: {error.detail}") from None
        fetch = begun(tiles, checkpoint.size)
        part.edges = {size: Edge.load(fetch, size).partial() for size in wanted.sizes}
    except VerificationError as error:
        part.failure, part.served = placed(error), list(tiles.last)
    return part


def begun(fetch: Fetch, size: int) -> Fetch:
    """The tiles of a log as it was when it was smaller, cut from those that it has with ``size`` entries."""

    def cut(tile: Tile) -> bytes:
        width = min(WIDTH, (size >> HEIGHT * tile.level) - tile.index * WIDTH)
        return fetch(Tile(tile.level, tile.index, width))[: tile.width * HASH_SIZE]

    return cut


def ahead(indices: range, size: int) -> Iterator[Tile]:
    """The tiles that reading these entries of a log with ``size`` takes, of the lowest level and bundles, in order.

    Without the partial tile, which is fetched first of all.
    """
    for index in range(indices.start // WIDTH, -(-indices.stop // WIDTH) if indices else 0):
        width = min(WIDTH, size - index * WIDTH)
        if width == WIDTH:
            yield Tile(0, index)
        yield Tile(ENTRIES, index, width)


def placed(error: VerificationError) -> VerificationError:
    """The same, with the entries that are meant where only a tile is named."""
    try:
        tile = Tile.parse(error.detail.partition(" ")[0])
    except ValueError:
        return error
    stop = tile.start + (tile.width << HEIGHT * max(tile.level, 0))
    return VerificationError(error.code, f"{error.detail}; entries {tile.start} to {stop - 1}")


_tiles: Tiles  # of a worker process, as is the next one: set once when it starts
_checkpoint: Checkpoint


def _start_worker(log: str, checkpoint: Checkpoint) -> None:
    global _tiles, _checkpoint
    _tiles, _checkpoint = Tiles(log), checkpoint
    threading.Thread(target=end_with_parent, daemon=True).start()


def _read_in_worker(wanted: Wanted) -> Part:
    _tiles.expect(ahead(wanted.indices, _checkpoint.size))
    return read_part(_tiles, _checkpoint, wanted)
