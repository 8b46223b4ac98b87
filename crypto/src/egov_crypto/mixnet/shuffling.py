"""Shuffling, with the proof (specification section 6, tables 1 to 4, 10 and 13).

The chain ĉ is written with exponents of G and h, which its maker knows: ĉ_i = R_i·G + U_i·h. So no link waits for the
one before. Whoever sees the permutation, or a randomness, sees whose ballot is whose: nothing of them is kept.
"""

import secrets
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from egov_crypto.elgamal import Ciphertext
from egov_crypto.group import IDENTITY, Point, Q, base, random_scalar
from egov_crypto.mixnet.generators import generator
from egov_crypto.mixnet.proof import Commitments, Responses, ShuffleProof, Transcript
from egov_crypto.mixnet.work import CHUNK, Advance
from egov_crypto.workers import Workers


def permutation(count: int) -> list[int]:
    """A permutation of ``range(count)``, each with the same chance, from the system's random numbers.

    Fisher and Yates; Python's ``shuffle`` draws each place by rejection, without a bias.
    """
    places = list(range(count))
    secrets.SystemRandom().shuffle(places)
    return places


def shuffle(
    public_key: Point, fingerprint: str, ciphertexts: Sequence[Ciphertext], *, workers: Workers, advance: Advance
) -> tuple[list[Ciphertext], ShuffleProof]:
    """``ciphertexts`` re-encrypted and permuted, with the proof of it. ``advance`` is called for each twice."""
    count = len(ciphertexts)
    order = permutation(count)
    masks = list[_Mask]()
    for chunk in workers.map(_mask, _masks(public_key, ciphertexts)):
        masks += chunk
        advance(len(chunk))
    after = [masks[place].ciphertext for place in order]
    c_texts, r = [""] * count, [0] * count
    for place, mask in zip(order, masks, strict=True):
        c_texts[place], r[place] = mask.commitment, mask.opening
    transcript = Transcript(fingerprint, map(_texts, ciphertexts), map(_texts, after), c_texts)
    u = transcript.weights(count)
    omega = [random_scalar() for _ in range(4)]
    omega_prime = [random_scalar() for _ in range(count)]
    omega_hat = [random_scalar() for _ in range(count)]
    r_hat = [random_scalar() for _ in range(count)]
    chain = _exponents([u[place] for place in order], r_hat)
    t_hat, c_hat = list[str](), list[str]()
    t3, alpha, beta = base(omega[2]), base(-omega[3]), public_key * -omega[3]
    generators = [mask.generator for mask in masks]
    for links, partial in workers.map(_commit, _links(after, generators, omega_prime, omega_hat, chain)):
        for link, commitment_text in links:
            c_hat.append(link)
            t_hat.append(commitment_text)
        t3, alpha, beta = t3 + partial[0], alpha + partial[1], beta + partial[2]
        advance(len(links))
    t = (base(omega[0]).text, base(omega[1]).text, t3.text, beta.text, alpha.text)
    commitments = Commitments(t, t_hat)
    challenge = transcript.challenge(commitments, c_hat, public_key)
    answers = (sum(r), chain[-1].of_g, _inner(r, u), _inner([mask.randomness for mask in masks], u))
    s1, s2, s3, s4 = ((mask + challenge * secret) % Q for mask, secret in zip(omega, answers, strict=True))
    responses = Responses(
        (s1, s2, s3, s4),
        [(mask + challenge * secret) % Q for mask, secret in zip(omega_hat, r_hat, strict=True)],
        [(mask + challenge * u[place]) % Q for mask, place in zip(omega_prime, order, strict=True)],
    )
    return after, ShuffleProof(commitments, responses, c_texts, c_hat)


class _Mask(NamedTuple):
    """What is done for a ciphertext first, and with the same number the commitment to where it goes."""

    ciphertext: Ciphertext
    randomness: int
    commitment: str
    opening: int
    generator: Point


def _masks(public_key: Point, ciphertexts: Sequence[Ciphertext]) -> Iterator[tuple[Point, int, Sequence[Ciphertext]]]:
    for start in range(0, len(ciphertexts), CHUNK):
        yield public_key, start, ciphertexts[start : start + CHUNK]


def _mask(task: tuple[Point, int, Sequence[Ciphertext]]) -> list[_Mask]:
    public_key, start, ciphertexts = task
    done = []
    for index, (alpha, beta) in enumerate(ciphertexts, start=start):
        randomness, opening, h = random_scalar(), random_scalar(), generator(index)
        masked = Ciphertext(alpha + base(randomness), beta + public_key * randomness)
        done.append(_Mask(masked, randomness, (base(opening) + h).text, opening, h))
    return done


class _Exponents(NamedTuple):
    """Of a link of the chain: R·G + U·h."""

    of_g: int
    of_h: int


def _exponents(weights: Sequence[int], r_hat: Sequence[int]) -> list[_Exponents]:
    """Of all links: the first is h itself; the last has the specification's r̂ for G and the product for h."""
    chain = [_Exponents(0, 1)]
    for weight, randomness in zip(weights, r_hat, strict=True):
        of_g, of_h = chain[-1]
        chain.append(_Exponents((randomness + weight * of_g) % Q, weight * of_h % Q))
    return chain


class _Link(NamedTuple):
    ciphertext: Ciphertext
    generator: Point
    omega_prime: int
    link: _Exponents
    commitment: _Exponents


def _links(
    after: Sequence[Ciphertext],
    generators: Sequence[Point],
    omega_prime: Sequence[int],
    omega_hat: Sequence[int],
    chain: Sequence[_Exponents],
) -> Iterator[list[_Link]]:
    for start in range(0, len(after), CHUNK):
        links = []
        for place in range(start, min(start + CHUNK, len(after))):
            of_g, of_h = chain[place]
            factor = omega_prime[place]
            commitment = _Exponents((omega_hat[place] + factor * of_g) % Q, factor * of_h % Q)
            links.append(_Link(after[place], generators[place], factor, chain[place + 1], commitment))
        yield links


def _commit(links: list[_Link]) -> tuple[list[tuple[str, str]], tuple[Point, Point, Point]]:
    """ĉ and t̂ of each link, and the products of the generators, of α' and of β'."""
    h = generator(-1)
    texts = []
    of_generators = of_alpha = of_beta = IDENTITY
    for (alpha, beta), its_generator, factor, link, commitment in links:
        texts.append((_point(link, h).text, _point(commitment, h).text))
        of_generators += its_generator * factor
        of_alpha += alpha * factor
        of_beta += beta * factor
    return texts, (of_generators, of_alpha, of_beta)


def _point(exponents: _Exponents, h: Point) -> Point:
    return base(exponents.of_g) + h * exponents.of_h


def _inner(values: Sequence[int], weights: Sequence[int]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def _texts(ciphertext: Ciphertext) -> tuple[str, str]:
    return ciphertext.alpha.text, ciphertext.beta.text
