"""Scottish ballots as they circulate in tables of comma-separated values.

6,3,                                   six candidates, three seats
113,5,3,4,                             113 ballots: first the fifth candidate, then the third, then the fourth
"Candidate 1","Robin B","Labour",      names in the candidates' order
"Ward 5",                              the title
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import MOST_BALLOTS, BallotFile, check_candidates, ranks, refuse
from egov_crypto.errors import UsageError

START: Final = re.compile(r"\s*[0-9]+,[0-9]+,*[ \t]*\r?\n(?:[0-9]+,[0-9]|\"?Candidate )", re.ASCII)
"""How such a file begins."""
_NUMBER: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_CANDIDATE: Final = re.compile(r"Candidate\s+([0-9]{1,3})", re.ASCII | re.IGNORECASE)


def read(rows: Iterable[Sequence[str]]) -> BallotFile:
    """The ballots of a table; raises :class:`UsageError` with the row's number."""
    numbered = ((number, _cells(row)) for number, row in enumerate(rows, start=1))
    filled = ((number, row) for number, row in numbered if row)
    line, head = next(filled, (1, []))
    if len(head) != 2 or not all(map(_NUMBER.fullmatch, head)) or head[1] == "0":
        raise refuse(line, "such a table begins with the numbers of candidates and of seats")
    candidates, seats = map(int, head)
    check_candidates(candidates, line)
    ballots: Counter[Values] = Counter()
    names: list[str] = []
    title = ""
    for line, row in filled:
        if _NUMBER.fullmatch(row[0]):
            if names:
                raise refuse(line, "ballots come before the candidates")
            ballots[_ballot(line, row, candidates)] += int(row[0])
        elif match := _CANDIDATE.fullmatch(row[0]):
            if int(match[1]) != len(names) + 1:
                raise refuse(line, f"candidate {len(names) + 1} is wanted here")
            names.append(" ".join(" ".join(row[1:]).split()) or row[0])
        else:
            title = title or " ".join(row[0].replace('"', " ").split())
    if len(names) != candidates:
        raise UsageError(f"{len(names)} names for {candidates} candidates")
    return BallotFile(tuple(names), dict(ballots), title, seats)


def _cells(row: Sequence[str]) -> list[str]:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _ballot(line: int, row: list[str], candidates: int) -> Values:
    named = [each for each in row[1:] if each]
    if not all(_NUMBER.fullmatch(each) and 1 <= int(each) <= candidates for each in named):
        raise refuse(line, f"candidates are numbered from 1 to {candidates}")
    if len({int(each) for each in named}) != len(named):
        raise refuse(line, "a candidate is named twice")
    if int(row[0]) > MOST_BALLOTS:
        raise refuse(line, f"{row[0]} ballots are too many")
    return ranks(([int(each) - 1] if each else [] for each in row[1:]), candidates)
