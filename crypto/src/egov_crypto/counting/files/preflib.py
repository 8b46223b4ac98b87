"""Orders in the formats of PrefLib (.soc, .soi, .toc, .toi, .cat), the present one and the one until 2022.

# TITLE: Who leads?               4                   candidates, then one in each line
# ALTERNATIVE NAME 1: Ada         1,Ada
# ALTERNATIVE NAME 2: Bo          …
# …                               20,20,3             sums
12: 2,{1,3}                       12,2,{1,3}          twelve ballots; in braces equal ranks, or one left out
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import MOST_BALLOTS, BallotFile, check_candidates, ranks, refuse
from egov_crypto.errors import UsageError

START: Final = re.compile(
    r"(?:(?:#.*)?\n)*# ALTERNATIVE NAME [0-9]+:|[0-9]+[ \t]*\n[0-9]+[ \t]*,[^\n]*[^\s0-9,{}]", re.ASCII
)
"""How such a file begins."""
_NAME: Final = re.compile(r"# ALTERNATIVE NAME ([0-9]{1,4}):(.*)", re.ASCII)
_TITLE: Final = re.compile(r"# TITLE:(.*)")
_EQUAL: Final = r"(?:[0-9]{1,4}|\{[0-9,\s]*\})"
_ORDER: Final = re.compile(rf"([0-9]{{1,10}})\s*[:,]\s*({_EQUAL}(?:\s*,\s*{_EQUAL})*)?", re.ASCII)
_DIGITS: Final = 4
"""Of a candidate's number."""
_RANK: Final = re.compile(r"[0-9]+|\{[^}]*\}")

_Line = tuple[int, str]


def read(text: str) -> BallotFile:
    """The ballots of ``text``; raises :class:`UsageError` with the line's number."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip())
    names, title, rest = _present(lines) if text.lstrip().startswith("#") else _former(lines)
    check_candidates(len(names), 1)
    place = {number: candidate for candidate, number in enumerate(names)}
    ballots: Counter[Values] = Counter()
    for line, written in rest:
        order = _ORDER.fullmatch(written)
        if order is None:
            raise refuse(line, "not an order (12: 2,{1,3})")
        number = int(order[1])
        if number > MOST_BALLOTS:
            raise refuse(line, f"{number} ballots are too many")
        written_groups = [re.findall("[0-9]+", group) for group in _RANK.findall(order[2] or "")]
        if long := [each for group in written_groups for each in group if len(each) > _DIGITS]:
            raise refuse(line, f"there is no candidate {long[0][:40]}")
        groups = [[int(each) for each in group] for group in written_groups]
        named = [each for group in groups for each in group]
        if unknown := [each for each in named if each not in place]:
            raise refuse(line, f"there is no candidate {unknown[0]}")
        if len(set(named)) != len(named):
            raise refuse(line, "a candidate is named twice")
        ballots[ranks(([place[each] for each in group] for group in groups), len(names))] += number
    return BallotFile(tuple(names.values()), dict(ballots), title)


def _present(lines: Iterator[_Line]) -> tuple[dict[int, str], str, list[_Line]]:
    names: dict[int, str] = {}
    title = ""
    rest = []
    for line, written in lines:
        if not written.startswith("#"):
            rest.append((line, written))
        elif match := _NAME.fullmatch(written):
            names[int(match[1])] = " ".join(match[2].split()) or match[1]
        elif match := _TITLE.fullmatch(written):
            title = " ".join(match[1].split())
    return names, title, rest


def _former(lines: Iterator[_Line]) -> tuple[dict[int, str], str, list[_Line]]:
    first, candidates = next(lines, (1, ""))
    if not re.fullmatch("[0-9]{1,4}", candidates):
        raise refuse(first, "a PrefLib file begins with the number of candidates")
    names: dict[int, str] = {}
    for _ in range(int(candidates)):
        line, written = next(lines, (first, ""))
        number, comma, name = written.partition(",")
        if not (comma and re.fullmatch("[0-9]{1,4}", number) and name.strip()):
            raise refuse(line, "a candidate's number and name are wanted")
        names[int(number)] = " ".join(name.split())
    if next(lines, None) is None:
        raise UsageError("the file ends before its ballots")
    return names, "", list(lines)
