"""Shuffling, with the proof (specification section 6, tables 1 to 4, 10 and 13).

What does not wait for the weights u, which are hashed from all ciphertexts, is done first, and each number is drawn
where it is first needed, in several processes. The chain ĉ is written with exponents of G and h, which its maker knows:
ĉ_i = R_i·G + U_i·h. So no link waits for the one before. Whoever sees the permutation, or a randomness, sees whose
ballot is whose: nothing of them is kept.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import IDENTITY, Point, Q, base, random_scalar
from egov_crypto.mixnet.generators import generator
from egov_crypto.mixnet.proof import Commitments, Responses, ShuffleProof, Texts, Transcript
from egov_crypto.mixnet.work import CHUNK, Advance
from egov_crypto.workers import Workers

_Item = TypeVar("_Item")


def permutation(count: int) -> list[int]:
    """A permutation of ``range(count)``, each with the same chance, from the system's random numbers.

    Fisher and Yates; Python's ``shuffle`` draws each place by rejection, without a bias.
    """
    places = list(range(count))
    secrets.SystemRandom().shuffle(places)
    return places


def shuffle(
    public_key: Point, fingerprint: str, ciphertexts: Sequence[Ciphertext], *, workers: Workers, advance: Advance
) -> tuple[list[Texts], ShuffleProof]:
    """``ciphertexts`` re-encrypted and permuted, with the proof of it. ``advance`` is called for each twice."""
    order = permutation(len(ciphertexts))
    masking = workers.map(_mask, _chosen(public_key, ciphertexts, order))
    before = [(alpha.text, beta.text) for alpha, beta in ciphertexts]  # while the other processes start
    masked = list[_Masked]()
    for some in masking:
        masked.append(some)
        advance(len(some.after))
    after = _joined(some.after for some in masked)
    c = [""] * len(order)
    for place, commitment in zip(order, _joined(some.c for some in masked), strict=True):
        c[place] = commitment
    transcript = Transcript(fingerprint, before, after, c)
    u_prime = transcript.weights(order)
    links, end = list[_Links](), _START
    for linked in workers.map(_link, _chain(u_prime, masked)):
        links.append(linked)
        end = linked.end
        advance(len(linked.c_hat))
    c_hat = _joined(some.c_hat for some in links)
    omega = [random_scalar() for _ in range(4)]
    of_generators, of_alpha, of_beta = (
        sum(sums, start=IDENTITY) for sums in zip(_NOTHING, *(some.sums for some in masked), strict=True)
    )
    t3, t41, t42 = base(omega[2]) + of_generators, of_beta - public_key * omega[3], of_alpha - base(omega[3])
    t = (base(omega[0]).text, base(omega[1]).text, t3.text, t41.text, t42.text)
    commitments = Commitments(t, _joined(some.t_hat for some in links))
    challenge = transcript.challenge(commitments, c_hat, public_key)
    r, r_prime = _joined(some.r for some in masked), _joined(some.r_prime for some in masked)
    s1, s2, s3, s4 = _responses(challenge, omega, (sum(r), end.of_g, _inner(r, u_prime), _inner(r_prime, u_prime)))
    omega_hat, r_hat = _joined(some.omega_hat for some in links), _joined(some.r_hat for some in masked)
    omega_prime = _joined(some.omega_prime for some in masked)
    responses = Responses(
        (s1, s2, s3, s4),
        _responses(challenge, omega_hat, r_hat),
        _responses(challenge, omega_prime, u_prime),
    )
    return after, ShuffleProof(commitments, responses, c, c_hat)


class _Masked(NamedTuple):
    """Of consecutive places, in the new order: what stands there, and the letters of tables 2 to 4."""

    after: list[Texts]
    r_prime: list[int]
    c: list[str]  # of the place where each ciphertext was before
    r: list[int]
    r_hat: list[int]
    omega_prime: list[int]
    sums: tuple[Point, Point, Point]  # of the generators, of α' and of β', each times its ω'


_NOTHING: Final = (IDENTITY, IDENTITY, IDENTITY)


def _chosen(
    public_key: Point, ciphertexts: Sequence[Ciphertext], order: Sequence[int]
) -> Iterator[tuple[Point, int, list[Ciphertext]]]:
    for start in range(0, len(order), CHUNK):
        yield public_key, start, [ciphertexts[place] for place in order[start : start + CHUNK]]


def _mask(task: tuple[Point, int, Sequence[Ciphertext]]) -> _Masked:
    public_key, start, ciphertexts = task
    r_prime, r, r_hat, omega_prime = ([random_scalar() for _ in ciphertexts] for _ in range(4))
    after, c = list[Texts](), list[str]()
    of_generators, of_alpha, of_beta = _NOTHING
    for place, (old_alpha, old_beta) in enumerate(ciphertexts):
        h, factor = generator(start + place), omega_prime[place]
        alpha, beta = old_alpha + base(r_prime[place]), old_beta + public_key * r_prime[place]
        after.append((alpha.text, beta.text))
        c.append((base(r[place]) + h).text)
        of_generators += h * factor
        of_alpha += alpha * factor
        of_beta += beta * factor
    return _Masked(after, r_prime, c, r, r_hat, omega_prime, (of_generators, of_alpha, of_beta))


class _Exponents(NamedTuple):
    """Of a link of the chain: R·G + U·h."""

    of_g: int
    of_h: int

    def next(self, weight: int, r_hat: int) -> "_Exponents":
        """At the chain's end R is the specification's r̂, and U the product of all weights."""
        return _Exponents((r_hat + weight * self.of_g) % Q, weight * self.of_h % Q)

    @property
    def point(self) -> Point:
        return base(self.of_g) + generator(-1) * self.of_h


_START: Final = _Exponents(0, 1)


class _Linking(NamedTuple):
    """Some consecutive links of the chain that are to be made, and the one before."""

    before: _Exponents
    u_prime: Sequence[int]
    r_hat: Sequence[int]
    omega_prime: Sequence[int]


class _Links(NamedTuple):
    c_hat: list[str]
    t_hat: list[str]
    omega_hat: list[int]
    end: _Exponents


def _chain(u_prime: Sequence[int], masked: Iterable[_Masked]) -> Iterator[_Linking]:
    """Each process computes its links' exponents again: a thousandth of the work, and less than handing them over."""
    before, start = _START, 0
    for some in masked:
        weights = u_prime[start : start + len(some.r_hat)]
        start += len(weights)
        yield _Linking(before, weights, some.r_hat, some.omega_prime)
        for weight, r_hat in zip(weights, some.r_hat, strict=True):
            before = before.next(weight, r_hat)


def _link(task: _Linking) -> _Links:
    link, u_prime, r_hats, omega_prime = task
    omega_hat = [random_scalar() for _ in u_prime]
    c_hat, t_hat = list[str](), list[str]()
    for weight, r_hat, factor, omega in zip(u_prime, r_hats, omega_prime, omega_hat, strict=True):
        t_hat.append(link.next(factor, omega).point.text)
        link = link.next(weight, r_hat)
        c_hat.append(link.point.text)
    return _Links(c_hat, t_hat, omega_hat, link)


def _responses(challenge: int, masks: Sequence[int], values: Sequence[int]) -> list[int]:
    return [(mask + challenge * value) % Q for mask, value in zip(masks, values, strict=True)]


def _inner(values: Sequence[int], weights: Sequence[int]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def _joined(lists: Iterable[list[_Item]]) -> list[_Item]:
    return list(chain.from_iterable(lists))
