"""Verifying a shuffle (specification section 6, table 5).

Table 5 compares t with what each part of the proof gives. Four of these comparisons are of products over all
ciphertexts, which are added up chunk by chunk, and one is made for each ciphertext where its chunk is.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from egov_crypto.elgamal import Ciphertext
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Point, Q, base
from egov_crypto.mixnet.generators import generator
from egov_crypto.mixnet.proof import ShuffleProof, Texts, Transcript
from egov_crypto.mixnet.work import CHUNK, Advance
from egov_crypto.workers import Workers


class _Task(NamedTuple):
    """Some consecutive ciphertexts, the first of which is number ``start``, and the parts of the proof about them."""

    start: int
    challenge: int
    weights: Sequence[int]
    before: Sequence[Ciphertext]
    after: Sequence[Texts]
    c: Sequence[str]
    chain: Sequence[str]  # of ĉ, with the one before
    t_hat: Sequence[str]
    s_hat: Sequence[int]
    s_prime: Sequence[int]


class _Sums(NamedTuple):
    """Products over the ciphertexts, written additively."""

    committed: Point  # c̄
    permuted: Point  # t3', without s3·G
    beta: Point  # t4,1', without -s4·Y
    alpha: Point  # t4,2', without -s4·G

    def plus(self, other: "_Sums") -> "_Sums":
        return _Sums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def verify(
    public_key: Point,
    fingerprint: str,
    before: Sequence[Ciphertext],
    after: Sequence[Texts],
    proof: ShuffleProof,
    *,
    workers: Workers,
    advance: Advance,
) -> list[Ciphertext]:
    """The ciphertexts that ``after`` writes, checked to be ``before`` re-encrypted and permuted.

    Raises :class:`VerificationError`: ``shuffle.point`` on what is no point of the group, ``shuffle.proof`` otherwise.
    """
    transcript = Transcript(fingerprint, ((c.alpha.text, c.beta.text) for c in before), after, proof.c)
    weights = transcript.weights(range(len(before)))
    challenge = transcript.challenge(proof.commitments, proof.c_hat, public_key)
    ciphertexts: list[Ciphertext] = []
    sums = _Sums(IDENTITY, IDENTITY, IDENTITY, IDENTITY)
    for some, partial in workers.map(_verify_chunk, _tasks(before, after, proof, weights, challenge)):
        ciphertexts += some
        sums = sums.plus(partial)
        advance(len(some))
    product = 1
    for weight in weights:
        product = product * weight % Q
    h = generator(-1)
    last = Point.parse(proof.c_hat[-1]) if proof.c_hat else h
    s1, s2, s3, s4 = proof.responses.s
    expected = (
        base(s1) - sums.committed * challenge,
        base(s2) - (last - h * product) * challenge,
        base(s3) + sums.permuted,
        sums.beta - public_key * s4,
        sums.alpha - base(s4),
    )
    if tuple(point.text for point in expected) != proof.commitments.t:
        raise VerificationError("shuffle.proof")
    return ciphertexts


def _tasks(
    before: Sequence[Ciphertext], after: Sequence[Texts], proof: ShuffleProof, weights: Sequence[int], challenge: int
) -> Iterator[_Task]:
    chain = [generator(-1).text, *proof.c_hat]
    for start in range(0, len(before), CHUNK):
        some = slice(start, start + CHUNK)
        yield _Task(
            start,
            challenge,
            weights[some],
            before[some],
            after[some],
            proof.c[some],
            chain[start : start + CHUNK + 1],
            proof.commitments.t_hat[some],
            proof.responses.s_hat[some],
            proof.responses.s_prime[some],
        )


def _verify_chunk(task: _Task) -> tuple[list[Ciphertext], _Sums]:
    try:
        return _verified(task)
    except ValueError as error:
        raise VerificationError("shuffle.point", str(error)) from None


def _verified(task: _Task) -> tuple[list[Ciphertext], _Sums]:
    after = list[Ciphertext]()
    committed = permuted = of_beta = of_alpha = IDENTITY
    previous = Point.parse(task.chain[0])
    for place, (old, texts, weight, s_prime) in enumerate(
        zip(task.before, task.after, task.weights, task.s_prime, strict=True)
    ):
        h, factor = generator(task.start + place), -task.challenge * weight
        c, of_c = Point.parse_times(task.c[place], factor)
        link, of_link = Point.parse_times(task.chain[place + 1], -task.challenge)
        (alpha, of_new_alpha), (beta, of_new_beta) = (Point.parse_times(text, s_prime) for text in texts)
        # A text that is equal to that of a point of the group needs no other check.
        if (base(task.s_hat[place]) + previous * s_prime + of_link).text != task.t_hat[place]:
            raise VerificationError("shuffle.proof", f"ciphertext {task.start + place + 1}")
        previous = link
        after.append(Ciphertext(alpha, beta))
        committed += c - h
        permuted += h * s_prime + of_c
        of_beta += of_new_beta + old.beta * factor
        of_alpha += of_new_alpha + old.alpha * factor
    return after, _Sums(committed, permuted, of_beta, of_alpha)
