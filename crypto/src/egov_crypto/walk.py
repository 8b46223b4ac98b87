"""A whole log read and verified, from the root hash that its checkpoint signs down to the entries."""

from collections.abc import Iterator, Sequence
from typing import Final

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import VerificationError
from egov_crypto.merkle import MAX_TREE, leaf_hash, perfect_root
from egov_crypto.tiles import ENTRIES, HEIGHT, WIDTH, Edge, Fetch, Tile, bundle_entries, tile_hashes

_EVERYTHING: Final = range(MAX_TREE)


def walk(fetch: Fetch, checkpoint: Checkpoint, indices: range = _EVERYTHING) -> Iterator[tuple[int, bytes]]:
    """The log's entries with their indices, in order; only those of ``indices``, whose step is 1, if given.

    Each is verified when it comes: the partial tiles at the log's right edge against the root hash, each other tile
    against its hash in the one above, each entry against its hash in the lowest. So a difference is found where it is,
    several processes can each walk a part, and no more is held than a tile a level. Whether the log only grew since
    another checkpoint, :func:`egov_crypto.merkle.verify_consistency` tells.

    Raises :class:`VerificationError`: ``log.root``, ``tile.format``, ``tile.hashes``, ``bundle.format``,
    ``bundle.entries``.
    """
    edge = Edge.load(fetch, checkpoint.size)
    if edge.root() != checkpoint.root:
        raise VerificationError("log.root", f"{checkpoint.size} entries")
    # The higher a partial tile, the further to the left is what it spans.
    for tile, raw in reversed(edge.partial()):
        if _reaches(tile, indices):
            yield from _below(fetch, tile, tile_hashes(tile, raw), indices)


def _below(fetch: Fetch, tile: Tile, hashes: Sequence[bytes], indices: range) -> Iterator[tuple[int, bytes]]:
    """The entries that a verified tile spans."""
    if tile.level == 0:
        yield from _entries(fetch, tile, hashes, indices)
        return
    for index, hash_ in enumerate(hashes, tile.index * WIDTH):
        child = Tile(tile.level - 1, index)
        if _reaches(child, indices):
            below = tile_hashes(child, fetch(child))
            if perfect_root(below) != hash_:
                raise VerificationError("tile.hashes", child.path)
            yield from _below(fetch, child, below, indices)


def _reaches(tile: Tile, indices: range) -> bool:
    """Whether any of the entries is among those that the tile spans."""
    end = tile.start + (tile.width << HEIGHT * tile.level)
    return max(tile.start, indices.start) < min(end, indices.stop)


def _entries(fetch: Fetch, tile: Tile, hashes: Sequence[bytes], indices: range) -> Iterator[tuple[int, bytes]]:
    """The entries whose hashes a verified tile of level 0 holds."""
    bundle = Tile(ENTRIES, tile.index, tile.width)
    entries = bundle_entries(bundle, fetch(bundle))
    for index, (entry, hash_) in enumerate(zip(entries, hashes, strict=True), tile.start):
        if leaf_hash(entry) != hash_:
            raise VerificationError("bundle.entries", f"entry {index}, in {bundle.path}")
        if index in indices:
            yield index, entry
