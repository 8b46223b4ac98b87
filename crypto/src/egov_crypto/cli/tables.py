"""Files for spreadsheets and for counting programs that a site publishes of a result, held against the archive."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.asked import as_asked
from egov_crypto.counting import Method
from egov_crypto.counting.files import blt
from egov_crypto.counting.files.ballot_file import BallotFile
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.tally import Result
from egov_crypto.verify import Verified

csv.field_size_limit(1 << 24)

Row = tuple[Any, ...]

_TEXTS: Final = ("question", "list", "answer")
_HEAD: Final = (
    *(name for text in _TEXTS for name in (text, *(f"{text}_{language}" for language in statement.LANGUAGES))),
    "votes", "of", "percent", "elected",
)  # fmt: skip
_OF_LINE: Final = 4 * len(_HEAD) + 8
"""Bytes of a line beside its texts: quotes, apostrophe and comma of each cell; its end, or the mark of UTF-8."""
_NO_TEXT: Final = dict.fromkeys(statement.LANGUAGES, "")


def result_rows(result: Result, verified: Verified) -> Iterator[Row]:
    """Of each answer: number of the question, of the list (None: no lists), of the answer (None: blank, or the list),
    votes, of all, percent, and whether it is elected or wins (None where votes are told)."""
    whole = verified.tally.weight
    for place, (question, counts) in enumerate(zip(verified.election.questions, result, strict=True)):
        number = place + 1
        if isinstance(question, ListsQuestion):
            for of, votes in enumerate(counts, 1):
                yield from (_votes(number, of, answer or None, each, whole) for answer, each in enumerate(votes))
        elif isinstance(question, PreferenceQuestion):
            outcome = verified.outcome(place)
            for answer in range(len(question.answers)):
                yield number, None, answer + 1, None, None, None, outcome and answer in outcome.winners
        else:
            answers: list[tuple[int | None, int]] = list(enumerate(counts[question.blank :], 1))
            for of_answer, votes in [*answers, (None, counts[0])] if question.blank else answers:
                yield _votes(number, None, of_answer, votes, whole)


def _votes(number: int, list_: int | None, answer: int | None, votes: int, whole: int) -> Row:
    percent = float(round(Fraction(100 * votes, whole), 2)) if whole else 0.0
    return number, list_, answer, votes, whole, percent, None


def check_result(raw: bytes, result: Result, verified: Verified) -> None:
    """Check that ``raw`` is the table of this ``result``: its numbers, and all texts as the election has them.

    Raises :class:`VerificationError` (``count.result``).
    """
    _hold(raw, _result(result, verified), "count.result")


def result_size(result: Result, verified: Verified) -> int:
    """How many bytes the table of this ``result`` may take: each line repeats the question's texts."""
    lines = ("".join(cells) for cells in _result(result, verified))
    return sum(_OF_LINE + 2 * len(line.encode()) for line in lines)  # quotes within a text are doubled


def _result(result: Result, verified: Verified) -> list[Sequence[str]]:
    asked = [as_asked(question) for question in verified.election.questions]
    return [_HEAD, *(_cells(asked[row[0] - 1], row) for row in result_rows(result, verified))]


def _cells(asked: dict[str, Any], row: Row) -> list[str]:
    number, list_, answer, votes, whole, percent, elected = row
    of_list = asked["lists"][list_ - 1] if list_ else None
    name = _NO_TEXT
    if answer:
        name = of_list["candidates"][answer - 1] if of_list else asked["answers"][answer - 1]
    return [
        str(number), *asked["question"].values(),
        _written(list_), *(of_list["name"] if of_list else _NO_TEXT).values(),
        "blank" if list_ is None and answer is None else _written(answer), *name.values(),
        _written(votes), _written(whole), "" if percent is None else f"{percent:.2f}", _written(elected).lower(),
    ]  # fmt: skip


def _written(value: int | None) -> str:
    return "" if value is None else str(value)


def check_ballots(raw: bytes, question: PreferenceQuestion, ballots: Sequence[Sequence[int]]) -> None:
    """Check that ``raw`` is a table of exactly these ``ballots``, in the archive's order: a line each, a column for
    each answer.

    Raises :class:`VerificationError` (``count.ballots``).
    """
    lines = (["" if not value else str(value) for value in ballot] for ballot in ballots)
    _hold(raw, [question.answers, *lines], "count.ballots")


def check_blt(raw: bytes, question: PreferenceQuestion, ballots: Iterable[Sequence[int]]) -> None:
    """Check that ``raw`` is a BLT file of exactly these ``ballots``, however it is spaced and ordered.

    Raises :class:`VerificationError` (``count.ballots``).
    """
    method = Method.of(question.extra)
    counted = Counter(tuple(ballot) for ballot in ballots)
    seats = 1 if method is None else method.seats
    expected = blt.write(BallotFile(question.answers, counted, question.question, seats))
    if raw == expected:
        return
    try:
        same = blt.read(raw.decode("utf-8")) == blt.read(expected.decode())
    except (UsageError, ValueError) as error:
        raise VerificationError("count.ballots", f"BLT: {error}"[:200]) from None
    if not same:
        raise VerificationError("count.ballots", "BLT: something else than the archive has")


def _hold(raw: bytes, expected: Sequence[Sequence[str]], code: str) -> None:
    """Hold a CSV against its cells, of which texts may have an apostrophe before them, so that they are no formulas."""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (ValueError, csv.Error) as error:
        raise VerificationError(code, f"CSV: {error}"[:200]) from None
    for number, (row, wanted) in enumerate(zip(rows, expected, strict=False), 1):
        if len(row) != len(wanted) or any(
            cell not in (text, f"'{text}") for cell, text in zip(row, wanted, strict=True)
        ):
            raise VerificationError(code, f"CSV: row {number} says something else than the archive")
    if len(rows) != len(expected):
        raise VerificationError(code, f"CSV: {len(rows)} rows, the archive gives {len(expected)}")
