"""The ballots of a ranking or grading as files: JSON, a table for spreadsheets, and BLT for programs that count.

They say the same; the archive's Result event is what they come from. Names stand there as in the election itself.
"""

from __future__ import annotations

import json
from collections import Counter

from egov_crypto.counting import Method
from egov_crypto.counting.files import blt
from egov_crypto.counting.files.ballot_file import BallotFile
from egov_participation.spreadsheets import csv_line, harmless
from egov_participation.voting.result_file import BYTE_ORDER_MARK
from egov_participation.voting.service.counted import Listed


def to_json(listed: Listed) -> bytes:
    """``{"uuid": …, "question": 1, "answers": […], "ballots": [[1, 2, 0], …]}``, compact."""
    value = {
        "uuid": listed.uuid,
        "question": listed.number,
        "answers": listed.question.answers,
        "ballots": listed.ballots,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_csv(listed: Listed) -> bytes:
    """A line for each ballot and a column for each answer, which has its rank or grade; empty where none is given."""
    lines = [csv_line(map(harmless, listed.question.answers))]
    lines += [csv_line(str(value or "") for value in ballot) for ballot in listed.ballots]
    return (BYTE_ORDER_MARK + "".join(lines)).encode()


def to_blt(listed: Listed) -> bytes | None:
    """As `egov-count` and other programs read rankings; None of grades, which are no ranks."""
    method = Method.of(listed.question.extra)
    if method is not None and method.graded:
        return None
    seats = 1 if method is None else method.seats
    file = BallotFile(listed.question.answers, Counter(listed.ballots), listed.question.question, seats)
    return blt.write(file)
