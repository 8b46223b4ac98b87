"""The encrypted tally, its partial decryptions, and the result (specification sections 4.18, 4.20 and 4.21)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.elgamal import ZERO, Ciphertext
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import IDENTITY, Point, base
from egov_crypto.proofs import Proof, prove_decryption, verify_decryption

Factors = list[list[Point]]
"""Decryption factors (private key times α), one per ciphertext of the tally."""


@dataclass
class Tally:
    """The sum of counted ballots: per question the ciphertexts of each value, with how many ballots and what weight."""

    ciphertexts: list[list[Ciphertext]]
    ballots: int = 0
    weight: int = field(default=0)

    @classmethod
    def empty(cls, election: Election) -> "Tally":
        return cls([[ZERO] * question.size for question in election.questions])

    def add(self, answers: Sequence[Sequence[Ciphertext]], weight: int) -> None:
        """Count a ballot's answers ``weight`` times. The ballot must have been verified."""
        self.ciphertexts = [
            [sum_.plus(choice.times(weight)) for sum_, choice in zip(sums, choices, strict=True)]
            for sums, choices in zip(self.ciphertexts, answers, strict=True)
        ]
        self.ballots += 1
        self.weight += weight

    def merge(self, other: "Tally") -> None:
        """Add another tally of the same election (of other ballots)."""
        self.ciphertexts = [
            [mine.plus(theirs) for mine, theirs in zip(sums, others, strict=True)]
            for sums, others in zip(self.ciphertexts, other.ciphertexts, strict=True)
        ]
        self.ballots += other.ballots
        self.weight += other.weight

    def to_json(self) -> bytes:
        """``encrypted_tally`` as published."""
        return wire.dump([[wire.ciphertext_to_json(choice) for choice in choices] for choices in self.ciphertexts])

    def sized_json(self) -> bytes:
        """``sized_encrypted_tally``, the payload of the EncryptedTally event."""
        return wire.dump(
            {
                "num_tallied": self.ballots,
                "total_weight": wire.weight_to_json(self.weight),
                "encrypted_tally": wire.digest(self.to_json()),
            }
        )


def decrypt(election: Election, tally: Tally, private_key: int) -> bytes:
    """A trustee's ``partial_decryption`` of ``tally``.

    Who calls this must have recomputed the tally from the ballots: a trustee who decrypts what is handed over opens
    single ballots (specification section 3.4).
    """
    prefix = _prefix(election, base(private_key))
    factors = [[(choice.alpha * private_key).text for choice in choices] for choices in tally.ciphertexts]
    proofs = [
        [wire.proof_to_json(prove_decryption(prefix, choice.alpha, private_key)) for choice in choices]
        for choices in tally.ciphertexts
    ]
    return wire.dump({"decryption_factors": factors, "decryption_proofs": proofs})


def owned_json(owner: int, payload: bytes) -> bytes:
    """``owned_partial_decryption``: which trustee (counted from 1) made ``payload``."""
    return wire.dump({"owner": owner, "payload": wire.digest(payload)})


def verify_decryption_of(election: Election, tally: Tally, public_key: Point, raw: bytes) -> Factors:
    """The decryption factors of ``raw``, checked to be those of ``public_key`` for ``tally``.

    Raises :class:`VerificationError` with a code ``decryption.*``.
    """
    try:
        members = wire.fields(wire.load(raw), "decryption_factors", "decryption_proofs")
        pairs = [
            list(zip(wire.items(factors, len(choices)), wire.items(proofs, len(choices)), choices, strict=True))
            for factors, proofs, choices in zip(
                wire.items(members["decryption_factors"], len(tally.ciphertexts)),
                wire.items(members["decryption_proofs"], len(tally.ciphertexts)),
                tally.ciphertexts,
                strict=True,
            )
        ]
    except ValueError as error:
        raise VerificationError("decryption.format", str(error)) from None
    prefix = _prefix(election, public_key)
    return [[_verified_factor(prefix, public_key, *pair) for pair in question] for question in pairs]


def _verified_factor(prefix: str, public_key: Point, factor: Any, proof: Any, choice: Ciphertext) -> Point:
    try:
        point = Point.parse(factor, identity=choice.alpha.is_identity)
    except ValueError as error:
        raise VerificationError("decryption.point", str(error)) from None
    try:
        parsed = Proof(*wire.proof_from_json(proof))
    except ValueError as error:
        raise VerificationError("decryption.format", str(error)) from None
    try:
        verify_decryption(prefix, choice.alpha, point, public_key, parsed)
    except ValueError as error:
        raise VerificationError("decryption.proof", str(error)) from None
    return point


def result_points(tally: Tally, decryptions: Sequence[Factors]) -> list[list[Point]]:
    """What is left once all trustees' factors are taken off: each count times the generator."""
    return [
        [
            choice.beta - sum((factors[i][j] for factors in decryptions), start=IDENTITY)
            for j, choice in enumerate(choices)
        ]
        for i, choices in enumerate(tally.ciphertexts)
    ]


def compute_result(tally: Tally, decryptions: Sequence[Factors]) -> list[list[int]]:
    """The counts. Takes about the square root of the total weight in group operations, half a minute at 2^42.

    Raises :class:`UsageError` if some count exceeds the total weight (a decryption is missing, or was not verified).
    """
    points = result_points(tally, decryptions)
    logarithm = _Logarithm(tally.weight)
    return [[logarithm.of(point) for point in question] for question in points]


def result_to_json(counts: Sequence[Sequence[int]]) -> bytes:
    """``result`` as published."""
    return wire.dump({"result": [[wire.weight_to_json(count) for count in question] for question in counts]})


def verify_result(tally: Tally, decryptions: Sequence[Factors], raw: bytes) -> list[list[int]]:
    """The published counts, checked against the decryptions; raises :class:`VerificationError` (``result.*``)."""
    points = result_points(tally, decryptions)
    try:
        value = wire.fields(wire.load(raw), "result")["result"]
        counts = [
            [wire.weight_from_json(count) for count in wire.items(question, len(choices))]
            for question, choices in zip(wire.items(value, len(points)), points, strict=True)
        ]
    except ValueError as error:
        raise VerificationError("result.format", str(error)) from None
    for number, (question, choices) in enumerate(zip(counts, points, strict=True), start=1):
        for count, point in zip(question, choices, strict=True):
            # Equal points mean equal counts only below the group's order; no count can exceed the total weight.
            if count > tally.weight or base(count) != point:
                raise VerificationError("result.value", f"question {number}")
    return counts


class _Logarithm:
    """Discrete logarithms up to a bound, by baby steps and giant steps."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._width = isqrt(bound) + 1
        self._small: dict[Point, int] = {}
        point, step = IDENTITY, base(1)
        for number in range(self._width):
            self._small[point] = number
            point += step
        self._giant = point  # width times the generator

    def of(self, point: Point) -> int:
        for giants in range(self._bound // self._width + 1):
            small = self._small.get(point)
            if small is not None:
                return giants * self._width + small
            point -= self._giant
        raise UsageError("the decryptions do not give a count")


def _prefix(election: Election, public_key: Point) -> str:
    return f"decrypt|{election.fingerprint}|{public_key.text}|"
