"""A result as a table for spreadsheets: CSV after RFC 4180, a line for each answer."""

from __future__ import annotations

from typing import Final

from egov_participation.spreadsheets import csv_line, harmless
from egov_participation.voting.data import Json, results_as_json
from egov_participation.voting.protocol import percent
from egov_participation.voting.texts import LANGUAGES
from egov_participation.voting.views import VoteView

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
    lines = [csv_line(COLUMNS), *(csv_line(_cells(row)) for row in results_as_json(vote))]
    return (BYTE_ORDER_MARK + "".join(lines)).encode()


def _cells(row: Json) -> list[str]:
    number = BLANK if row["answer"] is None else str(row["answer"])
    answer: dict[str, str] = row["answer_text"] or dict.fromkeys(LANGUAGES, "")
    return [
        str(row["question"]), *map(harmless, row["question_text"].values()), number, *map(harmless, answer.values()),
        str(row["votes"]), str(row["of"]), percent(row["votes"], row["of"]),
    ]  # fmt: skip
