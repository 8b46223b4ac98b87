"""A verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, section 5.5).

Who has the secret key turns an input, alpha, into 64 bytes that nobody else can foretell and that look random. The
proof lets who knows the public key and alpha verify that it is these bytes, and no others: alpha has one output under
one key.

Verifying is stricter than the RFC asks: the public key and the proof's point gamma must lie in the subgroup of prime
order, which those of an honest prover do. So keys of small order (section 5.4.5) are refused, and a proof has one
spelling. Making an output takes a time that depends on alpha (the number of tries, section 5.4.1.1): do not let the
one who waits for it choose among alphas that are secret from them.
"""

import hashlib
import hmac
import secrets
from typing import Final

from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, Q, base, clear_cofactor

SECRET_SIZE: Final = 32
PROOF_SIZE: Final = 80
"""gamma (32 bytes), the challenge (16) and the response (32)."""

_SUITE: Final = b"\x03"
_ENCODE: Final = _SUITE + b"\x01"
_CHALLENGE: Final = _SUITE + b"\x02"
_OUTPUT: Final = _SUITE + b"\x03"
_BACK: Final = b"\x00"
_CHALLENGE_SIZE: Final = 16


def keypair() -> tuple[bytes, bytes]:
    """A new secret key, 32 random bytes, and its public key of 32."""
    secret = secrets.token_bytes(SECRET_SIZE)
    return secret, public(secret)


def public(secret: bytes) -> bytes:
    """The public key (32 bytes) of a secret key of 32: as RFC 8032, section 5.1.5, makes it.

    Raises :class:`UsageError` if the secret has another length; so do the functions below.
    """
    scalar, _ = _expanded(secret)
    return base(scalar).raw


def evaluate(secret: bytes, alpha: bytes) -> bytes:
    """The 64 bytes that alpha is turned into, without a proof: at a third of the work of proving."""
    scalar, _ = _expanded(secret)
    return _output(_encode(base(scalar).raw, alpha) * scalar)


def prove(secret: bytes, alpha: bytes) -> bytes:
    """The proof (80 bytes; section 5.1), which has the output in it. The same alpha has always the same proof."""
    scalar, prefix = _expanded(secret)
    key = base(scalar)
    point = _encode(key.raw, alpha)
    gamma = point * scalar
    nonce = int.from_bytes(hashlib.sha512(prefix + point.raw).digest(), "little") % Q  # section 5.4.2.2
    challenge = _challenge(key, point, gamma, base(nonce), point * nonce)
    response = (nonce + int.from_bytes(challenge, "little") * scalar) % Q
    return gamma.raw + challenge + response.to_bytes(32, "little")


def output(proof: bytes) -> bytes:
    """The output (64 bytes) that is in a proof (section 5.2). Nothing is verified but that it is written as one.

    Raises :class:`VerificationError` (``vrf.format``).
    """
    gamma, _, _ = _decoded(proof)
    return _output(gamma)


def validate_key(key: bytes) -> Point:
    """The point of a public key (section 5.4.5). Raises :class:`VerificationError` (``vrf.key``)."""
    try:
        return Point.from_bytes(key)
    except ValueError as error:
        raise VerificationError("vrf.key", str(error)) from None


def verify(key: bytes, alpha: bytes, proof: bytes) -> bytes:
    """The output (64 bytes) of alpha under a public key of 32 bytes, which the proof proves (section 5.3).

    Raises :class:`VerificationError`: ``vrf.key``, ``vrf.format``, ``vrf.proof``.
    """
    public_point = validate_key(key)
    gamma, challenge, response = _decoded(proof)
    point = _encode(key, alpha)
    number = int.from_bytes(challenge, "little")
    first = base(response) - public_point * number
    second = point * response - gamma * number
    if not hmac.compare_digest(_challenge(public_point, point, gamma, first, second), challenge):
        raise VerificationError("vrf.proof")
    return _output(gamma)


def _expanded(secret: bytes) -> tuple[int, bytes]:
    """The secret scalar, and the bytes that nonces are made with."""
    if len(secret) != SECRET_SIZE:
        raise UsageError(f"a secret key has {SECRET_SIZE} bytes")
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little") & ~7 & (2**255 - 1) | 2**254
    return scalar % Q, digest[32:]


def _encode(salt: bytes, alpha: bytes) -> Point:
    """The point that stands for alpha, found by trying (section 5.4.1.1); ``salt`` is the public key."""
    for attempt in range(256):
        digest = hashlib.sha512(_ENCODE + salt + alpha + bytes([attempt]) + _BACK).digest()
        try:
            return clear_cofactor(digest[:32])
        except ValueError:
            continue
    raise AssertionError("256 hashes in a row are no points: the hash function is broken")


def _challenge(*points: Point) -> bytes:
    """16 bytes (section 5.4.3)."""
    hashed = hashlib.sha512(_CHALLENGE + b"".join(point.raw for point in points) + _BACK)
    return hashed.digest()[:_CHALLENGE_SIZE]


def _output(gamma: Point) -> bytes:
    return hashlib.sha512(_OUTPUT + clear_cofactor(gamma.raw).raw + _BACK).digest()


def _decoded(proof: bytes) -> tuple[Point, bytes, int]:
    """gamma, the challenge and the response of a proof (section 5.4.4)."""
    if len(proof) != PROOF_SIZE:
        raise VerificationError("vrf.format", f"{len(proof)} bytes, not {PROOF_SIZE}")
    response = int.from_bytes(proof[48:], "little")
    if response >= Q:
        raise VerificationError("vrf.format", "the response is not below the order of the group")
    try:
        return Point.from_bytes(proof[:32]), proof[32:48], response
    except ValueError as error:
        raise VerificationError("vrf.format", str(error)) from None
