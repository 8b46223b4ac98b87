"""The group: the prime-order subgroup of Ed25519 (specification section 5.2).

This is the only module that calls libsodium, through PyNaCl, so that a faster backend can take its place.

Two facts about libsodium rule the code: its multiplications fail on the identity and on a zero scalar (and whenever
the product would be the identity), and ``is_valid_point`` rejects the identity. Both are special-cased here and nowhere
else.
"""

import hashlib
import re
import secrets
from typing import Final, Self

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_is_valid_point,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

NAME: Final = "Ed25519"
Q: Final = 2**252 + 27742317777372353535851937790883648493
"""The order of the group; scalars are integers in [0, Q)."""

_P: Final = 2**255 - 19
"""The field's prime."""
_IDENTITY_RAW: Final = b"\x01" + bytes(31)
_POINT_TEXT: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NOT_A_POINT: Final = "not a canonical point of the prime-order subgroup"
_SCALAR_TEXT: Final = re.compile(r"0|[1-9][0-9]{0,75}", re.ASCII)


class Point:
    """An element of the group, written additively: ``a + b``, ``a - b``, ``-a``, ``a * scalar``.

    A ``Point`` is always an element of the prime-order subgroup: :meth:`parse` and :meth:`from_bytes` check it, and the
    operations keep it. Nothing else makes one.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw  # the 32 bytes of RFC 8032, trusted: see the class's docstring

    @classmethod
    def parse(cls, text: object, *, identity: bool = False) -> Self:
        """The point that ``text`` writes: 64 lower-case hex digits, the RFC 8032 bytes reversed (section 5.2.1).

        Raises :class:`ValueError` on anything else: upper case, another length, y ≥ p, a point outside the prime-order
        subgroup, and the identity unless ``identity`` allows it.
        """
        return cls.from_bytes(_read(text), identity=identity)

    @classmethod
    def parse_times(cls, text: object, scalar: int) -> tuple[Self, "Point"]:
        """The point that ``text`` writes, never the identity, and ``scalar`` times it.

        The same checks and errors as :meth:`parse`. Libsodium's multiplication makes them too, so that this takes a
        third less time than both.
        """
        raw, scalar = _read(text), scalar % Q
        if scalar < 2:  # which nothing is multiplied by
            point = cls.from_bytes(raw)
            return point, point * scalar
        try:
            product = crypto_scalarmult_ed25519_noclamp(scalar.to_bytes(32, "little"), raw)
        except RuntimeError:
            raise ValueError(_NOT_A_POINT) from None
        return cls(raw), Point(product)

    @classmethod
    def from_bytes(cls, raw: bytes, *, identity: bool = False) -> Self:
        """The point of 32 RFC 8032 bytes; the same checks and errors as :meth:`parse`."""
        if raw == _IDENTITY_RAW:
            if identity:
                return cls(raw)
            raise ValueError("the identity")
        if len(raw) != 32 or not crypto_core_ed25519_is_valid_point(raw):
            raise ValueError(_NOT_A_POINT)
        return cls(raw)

    @property
    def raw(self) -> bytes:
        """The 32 bytes of RFC 8032."""
        return self._raw

    @property
    def text(self) -> str:
        """64 lower-case hex digits, as the specification writes points."""
        return self._raw[::-1].hex()

    @property
    def is_identity(self) -> bool:
        return self._raw == _IDENTITY_RAW

    def __add__(self, other: "Point") -> "Point":
        if self._raw == _IDENTITY_RAW:
            return other
        if other._raw == _IDENTITY_RAW:
            return self
        return Point(crypto_core_ed25519_add(self._raw, other._raw))

    def __sub__(self, other: "Point") -> "Point":
        if other._raw == _IDENTITY_RAW:
            return self
        return Point(crypto_core_ed25519_sub(self._raw, other._raw))

    def __neg__(self) -> "Point":
        return IDENTITY - self

    def __mul__(self, scalar: int) -> "Point":
        scalar %= Q
        if scalar == 0 or self._raw == _IDENTITY_RAW:
            return IDENTITY
        if scalar == 1:
            return self
        return Point(crypto_scalarmult_ed25519_noclamp(scalar.to_bytes(32, "little"), self._raw))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and self._raw == other._raw

    def __hash__(self) -> int:
        return hash(self._raw)

    def __reduce__(self) -> tuple[type["Point"], tuple[bytes]]:
        """To another process of the same program; in half the time that pickling its slots would take."""
        return Point, (self._raw,)

    def __repr__(self) -> str:
        return f"Point({self.text})"


def _read(text: object) -> bytes:
    if not isinstance(text, str) or not _POINT_TEXT.fullmatch(text):
        raise ValueError("not 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)[::-1]


def base(scalar: int) -> Point:
    """``scalar`` times the generator; five times faster than ``G * scalar``."""
    scalar %= Q
    if scalar == 0:
        return IDENTITY
    return Point(crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little")))


def public_key(seed: bytes) -> bytes:
    """The public key (RFC 8032; 32 bytes) of the private key that is 32 random bytes."""
    return crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, message: bytes) -> bytes:
    """The Ed25519 signature (RFC 8032; 64 bytes) over ``message`` by the private key that is 32 random bytes."""
    return crypto_sign(message, crypto_sign_seed_keypair(seed)[1])[:64]


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Verify an Ed25519 signature (RFC 8032; 64 bytes) over ``message`` under the 32 bytes of a public key.

    Raises :class:`ValueError`. libsodium refuses small orders, and numbers that are not written canonically.
    """
    if len(public) != 32 or len(signature) != 64:
        raise ValueError("not the size of a key or of a signature")
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        raise ValueError("the signature does not match") from None


def clear_cofactor(raw: bytes) -> Point:
    """Eight times the point that 32 bytes write as RFC 8032 says (section 5.1.3), whatever its order was.

    Raises :class:`ValueError` if they write no point, not in its one spelling, or if the product is the identity.
    """
    if len(raw) != 32 or int.from_bytes(raw, "little") % 2**255 >= _P:
        raise ValueError("not a canonical point")
    try:
        for _ in range(3):
            raw = crypto_core_ed25519_add(raw, raw)  # unlike a multiplication this takes points of every order
    except RuntimeError:
        raise ValueError("not a point of the curve") from None
    if raw == _IDENTITY_RAW:
        raise ValueError("a point of small order")
    return Point(raw)  # in the subgroup, whose index is 8


def check_backend() -> None:
    """Raise :class:`ImportError` if libsodium takes points outside the prime-order subgroup.

    Versions before 2026 took those that differ from one inside by the point of order 2 (CVE-2025-69277). On them a
    voter could cast a ballot that verifies and makes the result impossible, and observers would disagree.
    """
    of_order_two = (2**255 - 20).to_bytes(32, "little")  # (0, -1)
    outside = crypto_core_ed25519_add(G.raw, of_order_two)
    try:
        crypto_scalarmult_ed25519_noclamp((2).to_bytes(32, "little"), outside)
    except RuntimeError:
        if not crypto_core_ed25519_is_valid_point(outside):
            return
    raise ImportError("libsodium is too old to be safe here (CVE-2025-69277): install PyNaCl 1.6.2 or newer")


IDENTITY: Final = Point(_IDENTITY_RAW)
G: Final = Point(crypto_scalarmult_ed25519_base_noclamp((1).to_bytes(32, "little")))
"""The generator: the base point of RFC 8032."""
check_backend()


def parse_scalar(text: object) -> int:
    """The scalar that ``text`` writes: a decimal string in [0, Q), without sign, leading zeros or anything else.

    Raises :class:`ValueError` otherwise. (Python's ``int`` alone would take ``+1``, ``007``, ``1_0`` and other digits.)
    """
    if not isinstance(text, str) or not _SCALAR_TEXT.fullmatch(text):
        raise ValueError("not a canonical decimal number")
    value = int(text)
    if value >= Q:
        raise ValueError("not below the order of the group")
    return value


def random_scalar() -> int:
    """A uniform scalar in [1, Q): zero would be a key, or a randomness, that hides nothing."""
    return 1 + secrets.randbelow(Q - 1)


def hash_to_scalar(data: bytes) -> int:
    """SHA-256 read as a big-endian number, modulo Q (the way of every challenge in the specification)."""
    return int.from_bytes(hashlib.sha256(data).digest(), "big") % Q
