"""Exponential ElGamal: small numbers encrypted so that ciphertexts add up (specification sections 4.3 and 4.11.1)."""

from collections.abc import Iterable
from typing import NamedTuple

from egov_crypto.group import IDENTITY, G, Point, base


class Ciphertext(NamedTuple):
    """(α, β) = (r·G, r·Y + m·G) for a public key Y, a randomness r and a small number m."""

    alpha: Point
    beta: Point

    def plus(self, other: "Ciphertext") -> "Ciphertext":
        """The encryption of the sum of both numbers, under the sum of both randomnesses."""
        return Ciphertext(self.alpha + other.alpha, self.beta + other.beta)

    def times(self, weight: int) -> "Ciphertext":
        """The encryption of ``weight`` times the number."""
        return self if weight == 1 else Ciphertext(self.alpha * weight, self.beta * weight)

    @property
    def text(self) -> str:
        """``α,β``, as every hash of the specification takes it."""
        return f"{self.alpha.text},{self.beta.text}"


ZERO = Ciphertext(IDENTITY, IDENTITY)
"""The empty product: an encryption of 0 with randomness 0, which sums start from."""


def encrypt(public_key: Point, message: int, randomness: int) -> Ciphertext:
    """The encryption of ``message`` (a small number) under ``public_key`` with ``randomness`` in [0, Q)."""
    masked = public_key * randomness
    if message == 1:
        masked += G
    elif message:
        masked += base(message)
    return Ciphertext(base(randomness), masked)


def encrypt_point(public_key: Point, message: Point, randomness: int) -> Ciphertext:
    """The same of a point instead of a number, which is then no sum's term: (r·G, r·Y + M) (section 4.11.2)."""
    return Ciphertext(base(randomness), public_key * randomness + message)


def total(ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """The encryption of the sum of all."""
    result = ZERO
    for ciphertext in ciphertexts:
        result = result.plus(ciphertext)
    return result
