"""Small integers written as a point of the group, for answers that are opened one by one (section 5.2.1).

The point's y coordinate holds 8 bits a value, the first value most significant, then 14 bits of padding: the smallest
number there with which the coordinate is that of a point of the group.
"""

from collections.abc import Sequence
from typing import Final

from egov_crypto.group import Point

MAX_VALUES: Final = 30
"""So many values and the padding fill 254 bits: every number is below the field's prime, and the sign bit is clear."""
_PADDING: Final = 14


def encode(values: Sequence[int]) -> Point:
    """The point that holds 1 to 30 ``values`` of 0 to 255; raises :class:`ValueError` on others.

    One number in 16 is that of a point of the group. That none of the 2^14 is, has a chance of 2^-1500. Zeros alone
    give the identity.
    """
    _check_count(len(values))
    number = int.from_bytes(bytes(values), "big") << _PADDING  # bytes() refuses values that are not 0 to 255
    for padding in range(1 << _PADDING):
        try:
            return Point.from_bytes((number + padding).to_bytes(32, "little"), identity=True)
        except ValueError:
            continue
    raise ValueError("no padding gives a point of the group")


def decode(point: Point, count: int) -> tuple[int, ...]:
    """The ``count`` values that ``point`` holds: the reverse of :func:`encode`; ValueError if they are not 1 to 30.

    Every point gives values, also one that :func:`encode` never gives: a ballot does not prove what it encrypts, and
    no voter may make the result impossible. As in the reference implementation, the rest of the point (its sign, the
    padding, what stands above the values) has no meaning.
    """
    _check_count(count)
    number = int.from_bytes(point.raw, "little") >> _PADDING
    return tuple((number & ((1 << 8 * count) - 1)).to_bytes(count, "big"))


def _check_count(count: int) -> None:
    if not 1 <= count <= MAX_VALUES:
        raise ValueError(f"not 1 to {MAX_VALUES} values")
