"""The proof that ciphertexts are others re-encrypted and permuted: its JSON, and what is hashed.

Specification section 4.19, and section 6, tables 11, 12 and 14; the letters are those of table 4. A proof as it was
read holds texts: verifying compares or parses each point, and does so where it is computed with, in several processes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from egov_crypto import wire
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point, hash_to_scalar, parse_scalar

Texts = tuple[str, str]
"""α and β of a ciphertext."""


class Responses(NamedTuple):
    """Table 4's s: all in [0, Q)."""

    s: tuple[int, int, int, int]
    s_hat: Sequence[int]
    s_prime: Sequence[int]


class Commitments(NamedTuple):
    """Table 4's t: t1, t2, t3, t4,1, t4,2, and one t̂ a ciphertext."""

    t: tuple[str, str, str, str, str]
    t_hat: Sequence[str]


class ShuffleProof(NamedTuple):
    """``shuffle_proof``: c commits to the permutation, ĉ is the chain over the permuted challenges."""

    commitments: Commitments
    responses: Responses
    c: Sequence[str]
    c_hat: Sequence[str]

    def to_json(self) -> list[Any]:
        (t1, t2, t3, *t4), t_hat = self.commitments
        s, s_hat, s_prime = self.responses
        return [
            [t1, t2, t3, t4, list(t_hat)],
            [*map(str, s), list(map(str, s_hat)), list(map(str, s_prime))],
            list(self.c),
            list(self.c_hat),
        ]

    @classmethod
    def from_json(cls, value: Any, count: int) -> "ShuffleProof":
        """The proof for ``count`` ciphertexts that ``value`` writes.

        Raises :class:`ValueError` if it has another shape, :class:`VerificationError` on a number that is no scalar.
        """
        commitments, responses, c, c_hat = wire.items(value, 4)
        t1, t2, t3, t4, t_hat = wire.items(commitments, 5)
        *s, s_hat, s_prime = wire.items(responses, 6)
        first, second = wire.items(t4, 2)
        t = [wire.string(text) for text in (t1, t2, t3, first, second)]
        return cls(
            Commitments((t[0], t[1], t[2], t[3], t[4]), _strings(t_hat, count)),
            Responses(tuple(_scalars(s, 4)), _scalars(s_hat, count), _scalars(s_prime, count)),  # type: ignore[arg-type]
            _strings(c, count),
            _strings(c_hat, count),
        )


class Transcript:
    """What the challenges of one proof are hashed from, so that it fits no other election, input, output or key."""

    def __init__(self, fingerprint: str, before: Iterable[Texts], after: Iterable[Texts], c: Sequence[str]) -> None:
        self._fingerprint = fingerprint
        self._statement = "".join(f"{alpha},{beta}," for texts in (before, after) for alpha, beta in texts) + _listed(c)

    def weights(self, places: Iterable[int]) -> list[int]:
        """u: one challenge a ciphertext (table 12), of those at ``places`` (from 0)."""
        digest = _sha256(f"shuffle-challenges|{self._fingerprint}|{self._statement}")
        return [hash_to_scalar((digest + _sha256(str(place))).encode()) for place in places]

    def challenge(self, commitments: Commitments, c_hat: Sequence[str], public_key: Point) -> int:
        """The challenge that all responses answer (table 14)."""
        committed = _listed(commitments.t) + _listed(commitments.t_hat)
        statement = self._statement + _listed(c_hat) + public_key.text
        return hash_to_scalar(f"shuffle-challenge|{self._fingerprint}|{committed}{statement}".encode())


def _listed(texts: Sequence[str]) -> str:
    return "".join(f"{text}," for text in texts)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _strings(value: Any, count: int) -> list[str]:
    return [wire.string(text) for text in wire.items(value, count)]


def _scalars(value: Any, count: int) -> list[int]:
    texts = _strings(value, count)
    try:
        return [parse_scalar(text) for text in texts]
    except ValueError as error:
        raise VerificationError("shuffle.scalar", str(error)) from None
