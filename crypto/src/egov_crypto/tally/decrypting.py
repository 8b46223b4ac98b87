"""Partial decryptions of the tally, made and verified (specification section 4.20)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Point, base
from egov_crypto.proofs import Proof, prove_decryption, verify_decryption
from egov_crypto.tally.ciphertexts import Factors, Tally
from egov_crypto.workers import Workers, shared

_CHUNK: Final = 64
"""Ciphertexts that one process takes at a time, and after which the progress is told."""

Progress = Callable[[int, int], None]
"""Called with how many ciphertexts are done, and of how many."""


def decrypt(election: Election, tally: Tally, private_key: int) -> bytes:
    """A trustee's ``partial_decryption`` of ``tally``, with a third member, ``joint_proof``.

    The specification hashes what the proof of a factor commits to, and not the factor: whoever commits first can then
    solve for another factor that the proof holds for as well. Where counts are opened this opens no count, and there is
    no result; but every point holds some vote of preference, so that a trustee who decrypts last could try until the
    votes are those that it wants. The joint proof, over a sum of all factors whose weights are hashed from them, allows
    no other factors than the right ones. Other programs pass over the member, and do not make it: what keeps their
    trustees from it is :func:`~egov_crypto.tally.check_encodings`.

    Who calls this must have recomputed the tally from the ballots: a trustee who decrypts what is handed over opens
    single ballots (specification section 3.4).
    """
    prefix = _prefix(election, base(private_key))
    factors = [[choice.alpha * private_key for choice in choices] for choices in tally.ciphertexts]
    proofs = [
        [wire.proof_to_json(prove_decryption(prefix, choice.alpha, private_key)) for choice in choices]
        for choices in tally.ciphertexts
    ]
    joint_prefix, weights = _joint_statement(
        election, tally, base(private_key), [factor.text for factor in chain(*factors)]
    )
    joint = prove_decryption(joint_prefix, _weighed(_alphas(tally), weights), private_key)
    return wire.dump(
        {
            "decryption_factors": tally.nested([[factor.text for factor in of_question] for of_question in factors]),
            "decryption_proofs": tally.nested(proofs),
            "joint_proof": wire.proof_to_json(joint),
        }
    )


def owned_json(owner: int, payload: bytes) -> bytes:
    """``owned_partial_decryption``, or ``owned_shuffle``: which trustee (counted from 1) made ``payload``."""
    return wire.dump({"owner": owner, "payload": wire.digest(payload)})


def verify_decryption_of(
    election: Election,
    tally: Tally,
    public_key: Point,
    raw: bytes,
    *,
    joint: bool = True,
    jobs: int | Workers = 1,
    progress: Progress | None = None,
) -> Factors:
    """The decryption factors of ``raw``, checked in ``jobs`` processes to be those of ``public_key`` for ``tally``.

    ``joint`` tells whether the joint proof must be there (see :func:`decrypt`). Without it the factors of votes of
    preference are whatever the trustee wants, until :func:`~egov_crypto.tally.check_encodings` has looked at what they
    open.

    Raises :class:`VerificationError` with a code ``decryption.*``.
    """
    factors, proofs, joint_proof = _read(tally, raw)
    texts = list(chain(*factors))
    statement, weights = _joint_statement(election, tally, public_key, texts)
    if joint_proof is None:
        weights = [0] * len(texts)  # there is nothing to hold the sums against
    tasks = _tasks(_prefix(election, public_key), public_key, _alphas(tally), texts, list(chain(*proofs)), weights)
    verified, of_alphas, of_factors = list[Point](), IDENTITY, IDENTITY
    with shared(jobs, len(texts) // _CHUNK) as workers:
        for some in workers.map(_verify, tasks):
            verified += some.factors
            of_alphas, of_factors = of_alphas + some.of_alphas, of_factors + some.of_factors
            if progress is not None:
                progress(len(verified), len(texts))
    if joint_proof is not None:
        try:
            verify_decryption(statement, of_alphas, of_factors, public_key, joint_proof)
        except ValueError as error:
            raise VerificationError("decryption.joint", str(error)) from None
    elif joint:
        raise VerificationError("decryption.joint", "it is not there")
    return _by_question(tally, verified)


def factors_of(tally: Tally, raw: bytes) -> Factors:
    """The decryption factors that ``raw`` writes, of which nothing is proved: for what was verified before.

    Raises :class:`VerificationError` (``decryption.format``, ``decryption.point``).
    """
    factors, _, _ = _read(tally, raw)
    texts = zip(chain(*factors), _alphas(tally), strict=True)
    return _by_question(tally, [_factor(text, alpha) for text, alpha in texts])


def _read(tally: Tally, raw: bytes) -> tuple[list[list[Any]], list[list[Any]], Proof | None]:
    """Factors and their proofs, as they are written, and the joint proof if it is there."""
    try:
        names = ("decryption_factors", "decryption_proofs", "joint_proof")
        members = wire.fields(wire.load(raw), *names, optional=names[2:])
        factors, proofs = (tally.flat(members[name]) for name in names[:2])
        joint_proof = Proof(*wire.proof_from_json(members["joint_proof"])) if "joint_proof" in members else None
    except ValueError as error:
        raise VerificationError("decryption.format", str(error)) from None
    return factors, proofs, joint_proof


class _Task(NamedTuple):
    """Some consecutive ciphertexts' α, factors and proofs as they are written, and weights of the joint proof."""

    prefix: str
    public_key: Point
    alphas: Sequence[Point]
    factors: Sequence[Any]
    proofs: Sequence[Any]
    weights: Sequence[int]


class _Verified(NamedTuple):
    factors: list[Point]
    of_alphas: Point  # the sum of all, weighed
    of_factors: Point


def _tasks(
    prefix: str,
    public_key: Point,
    alphas: Sequence[Point],
    factors: Sequence[Any],
    proofs: Sequence[Any],
    weights: Sequence[int],
) -> Iterator[_Task]:
    for start in range(0, len(alphas), _CHUNK):
        some = slice(start, start + _CHUNK)
        yield _Task(prefix, public_key, alphas[some], factors[some], proofs[some], weights[some])


def _verify(task: _Task) -> _Verified:
    factors = []
    for alpha, text, written in zip(task.alphas, task.factors, task.proofs, strict=True):
        factor = _factor(text, alpha)
        try:
            proof = Proof(*wire.proof_from_json(written))
        except ValueError as error:
            raise VerificationError("decryption.format", str(error)) from None
        try:
            verify_decryption(task.prefix, alpha, factor, task.public_key, proof)
        except ValueError as error:
            raise VerificationError("decryption.proof", str(error)) from None
        factors.append(factor)
    return _Verified(factors, _weighed(task.alphas, task.weights), _weighed(factors, task.weights))


def _factor(text: Any, alpha: Point) -> Point:
    try:
        return Point.parse(text, identity=alpha.is_identity)
    except ValueError as error:
        raise VerificationError("decryption.point", str(error)) from None


def _joint_statement(
    election: Election, tally: Tally, public_key: Point, factors: Iterable[Any]
) -> tuple[str, list[int]]:
    """What the joint proof's hash begins with, and 128 bits that each ciphertext is multiplied by: both follow from
    the texts of all factors."""
    head = f"egov-joint-decryption|{election.fingerprint}|{public_key.text}|"
    texts = [f"{alpha.text},{factor}" for alpha, factor in zip(_alphas(tally), factors, strict=True)]
    digest = hashlib.sha256((head + ",".join(texts)).encode()).hexdigest()
    hashes = (hashlib.sha256(f"{digest}|{index}".encode()).digest() for index in range(len(texts)))
    return f"{head}{digest}|", [int.from_bytes(hash_[:16], "big") for hash_ in hashes]


def _alphas(tally: Tally) -> list[Point]:
    return [choice.alpha for choices in tally.ciphertexts for choice in choices]


def _weighed(points: Iterable[Point], weights: Sequence[int]) -> Point:
    return sum((point * weight for point, weight in zip(points, weights, strict=True)), start=IDENTITY)


def _by_question(tally: Tally, factors: Sequence[Point]) -> Factors:
    rest = iter(factors)
    return [list(islice(rest, len(choices))) for choices in tally.ciphertexts]


def _prefix(election: Election, public_key: Point) -> str:
    return f"decrypt|{election.fingerprint}|{public_key.text}|"
