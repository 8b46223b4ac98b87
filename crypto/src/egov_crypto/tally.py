"""The encrypted tally, its partial decryptions, and the result (specification sections 4.18, 4.20 and 4.21)."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isqrt
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.elgamal import ZERO, Ciphertext
from egov_crypto.encoding import decode, encode
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import IDENTITY, Point, base
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.proofs import Proof, prove_decryption, verify_decryption
from egov_crypto.question import AnyQuestion

_TOLD_BY_ENCODING: Final = 2**168
"""Of so many votes that there can be at most, the encoding tells whether one was decrypted rightly."""
_TOLD_EVERY: Final = 64
"""Ciphertexts between two words on how far it is."""

Factors = list[list[Point]]
"""Decryption factors (private key times α), one per ciphertext of the tally."""

Progress = Callable[[int, int], None]
"""Called with how many ciphertexts are done, and of how many."""

Result = list[list[Any]]
"""Per question: the count of each value; of lists the same, nested; of preferences the numbers of each vote, in the
order of the ciphertexts."""


@dataclass
class Tally:
    """The counted ballots: per question the sum of each value's ciphertexts, or all the votes' where they are shuffled,
    with how many ballots and what weight."""

    questions: tuple[AnyQuestion, ...]
    _ciphertexts: list[list[Ciphertext]]
    ballots: int = 0
    weight: int = 0
    shuffled: bool = False
    """Whether the ciphertexts of preferences are what some trustee's shuffle left, in its order."""

    @classmethod
    def empty(cls, election: Election) -> "Tally":
        return cls(
            election.questions,
            [
                [] if place in election.shuffled else [ZERO] * question.size
                for place, question in enumerate(election.questions)
            ],
        )

    @classmethod
    def parse(cls, election: Election, raw: bytes, sized: bytes) -> "Tally":
        """An encrypted tally as published; ValueError if malformed. That it is the ballots' is not checked."""
        size = wire.fields(wire.load(sized), "num_tallied", "total_weight", "encrypted_tally")
        lists = wire.items(wire.load(raw), len(election.questions))
        flat = [question.flat(list_) for question, list_ in zip(election.questions, lists, strict=True)]
        ciphertexts = [[_ciphertext(choice) for choice in choices] for choices in flat]
        return cls(election.questions, ciphertexts, size["num_tallied"], wire.weight_from_json(size["total_weight"]))

    @property
    def ciphertexts(self) -> list[list[Ciphertext]]:
        """Per question, flat. Votes of preference stand sorted until they are shuffled: their order tells nothing."""
        if not self.shuffled:
            for question, choices in zip(self.questions, self._ciphertexts, strict=True):
                if isinstance(question, PreferenceQuestion):
                    choices.sort(key=_little_endian)
        return self._ciphertexts

    def add(self, answers: Sequence[Sequence[Ciphertext]], weight: int) -> None:
        """Count a ballot's answers ``weight`` times. The ballot must have been verified.

        Raises :class:`UsageError` on a vote of preference that weighs more than 1: a list has no room for weights.
        """
        for place, (question, choices) in enumerate(zip(self.questions, answers, strict=True)):
            if isinstance(question, PreferenceQuestion):
                if weight != 1:
                    raise UsageError("votes of preference all weigh the same")
                self._ciphertexts[place].extend(choices)
            else:
                weighed = [choice.times(weight) for choice in choices]
                self._ciphertexts[place] = _sums(self._ciphertexts[place], weighed)
        self.ballots += 1
        self.weight += weight

    def merge(self, other: "Tally") -> None:
        """Add another tally of the same election (of other ballots)."""
        for place, (question, choices) in enumerate(zip(self.questions, other._ciphertexts, strict=True)):
            if isinstance(question, PreferenceQuestion):
                self._ciphertexts[place].extend(choices)
            else:
                self._ciphertexts[place] = _sums(self._ciphertexts[place], choices)
        self.ballots += other.ballots
        self.weight += other.weight

    def mixed(self, lists: Sequence[list[Ciphertext]]) -> "Tally":
        """The same with other ciphertexts for the questions that are shuffled, in the order that they stand in."""
        rest = iter(lists)
        ciphertexts = [
            next(rest) if isinstance(question, PreferenceQuestion) else choices
            for question, choices in zip(self.questions, self._ciphertexts, strict=True)
        ]
        return Tally(self.questions, ciphertexts, self.ballots, self.weight, shuffled=True)

    def to_json(self) -> bytes:
        """``encrypted_tally`` as published."""
        return wire.dump(
            self.nested([[wire.ciphertext_to_json(choice) for choice in choices] for choices in self.ciphertexts])
        )

    def sized_json(self) -> bytes:
        """``sized_encrypted_tally``, the payload of the EncryptedTally event."""
        return wire.dump(
            {
                "num_tallied": self.ballots,
                "total_weight": wire.weight_to_json(self.weight),
                "encrypted_tally": wire.digest(self.to_json()),
            }
        )

    def nested(self, values: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """Something of each ciphertext, as everything published nests it."""
        return [question.nested(of) for question, of in zip(self.questions, values, strict=True)]

    def flat(self, value: Any) -> list[list[Any]]:
        """The reverse; ValueError unless there is something of each ciphertext."""
        return [
            wire.items(question.flat(of), len(choices))
            for question, of, choices in zip(
                self.questions, wire.items(value, len(self.questions)), self._ciphertexts, strict=True
            )
        ]


def _sums(some: Sequence[Ciphertext], others: Sequence[Ciphertext]) -> list[Ciphertext]:
    return [one.plus(other) for one, other in zip(some, others, strict=True)]


def _little_endian(choice: Ciphertext) -> tuple[bytes, bytes]:
    return choice.alpha.raw, choice.beta.raw


def _ciphertext(value: Any) -> Ciphertext:
    """Sums are the identity where nobody voted."""
    members = wire.fields(value, "alpha", "beta")
    return Ciphertext(*(Point.parse(members[name], identity=True) for name in ("alpha", "beta")))


def decrypt(election: Election, tally: Tally, private_key: int) -> bytes:
    """A trustee's ``partial_decryption`` of ``tally``, with a third member, ``joint_proof``.

    The specification hashes what the proof of a factor commits to, and not the factor: whoever commits first can then
    solve for another factor that the proof holds for as well. Where counts are opened this opens no count, and there is
    no result; but every point holds some vote of preference, so that a trustee who decrypts last could try until the
    votes are those that it wants. The joint proof, over a sum of all factors whose weights are hashed from them, allows
    no other factors than the right ones. Other programs pass over the member, and do not make it: what keeps their
    trustees from it is :func:`check_encodings`.

    Who calls this must have recomputed the tally from the ballots: a trustee who decrypts what is handed over opens
    single ballots (specification section 3.4).
    """
    prefix = _prefix(election, base(private_key))
    factors = [[choice.alpha * private_key for choice in choices] for choices in tally.ciphertexts]
    proofs = [
        [wire.proof_to_json(prove_decryption(prefix, choice.alpha, private_key)) for choice in choices]
        for choices in tally.ciphertexts
    ]
    joint_prefix, weights = _joint_statement(election, tally, base(private_key), factors)
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
    progress: Progress | None = None,
) -> Factors:
    """The decryption factors of ``raw``, checked to be those of ``public_key`` for ``tally``.

    ``joint`` tells whether the joint proof must be there (see :func:`decrypt`). Without it the factors of votes of
    preference are whatever the trustee wants, until :func:`check_encodings` has looked at what they open.

    Raises :class:`VerificationError` with a code ``decryption.*``.
    """
    factors, proofs, joint_proof = _read(tally, raw)
    prefix, total = _prefix(election, public_key), sum(map(len, factors))
    verified: Factors = []
    done = 0
    for of_question in zip(factors, proofs, tally.ciphertexts, strict=True):
        verified.append([])
        for one in zip(*of_question, strict=True):
            verified[-1].append(_verified_factor(prefix, public_key, *one))
            done += 1
            if progress is not None and (done % _TOLD_EVERY == 0 or done == total):
                progress(done, total)
    if joint_proof is not None:
        _verify_joint(election, tally, public_key, verified, joint_proof)
    elif joint:
        raise VerificationError("decryption.joint", "it is not there")
    return verified


def factors_of(tally: Tally, raw: bytes) -> Factors:
    """The decryption factors that ``raw`` writes, of which nothing is proved: for what was verified before.

    Raises :class:`VerificationError` (``decryption.format``, ``decryption.point``).
    """
    factors, _, _ = _read(tally, raw)
    return [
        [_factor(factor, choice) for factor, choice in zip(*of_question, strict=True)]
        for of_question in zip(factors, tally.ciphertexts, strict=True)
    ]


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


def _verify_joint(election: Election, tally: Tally, public_key: Point, factors: Factors, proof: Proof) -> None:
    prefix, weights = _joint_statement(election, tally, public_key, factors)
    alpha, factor = _weighed(_alphas(tally), weights), _weighed(chain(*factors), weights)
    try:
        verify_decryption(prefix, alpha, factor, public_key, proof)
    except ValueError as error:
        raise VerificationError("decryption.joint", str(error)) from None


def _joint_statement(election: Election, tally: Tally, public_key: Point, factors: Factors) -> tuple[str, list[int]]:
    """What the joint proof's hash begins with, and 128 bits that each ciphertext is multiplied by: both follow from
    all factors."""
    head = f"egov-joint-decryption|{election.fingerprint}|{public_key.text}|"
    texts = [f"{alpha.text},{factor.text}" for alpha, factor in zip(_alphas(tally), chain(*factors), strict=True)]
    digest = hashlib.sha256((head + ",".join(texts)).encode()).hexdigest()
    hashes = (hashlib.sha256(f"{digest}|{index}".encode()).digest() for index in range(len(texts)))
    return f"{head}{digest}|", [int.from_bytes(hash_[:16], "big") for hash_ in hashes]


def _alphas(tally: Tally) -> list[Point]:
    return [choice.alpha for choices in tally.ciphertexts for choice in choices]


def _weighed(points: Iterable[Point], weights: Sequence[int]) -> Point:
    return sum((point * weight for point, weight in zip(points, weights, strict=True)), start=IDENTITY)


def _factor(text: Any, choice: Ciphertext) -> Point:
    try:
        return Point.parse(text, identity=choice.alpha.is_identity)
    except ValueError as error:
        raise VerificationError("decryption.point", str(error)) from None


def _verified_factor(prefix: str, public_key: Point, factor: Any, proof: Any, choice: Ciphertext) -> Point:
    point = _factor(factor, choice)
    try:
        parsed = Proof(*wire.proof_from_json(proof))
    except ValueError as error:
        raise VerificationError("decryption.format", str(error)) from None
    try:
        verify_decryption(prefix, choice.alpha, point, public_key, parsed)
    except ValueError as error:
        raise VerificationError("decryption.proof", str(error)) from None
    return point


def compute_result(tally: Tally, factors: Factors) -> Result:
    """What the combined decryption ``factors`` open, question by question.

    Counts take about the square root of the total weight in group operations, half a minute at 2^42. Raises
    :class:`UsageError` if some count exceeds the total weight (a decryption is missing, or was not verified).
    """
    logarithm = _Logarithm(tally.weight)
    return [
        [list(decode(point, len(question.answers))) for point in points]
        if isinstance(question, PreferenceQuestion)
        else question.nested([logarithm.of(point) for point in points])
        for question, points in zip(tally.questions, _opened(tally, factors), strict=True)
    ]


def result_to_json(result: Result) -> bytes:
    """``result`` as published."""
    return wire.dump({"result": _written(result)})


def verify_result(tally: Tally, factors: Factors, raw: bytes) -> Result:
    """The published result, checked against the combined decryption factors.

    Raises :class:`VerificationError` (``result.*``).
    """
    points = _opened(tally, factors)
    try:
        result = tally.flat(wire.fields(wire.load(raw), "result")["result"])
        for question, values in zip(tally.questions, result, strict=True):
            if isinstance(question, PreferenceQuestion):
                for vote in values:
                    for number in wire.items(vote, len(question.answers)):
                        wire.integer(number)
            else:
                values[:] = map(wire.weight_from_json, values)
    except ValueError as error:
        raise VerificationError("result.format", str(error)) from None
    for number, (question, values, opened) in enumerate(zip(tally.questions, result, points, strict=True), start=1):
        for value, point in zip(values, opened, strict=True):
            if isinstance(question, PreferenceQuestion):
                holds = tuple(value) == decode(point, len(question.answers))
            else:
                # Equal points mean equal counts only below the group's order; no count can exceed the total weight.
                holds = value <= tally.weight and base(value) == point
            if not holds:
                raise VerificationError("result.value", f"question {number}")
    return tally.nested(result)


def check_encodings(tally: Tally, factors: Factors) -> None:
    """Check that each vote of preference that ``factors`` open is written as :func:`~egov_crypto.encoding.encode` does.

    This stands in for joint proofs that are not there. A trustee who solves for a factor (see :func:`decrypt`) cannot
    choose the point that it opens to. Of the 2^252 points at most 2^168 are encodings of n numbers none of which is
    above the greatest v with (v + 1)^n <= 2^168 (255 up to 21 numbers, 47 of 30): hitting one takes 2^84 tries. Where a
    voter encrypted greater ones, or no encoding, only a joint proof can tell.

    Raises :class:`VerificationError` (``decryption.joint``).
    """
    for number, (question, points) in enumerate(zip(tally.questions, _opened(tally, factors), strict=True), start=1):
        if not isinstance(question, PreferenceQuestion) or not points:
            continue
        size = len(question.answers)
        votes = [decode(point, size) for point in points]
        few = all((max(vote) + 1) ** size <= _TOLD_BY_ENCODING for vote in votes)
        if not few or any(encode(vote) != point for vote, point in zip(votes, points, strict=True)):
            raise VerificationError("decryption.joint", f"it is not there, and question {number} does not tell")


def lot_seed(fingerprint: str, number: int, factors: Sequence[Point]) -> bytes:
    """32 bytes that decide by lot where the votes on a question (the ``number``-th, from 1) leave a tie.

    They come from the combined decryption ``factors`` of its ciphertexts: the same whichever trustees decrypt, not to
    be foretold by whoever shuffles last without the trustees' keys, and recomputed by everybody from the archive.
    """
    texts = ",".join(factor.text for factor in factors)
    return hashlib.sha256(f"egov-lot-v1|{fingerprint}|{number}|{texts}".encode()).digest()


def _opened(tally: Tally, factors: Factors) -> list[list[Point]]:
    """What is left once the factors are taken off: a count times the generator, or the point that holds a vote."""
    return [
        [choice.beta - factor for choice, factor in zip(*of_question, strict=True)]
        for of_question in zip(tally.ciphertexts, factors, strict=True)
    ]


def _written(counts: Any) -> Any:
    return wire.weight_to_json(counts) if isinstance(counts, int) else [_written(one) for one in counts]


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
