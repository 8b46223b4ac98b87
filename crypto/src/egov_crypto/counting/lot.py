"""Lots that nobody can foresee and everybody can draw again."""

import hashlib
from collections.abc import Iterable

from egov_crypto.errors import UsageError

Seed = bytes | tuple[int, ...]
"""What decides lots; or, to count again where lots were drawn by hand, candidates in the order that they gave."""


def draw(seed: Seed, number: int, tied: Iterable[int]) -> tuple[int, ...]:
    """The candidates of ``tied`` in the order of the lot: the first one is drawn.

    ``number`` is that of the round in which the lot is drawn. The order is that of the SHA-256 digests of the seed,
    the round and the candidate (counted from 0), written as decimal numbers and parted by ``|``.

    Raises :class:`UsageError` if the order of lots drawn by hand names none of ``tied``.
    """
    if isinstance(seed, bytes):
        return tuple(
            sorted(tied, key=lambda candidate: hashlib.sha256(b"%b|%d|%d" % (seed, number, candidate)).digest())
        )
    candidates = sorted(tied)
    drawn = tuple(candidate for candidate in seed if candidate in candidates)
    if not drawn:
        raise UsageError(f"round {number} needs a lot between {len(candidates)} candidates, none of whom was drawn")
    return drawn + tuple(candidate for candidate in candidates if candidate not in drawn)
