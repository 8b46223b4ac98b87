"""A result as a table for spreadsheets: CSV after RFC 4180, a line for each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from egov_participation.spreadsheets import csv_line, harmless
from egov_participation.voting.protocol import percent
from egov_participation.voting.texts import LANGUAGES, Texts
from egov_participation.voting.views import QuestionView, VoteView

BYTE_ORDER_MARK: Final = "\ufeff"
"""By which spreadsheets know that it is UTF-8."""
COLUMNS: Final = (
    "question",
    *(f"question_{lang}" for lang in LANGUAGES),
    "answer",
    *(f"answer_{lang}" for lang in LANGUAGES),
    "votes",
    "of",
    "percent",
)
BLANK: Final = "blank"
"""In the column ``answer``, where the others have their number."""


def to_csv(vote: VoteView) -> bytes | None:
    """The table; None before there is a result."""
    if vote.result is None or vote.weight is None:
        return None
    lines: list[Sequence[str]] = [COLUMNS]
    for number, (question, counts) in enumerate(zip(vote.questions, vote.result, strict=True), 1):
        lines += _lines(number, question, counts, vote.weight)
    return (BYTE_ORDER_MARK + "".join(map(csv_line, lines))).encode()


def _lines(number: int, question: QuestionView, counts: Sequence[int], whole: int) -> Iterator[list[str]]:
    answers = counts[1:] if question.blank else counts
    rows = [
        (str(place), answer, votes)
        for place, (answer, votes) in enumerate(zip(question.answers, answers, strict=True), 1)
    ]
    if question.blank:
        rows.append((BLANK, Texts("", "", ""), counts[0]))
    for name, answer, votes in rows:
        yield [
            str(number), *map(harmless, question.text), name, *map(harmless, answer),
            str(votes), str(whole), percent(votes, whole),
        ]  # fmt: skip
