"""Shuffle proofs written out from the specification's tables by somebody who may depart from each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from egov_crypto import wire
from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import IDENTITY, Point, Q, base, hash_to_scalar, random_scalar
from egov_crypto.mixnet.generators import generator


@dataclass
class Forger:
    """Tables 1 to 4 and 10 to 14, one loop a line; each field is something that an attacker may want otherwise."""

    public_key: Point
    fingerprint: str
    generators: Callable[[int], Point] = generator
    """Of -1 for h, and of 0 … N - 1."""
    write: Callable[[Point], str] = lambda point: point.text
    left_out: frozenset[str] = field(default_factory=frozenset)
    """What is not hashed, of :data:`HASHED`."""
    torsion: Point | None = None
    """What is added to the first commitment; the challenge is then made a multiple of 8, which hides it in sums."""

    def mask(self, before: Sequence[Ciphertext]) -> tuple[list[Ciphertext], list[int]]:
        """Each re-encrypted, in its place, with the randomness."""
        r_prime = [random_scalar() for _ in before]
        masked = [Ciphertext(a + base(r), b + self.public_key * r) for (a, b), r in zip(before, r_prime, strict=True)]
        return masked, r_prime

    def shuffle(self, before: Sequence[Ciphertext], psi: Sequence[int]) -> tuple[list[Ciphertext], list[Any]]:
        """As honest people do it, were ``psi`` a permutation."""
        masked, r_prime = self.mask(before)
        after = [masked[place] for place in psi]
        return after, self.prove(before, after, r_prime, psi)

    def prove(
        self, e: Sequence[Ciphertext], e_prime: Sequence[Ciphertext], r_prime: Sequence[int], psi: Sequence[int]
    ) -> list[Any]:
        """``shuffle_proof`` as JSON."""
        while True:
            proof, challenge = self._prove(e, e_prime, r_prime, psi)
            if self.torsion is None or challenge % 8 == 0:
                return proof

    def _prove(
        self, e: Sequence[Ciphertext], e_prime: Sequence[Ciphertext], r_prime: Sequence[int], psi: Sequence[int]
    ) -> tuple[list[Any], int]:
        n, pk, write = len(e), self.public_key, self.write
        h0, h = self.generators(-1), [self.generators(index) for index in range(n)]
        r = [random_scalar() for _ in range(n)]
        c = [base(r[j]) + h[j] for j in range(n)]  # of a place that psi leaves out; table 10 overwrites the others
        for i, j in enumerate(psi):
            c[j] = base(r[j]) + h[i]
        if self.torsion is not None:
            c[0] += self.torsion
        str_e, str_e_prime, str_c = self._listed(chain(*e)), self._listed(chain(*e_prime)), self._listed(c)
        u = self._challenges(n, {"e": str_e, "e'": str_e_prime, "c": str_c})
        u_prime = [u[j] for j in psi]
        r_hat, c_hat, previous = [random_scalar() for _ in range(n)], [], h0
        for i in range(n):
            previous = base(r_hat[i]) + previous * u_prime[i]
            c_hat.append(previous)
        omega = [random_scalar() for _ in range(4)]
        omega_hat, omega_prime = ([random_scalar() for _ in range(n)] for _ in range(2))
        t1, t2, t3 = base(omega[0]), base(omega[1]), base(omega[2]) + _sum(h, omega_prime)
        t41 = pk * -omega[3] + _sum([beta for _, beta in e_prime], omega_prime)
        t42 = base(-omega[3]) + _sum([alpha for alpha, _ in e_prime], omega_prime)
        t_hat = [base(omega_hat[i]) + [h0, *c_hat][i] * omega_prime[i] for i in range(n)]
        parts = {"t": self._listed([t1, t2, t3, t41, t42]), "t_hat": self._listed(t_hat)}
        parts |= {"e": str_e, "e'": str_e_prime, "c": str_c, "c_hat": self._listed(c_hat), "pk": pk.text}
        challenge = self._challenge(parts)
        v, r_hat_sum = 1, 0
        for i in reversed(range(n)):
            r_hat_sum += r_hat[i] * v
            v = v * u_prime[i] % Q
        known = (sum(r), r_hat_sum, _inner(r, u), _inner(r_prime, u))
        s = [(mask + challenge * secret) % Q for mask, secret in zip(omega, known, strict=True)]
        s_hat = [(mask + challenge * secret) % Q for mask, secret in zip(omega_hat, r_hat, strict=True)]
        s_prime = [(mask + challenge * secret) % Q for mask, secret in zip(omega_prime, u_prime, strict=True)]
        proof = [
            [write(t1), write(t2), write(t3), [write(t41), write(t42)], [*map(write, t_hat)]],
            [*map(str, s), list(map(str, s_hat)), list(map(str, s_prime))],
            [*map(write, c)],
            [*map(write, c_hat)],
        ]
        return proof, challenge

    def _challenges(self, n: int, parts: dict[str, str]) -> list[int]:
        digest = _sha256(f"shuffle-challenges|{self._phi}|{self._hashed('u', parts)}")
        return [hash_to_scalar((digest + _sha256(str(index))).encode()) for index in range(n)]

    def _challenge(self, parts: dict[str, str]) -> int:
        return hash_to_scalar(f"shuffle-challenge|{self._phi}|{self._hashed('c', parts)}".encode())

    def _listed(self, points: Iterable[Point]) -> str:
        return "".join(f"{self.write(point)}," for point in points)

    @property
    def _phi(self) -> str:
        return "" if "φ" in self.left_out else self.fingerprint

    def _hashed(self, of: str, parts: dict[str, str]) -> str:
        return "".join(text for name, text in parts.items() if f"{of}:{name}" not in self.left_out)


HASHED = (
    "φ",
    *(f"u:{name}" for name in ("e", "e'", "c")),
    *(f"c:{name}" for name in ("t", "t_hat", "e", "e'", "c", "c_hat", "pk")),
)
"""All that the two challenges of a proof are hashed from."""


def shuffle_json(*questions: tuple[Sequence[Ciphertext], list[Any]]) -> bytes:
    """``shuffle`` of the ciphertexts and the proof of each question."""
    ciphertexts = [[wire.ciphertext_to_json(ciphertext) for ciphertext in after] for after, _ in questions]
    return wire.dump({"ciphertexts": ciphertexts, "proofs": [proof for _, proof in questions]})


def _sum(points: Sequence[Point], factors: Sequence[int]) -> Point:
    return sum((point * factor for point, factor in zip(points, factors, strict=True)), start=IDENTITY)


def _inner(values: Sequence[int], weights: Sequence[int]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
