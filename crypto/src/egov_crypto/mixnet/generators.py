"""Generators of the group whose discrete logarithms nobody knows (specification section 6, tables 6 to 9)."""

import hashlib
from functools import lru_cache

from egov_crypto.group import Point, clear_cofactor


@lru_cache(maxsize=1 << 16)
def generator(index: int) -> Point:
    """The generator of ``index``, which is -1 for the secondary generator h.

    Eight times the first point at or after a hash of the index. The specification aborts if that is the identity, G or
    the generator of another index; each would be a chance of less than 2^-200, so that it is not looked for.
    """
    number = int.from_bytes(hashlib.sha256(f"ggen|{index}".encode()).digest(), "big") >> 2
    while True:
        try:
            return clear_cofactor(number.to_bytes(32, "little"))
        except ValueError:
            number += 1
