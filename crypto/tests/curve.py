"""Ed25519 in plain Python, without any check: the attacker's arithmetic, which knows the points outside the subgroup.

RFC 8032, section 5.1. Points are (x, y); written as the specification does, 64 hex digits, the RFC's bytes reversed.
"""

from __future__ import annotations

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)  # of -1

Pair = tuple[int, int]
NEUTRAL: Pair = (0, 1)
ORDER_2: Pair = (0, P - 1)


def recover_x(y: int, sign: int) -> int | None:
    """The x of the point with this y and this lowest bit of x; None if there is none."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return x if x & 1 == sign else P - x


def read(text: str) -> Pair:
    number = int(text, 16)
    y = number & (1 << 255) - 1
    x = recover_x(y % P, number >> 255)
    assert x is not None
    return x, y % P


def write(point: Pair) -> str:
    return f"{point[1] | (point[0] & 1) << 255:064x}"


def add(first: Pair, second: Pair) -> Pair:
    product = _D * first[0] * second[0] * first[1] * second[1] % P
    x = (first[0] * second[1] + second[0] * first[1]) * pow(1 + product, -1, P)
    y = (first[1] * second[1] + first[0] * second[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def negate(point: Pair) -> Pair:
    return -point[0] % P, point[1]


def multiply(point: Pair, scalar: int) -> Pair:
    """In projective coordinates, so that there is one inversion only."""
    result, power = (0, 1, 1), (point[0], point[1], 1)
    while scalar:
        if scalar & 1:
            result = _add_projective(result, power)
        power = _add_projective(power, power)
        scalar >>= 1
    inverse = pow(result[2], -1, P)
    return result[0] * inverse % P, result[1] * inverse % P


def _add_projective(first: tuple[int, int, int], second: tuple[int, int, int]) -> tuple[int, int, int]:
    (x1, y1, z1), (x2, y2, z2) = first, second
    a = z1 * z2 % P
    b, c, d = a * a % P, x1 * x2 % P, y1 * y2 % P
    e = _D * c * d % P
    f, g = b - e, b + e
    return a * f * ((x1 + y1) * (x2 + y2) - c - d) % P, a * g * (d + c) % P, f * g % P


def of_order(order: int) -> Pair:
    """A point of the small order 2, 4 or 8."""
    y = 2
    while True:
        x = recover_x(y, 0)
        y += 1
        if x is not None:
            point = multiply((x, y - 1), Q)
            if multiply(point, 4) != NEUTRAL:
                return multiply(point, 8 // order)


BASE: Pair = (recover_x(4 * pow(5, -1, P) % P, 0) or 0, 4 * pow(5, -1, P) % P)


def with_torsion(text: str, order: int) -> str:
    """The point that ``text`` writes, plus one of small order, which takes it out of the subgroup."""
    return write(add(read(text), of_order(order)))


def second_spellings() -> list[str]:
    """Encodings with y ≥ p of points that lie in the subgroup (if any do), or on the curve at all."""
    in_subgroup: list[str] = []
    on_curve: list[str] = []
    for y in range(2**255 - P):
        for sign in (0, 1):
            x = recover_x(y, sign)
            if x is not None:
                inside = multiply((x, y), Q) == NEUTRAL
                (in_subgroup if inside else on_curve).append(f"{(y + P) | sign << 255:064x}")
    return in_subgroup + on_curve
