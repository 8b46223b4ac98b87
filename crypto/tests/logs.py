"""Logs for tests: RFC 6962 as its text defines it, and a log that is published in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import SigningKey
from egov_crypto.tiles import ENTRIES, WIDTH, Edge, Tile, bundle, tiles_between

VECTORS = Path(__file__).parent / "vectors" / "log"
ORIGIN = "vote.example.kz/log"
KEY = SigningKey(ORIGIN, bytes(range(32)))
WITNESSES = [WitnessSigningKey(f"witness{number}.example", bytes([number]) * 32) for number in (1, 2, 3)]
NOON = 1_793_966_400


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def below(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def mth(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) of section 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = below(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = below(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def subproof(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of section 2.1.2; with ``whole`` it is PROOF(m, D[n])."""
    if old == len(leaves):
        return [] if whole else [mth(leaves)]
    k = below(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(old - k, leaves[k:], False), mth(leaves[:k])]


def entry(number: int) -> bytes:
    return b"entry %d" % number


LEAVES = [leaf_hash(entry(number)) for number in range(1200)]


class Log:
    """Tiles and bundles by path, as a log that grew through several checkpoints has published them."""

    def __init__(self, *sizes: int) -> None:
        self.files: dict[str, bytes] = {}
        self.edge = Edge()
        for size in sizes:
            self.grow(size)

    def grow(self, size: int) -> None:
        old = self.edge.size
        self.write(self.edge.extend(leaf_hash(entry(number)) for number in range(old, size)))
        self.write(self.edge.partial())
        for tile in tiles_between(old, size):
            if tile.level == ENTRIES:
                numbers = range(tile.index * WIDTH, tile.index * WIDTH + tile.width)
                self.files[tile.path] = bundle(entry(number) for number in numbers)

    def write(self, tiles: Iterable[tuple[Tile, bytes]]) -> None:
        self.files.update((tile.path, raw) for tile, raw in tiles)

    def fetch(self, tile: Tile) -> bytes:
        return self.files[tile.path]

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(ORIGIN, self.edge.size, self.edge.root())


def flipped(raw: bytes, bit: int) -> bytes:
    """``raw`` with one bit turned over."""
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
