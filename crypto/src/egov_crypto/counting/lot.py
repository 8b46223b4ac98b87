"""Lots that nobody can foresee and everybody can draw again."""

import hashlib
from collections.abc import Iterable


def draw(seed: bytes, number: int, tied: Iterable[int]) -> tuple[int, ...]:
    """The candidates of ``tied`` in the order of the lot: the first one is drawn.

    ``number`` is that of the round in which the lot is drawn. The order is that of the SHA-256 digests of the seed,
    the round and the candidate (counted from 0), written as decimal numbers and parted by ``|``.
    """
    return tuple(sorted(tied, key=lambda candidate: hashlib.sha256(b"%b|%d|%d" % (seed, number, candidate)).digest()))
