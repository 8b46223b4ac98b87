"""A result as a table for spreadsheets: CSV after RFC 4180, a line for each answer, list or candidate."""

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
    "list",
    *(f"list_{lang}" for lang in LANGUAGES),
    "answer",
    *(f"answer_{lang}" for lang in LANGUAGES),
    "votes",
    "of",
    "percent",
    "elected",
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
    nothing = dict.fromkeys(LANGUAGES, "")
    of_list, answer = row["list_text"] or nothing, row["answer_text"] or nothing
    number = BLANK if row["answer"] is None and row["list"] is None else _written(row["answer"])
    share = "" if row["votes"] is None else percent(row["votes"], row["of"])
    return [
        str(row["question"]), *map(harmless, row["question_text"].values()),
        _written(row["list"]), *map(harmless, of_list.values()), number, *map(harmless, answer.values()),
        _written(row["votes"]), _written(row["of"]), share, _written(row["elected"]).lower(),
    ]  # fmt: skip


def _written(value: int | bool | None) -> str:
    return "" if value is None else str(value)
