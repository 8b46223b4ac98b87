"""Cast-vote records: a table with one ballot in each row, and one column for each rank."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import MOST_BALLOTS, BallotFile, check_candidates, ranks, refuse
from egov_crypto.errors import UsageError

MOST_NAME: Final = 500
"""Characters of a candidate's name."""
_HEADS: Final = 20
"""Rows among which the one with the columns' names is sought."""
_RANK: Final = re.compile(
    r"(?:(?P<before>\d{1,2})(?:st|nd|rd|th)?\W*(?:choice|rank(?:ing)?|preference|pref)"
    r"|(?:choice|rank(?:ing)?|preference|pref)\W*(?P<after>\d{1,2})(?:\W*of\W*\d+)?|^(?P<alone>\d{1,2})$)",
    re.IGNORECASE | re.ASCII,
)
_COUNT: Final = frozenset({"count", "weight", "ballots", "votes", "number of ballots", "num"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read; words are compared without regard to case.

    ``columns`` are the names of the ranks' columns, in order; where none are given they are known by their names (“1st
    choice …”, “Choice 2 of 5 …”, “Rank 3”), of the ``contest`` whose name they contain if the table has several.
    ``weight`` names the column that says how many such ballots there are. ``undervote`` and ``overvote`` are the words
    for a rank that was left out and for one that was given to several; ``overvote_ends`` tells whether the ballot ends
    there or goes on with the next rank. ``skips`` is how many ranks in a row may be left out before the ballot ends
    (None: any number). Candidates in ``leave_out`` are passed over. A candidate's second mention never counts.
    """

    columns: tuple[str, ...] = ()
    contest: str = ""
    weight: str = ""
    undervote: frozenset[str] = frozenset({"undervote", "under vote", "skipped", "blank", "-"})
    overvote: frozenset[str] = frozenset({"overvote", "over vote"})
    overvote_ends: bool = True
    skips: int | None = None
    leave_out: frozenset[str] = frozenset()


def read(rows: Iterable[Sequence[str]], reading: Reading, title: str = "") -> BallotFile:
    """The ballots of a table; raises :class:`UsageError` with the row's number."""
    numbered = enumerate(rows, start=1)
    head: Sequence[str] = ()
    columns: list[int] = []
    for line, head in numbered:
        if columns := _columns(head, reading):
            break
        if line == _HEADS:
            break
    if not columns:
        raise UsageError(f"none of the first {_HEADS} rows names columns for ranks; say which they are")
    weight = _weight(head, reading)
    counts: Counter[tuple[str, ...]] = Counter()
    for line, row in numbered:
        if not any(cell.strip() for cell in row):
            continue
        names = tuple(_name(line, row[column] if column < len(row) else "") for column in columns)
        counts[names] += _number(line, row[weight] if weight < len(row) else "") if weight >= 0 else 1
    return _sorted_out(counts, reading, title)


def _columns(head: Sequence[str], reading: Reading) -> list[int]:
    """The places of the ranks' columns in a row of names, none if it is not one."""
    names = [" ".join(cell.split()) for cell in head]
    if reading.columns:
        folded = [name.casefold() for name in names]
        wanted = [" ".join(column.split()).casefold() for column in reading.columns]
        if not set(wanted) & set(folded):
            return []
        if missing := [column for column in wanted if column not in folded]:
            raise UsageError(f"there is no column {missing[0]!r}")
        return [folded.index(column) for column in wanted]
    contests: dict[str, dict[int, int]] = {}
    for place, name in enumerate(names):
        if match := _RANK.search(name):
            contest = " ".join((name[: match.start()] + name[match.end() :]).split())
            rank = int(match["before"] or match["after"] or match["alone"])
            contests.setdefault(contest, {}).setdefault(rank, place)
    chosen = [
        contest
        for contest, ranked in contests.items()
        if reading.contest.casefold() in contest.casefold() and sorted(ranked) == list(range(1, len(ranked) + 1))
    ]
    if len(chosen) > 1:
        several = "; ".join(repr(contest) for contest in chosen[:20])
        raise UsageError(f"the table has ranks of several contests, choose one: {several}")
    return [place for _, place in sorted(contests[chosen[0]].items())] if chosen else []


def _weight(head: Sequence[str], reading: Reading) -> int:
    """The place of the column of numbers of ballots, -1 if there is none."""
    names = [" ".join(cell.split()).casefold() for cell in head]
    if reading.weight:
        wanted = " ".join(reading.weight.split()).casefold()
        if wanted not in names:
            raise UsageError(f"there is no column {reading.weight!r}")
        return names.index(wanted)
    return next((place for place, name in enumerate(names) if name in _COUNT), -1)


def _name(line: int, cell: str) -> str:
    name = " ".join(cell.split())
    if len(name) > MOST_NAME:
        raise refuse(line, f"a name of more than {MOST_NAME} characters")
    return name


def _number(line: int, cell: str) -> int:
    text = cell.strip().removesuffix(".0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= MOST_BALLOTS):
        raise refuse(line, f"{cell[:40]!r} does not say how many ballots there are")
    return int(text)


def _sorted_out(counts: Counter[tuple[str, ...]], reading: Reading, title: str) -> BallotFile:
    undervote = {"", *(word.casefold() for word in reading.undervote)}
    overvote = {word.casefold() for word in reading.overvote}
    leave_out = {word.casefold() for word in reading.leave_out}
    every = {name for names in counts for name in names}
    candidates = sorted(name for name in every if name.casefold() not in undervote | overvote | leave_out)
    check_candidates(len(candidates), 1)
    place = {name: number for number, name in enumerate(candidates)}
    ballots: Counter[Values] = Counter()
    ended = {"with a rank given to several": 0, "with too many ranks left out": 0}
    for names, number in counts.items():
        clear: list[int] = []
        skipped = 0
        for name in names:
            folded = name.casefold()
            if folded in overvote and reading.overvote_ends:
                ended["with a rank given to several"] += number
                break
            if folded in undervote:
                skipped += 1
                continue
            if reading.skips is not None and skipped > reading.skips:
                ended["with too many ranks left out"] += number
                break
            skipped = 0
            if name in place and place[name] not in clear:
                clear.append(place[name])
        ballots[ranks(([c] for c in clear), len(candidates))] += number
    notes = tuple(f"{number} ballots end {how}" for how, number in ended.items() if number)
    return BallotFile(tuple(candidates), dict(ballots), title, notes=notes)
