"""What the decryptions open: the result, and the seeds of lots (specification section 4.21)."""

import hashlib
from collections.abc import Iterator, Sequence
from math import isqrt
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.encoding import decode, encode
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import IDENTITY, Point, base
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.tally.ciphertexts import Factors, Result, Tally
from egov_crypto.workers import Workers, shared

_TOLD_BY_ENCODING: Final = 2**168
"""Of so many votes that there can be at most, the encoding tells whether one was decrypted rightly."""
_CHUNK: Final = 64
"""Votes that one process takes at a time."""

_Vote = tuple[tuple[int, ...], Point]


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


def check_encodings(tally: Tally, factors: Factors, *, jobs: int | Workers = 1) -> None:
    """Check that each vote of preference that ``factors`` open is written as :func:`~egov_crypto.encoding.encode` does.

    This stands in for joint proofs that are not there. A trustee who solves for a factor (see
    :func:`~egov_crypto.tally.decrypt`) cannot choose the point that it opens to. Of the 2^252 points at most 2^168 are
    encodings of n numbers none of which is above the greatest v with (v + 1)^n <= 2^168 (255 up to 21 numbers, 47 of
    30): hitting one takes 2^84 tries. Where a voter encrypted greater ones, or no encoding, only a joint proof can
    tell.

    Raises :class:`VerificationError` (``decryption.joint``).
    """
    with shared(jobs, sum(map(len, factors)) // _CHUNK) as workers:
        for number, (question, points) in enumerate(zip(tally.questions, _opened(tally, factors), strict=True), 1):
            if not isinstance(question, PreferenceQuestion) or not points:
                continue
            size = len(question.answers)
            votes = [decode(point, size) for point in points]
            few = all((max(vote) + 1) ** size <= _TOLD_BY_ENCODING for vote in votes)
            if not few or not all(workers.map(_are_encodings, _chunks(list(zip(votes, points, strict=True))))):
                raise VerificationError("decryption.joint", f"it is not there, and question {number} does not tell")


def _chunks(votes: Sequence[_Vote]) -> Iterator[Sequence[_Vote]]:
    for start in range(0, len(votes), _CHUNK):
        yield votes[start : start + _CHUNK]


def _are_encodings(votes: Sequence[_Vote]) -> bool:
    return all(encode(vote) == point for vote, point in votes)


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
