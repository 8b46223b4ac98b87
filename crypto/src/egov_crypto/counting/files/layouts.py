"""Which columns of a table of ballots say what: for each rank a candidate, for each candidate a rank, or marks."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from egov_crypto.counting.ballots import HIGHEST
from egov_crypto.counting.files.ballot_file import refuse
from egov_crypto.counting.files.marks import Marks
from egov_crypto.errors import UsageError

MOST_NAME: Final = 500
"""Characters of a candidate's name."""
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NOUN: Final = r"(?:choice|rank(?:ing)?|preference|pref)"
_RANK: Final = re.compile(
    rf"(?P<before>\d{{1,2}})(?:st|nd|rd|th)?[\W_]*{_NOUN}|\b(?P<word>{'|'.join(_ORDINALS)})[\W_]*{_NOUN}"
    rf"|{_NOUN}[\W_]*(?P<after>\d{{1,2}})(?:\W*of\W*\d+)?|^(?P<ordinal>\d{{1,2}})(?:st|nd|rd|th)$|^(?P<alone>\d{{1,2}})$",
    re.IGNORECASE | re.ASCII,
)
_MARK: Final = re.compile(
    r"Choice_\d+_\d+:(?P<contest>.*):(?P<rank>\d{1,3}):[^:]*\d:(?P<candidate>[^:]+):[^:]*", re.ASCII
)
"""Of a column with marks for one candidate at one rank, as Clear Ballot's tables have them."""

Rank = tuple[str, ...]
"""Those who are given a rank: nobody, a candidate, or several."""
UNKNOWN: Final[Rank] = ("", "")
"""Several, but the table does not say whom."""
Layout = Callable[[int, Sequence[str]], tuple[Rank, ...]]
"""The ranks of a row, which comes with its number."""


_MARKS: Final = Marks(skips=None)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read; words are compared without regard to case.

    ``columns`` are the names of the ranks' columns, in order; where none are given they are known by their names (“1st
    choice …”, “Choice 2 of 5 …”, “Third preference”, “Rank 3”), of the ``contest`` whose name they contain if the table
    has several. Or the columns from ``first`` to ``last`` (to the end, if that is empty) are candidates, and their
    cells ranks (with commas between several).
    ``weight`` names the column that says how many such ballots there are. ``undervote`` and ``overvote`` are the words
    for a rank that was left out and for one that was given to several, ``marks`` what comes of that; ``parted`` is what
    stands between several in a cell. Candidates in
    ``leave_out`` are passed over. A candidate's second mention never counts.
    """

    columns: tuple[str, ...] = ()
    contest: str = ""
    first: str = ""
    last: str = ""
    weight: str = ""
    parted: str = ""
    undervote: frozenset[str] = frozenset({"undervote", "under vote", "skipped", "blank", "-"})
    overvote: frozenset[str] = frozenset({"overvote", "over vote"})
    marks: Marks = _MARKS
    leave_out: frozenset[str] = frozenset()


def find(line: int, head: Sequence[str], reading: Reading) -> Layout | None:
    """The layout of a table with these names of columns, None if they are none."""
    names = [" ".join(cell.split()) for cell in head]
    if reading.first:
        return _candidates(names, reading)
    if not reading.columns and (marked := _marked(names, reading)):
        return marked
    columns = _told(names, reading) if reading.columns else _known(names, reading, line == 1)
    if not columns:
        return None
    undervote = {"", *(word.casefold() for word in reading.undervote)}
    overvote = {word.casefold() for word in reading.overvote}

    def ranks(number: int, row: Sequence[str]) -> tuple[Rank, ...]:
        found: list[Rank] = []
        for column in columns:
            name = _name(number, row[column] if column < len(row) else "")
            folded = name.casefold()
            if folded in undervote:
                found.append(())
            elif folded in overvote:
                found.append(UNKNOWN)
            else:
                found.append(_several(name, reading.parted))
        return tuple(found)

    return ranks


def _several(name: str, parted: str) -> Rank:
    return tuple(each.strip() for each in name.split(parted) if each.strip()) if parted else (name,)


def _told(names: list[str], reading: Reading) -> list[int]:
    wanted = [_folded(column) for column in reading.columns]
    folded = [name.casefold() for name in names]
    if not set(wanted) & set(folded):
        return []
    if missing := [column for column in wanted if column not in folded]:
        raise UsageError(f"there is no column {missing[0]!r}")
    if twice := [column for column in wanted if folded.count(column) > 1]:
        raise UsageError(f"there are two columns {twice[0]!r}")
    return [folded.index(column) for column in wanted]


def _known(names: list[str], reading: Reading, first: bool) -> list[int]:
    """The columns that their names tell. Bare numbers are names in the ``first`` row alone: below they are ranks."""
    contests: dict[str, dict[int, int]] = {}
    doubled: set[str] = set()
    for place, name in enumerate(names):
        match = _RANK.search(name)
        if match and (first or not match["alone"]):
            contest = " ".join((name[: match.start()] + name[match.end() :]).split())
            word = match["word"]
            rank = _ORDINALS.index(word.casefold()) + 1 if word else int("".join(filter(None, match.groups())))
            if contests.setdefault(contest, {}).setdefault(rank, place) != place:
                doubled.add(contest)
    complete = [name for name, ranked in contests.items() if sorted(ranked) == list(range(1, len(ranked) + 1))]
    chosen = choose(complete, reading)
    if chosen in doubled:
        raise UsageError(
            f"several columns have one rank of {chosen!r}: say which they are, with --rank-column for each"
        )
    return [place for _, place in sorted(contests[chosen].items())] if chosen is not None else []


def choose(contests: list[str], reading: Reading) -> str | None:
    """The contest that is meant: the one of that very name, or the only one with the words in it."""
    chosen = [name for name in contests if name.casefold() == reading.contest.casefold()] or [
        name for name in contests if reading.contest.casefold() in name.casefold()
    ]
    if not reading.contest:
        chosen = contests
    if len(chosen) > 1:
        several = "; ".join(repr(contest) for contest in chosen[:20])
        raise UsageError(f"the table has ranks of several contests, choose one: {several}")
    if contests and not chosen:
        several = "; ".join(repr(contest) for contest in contests[:20])
        raise UsageError(f"no contest's name has {reading.contest!r} in it; there are: {several}")
    return chosen[0] if chosen else None


def _marked(names: list[str], reading: Reading) -> Layout | None:
    found = [(place, match) for place, name in enumerate(names) if (match := _MARK.fullmatch(name))]
    contest = choose(list(dict.fromkeys(match["contest"] for _, match in found)), reading)
    columns = [
        (place, int(match["rank"]) - 1, _name(1, match["candidate"]))
        for place, match in found
        if match["contest"] == contest
    ]
    if not columns:
        return None
    last = max(rank for _, rank, _ in columns)
    if min(rank for _, rank, _ in columns) < 0:
        raise UsageError("ranks are numbered from 1")

    def ranks(number: int, row: Sequence[str]) -> tuple[Rank, ...]:
        groups: list[list[str]] = [[] for _ in range(last + 1)]
        for place, rank, candidate in columns:
            mark = row[place].strip() if place < len(row) else ""
            if mark not in ("", "0", "1"):
                raise refuse(number, f"{mark[:40]!r} is no mark: 1, 0 or nothing")
            if mark == "1":
                groups[rank].append(candidate)
        return tuple(map(tuple, groups))

    return ranks


def _candidates(names: list[str], reading: Reading) -> Layout | None:
    folded = [name.casefold() for name in names]
    if _folded(reading.first) not in folded:
        return None
    start = folded.index(_folded(reading.first))
    end = len(names)
    if reading.last:
        if _folded(reading.last) not in folded[start:]:
            raise UsageError(f"there is no column {reading.last!r} after {reading.first!r}")
        end = folded.index(_folded(reading.last), start) + 1
    columns = [(place, _name(1, name)) for place, name in enumerate(names[:end]) if place >= start and name]
    if twice := [name for name, number in Counter(name for _, name in columns).items() if number > 1]:
        raise UsageError(f"two columns are called {twice[0]!r}: their candidates cannot be told apart")
    blank = {"", "0", *(word.casefold() for word in reading.undervote)}
    overvote = {word.casefold() for word in reading.overvote}

    def ranks(number: int, row: Sequence[str]) -> tuple[Rank, ...]:
        groups: dict[int, list[str]] = {}
        cells = [(row[place] if place < len(row) else "", candidate) for place, candidate in columns]
        for written, candidate in ((each, candidate) for cell, candidate in cells for each in cell.split(",")):
            rank = written.strip().casefold().removesuffix(".0")
            if rank in blank:
                continue
            if not (rank.isascii() and rank.isdecimal() and len(rank) <= 3 and int(rank) <= HIGHEST):
                raise refuse(
                    number, f"{written[:40]!r} is no rank of {candidate}: a number from 1 to {HIGHEST}, or nothing"
                )
            groups.setdefault(int(rank), []).extend(UNKNOWN if candidate.casefold() in overvote else (candidate,))
        return tuple(tuple(groups.get(rank, ())) for rank in range(1, max(groups, default=0) + 1))

    return ranks


def _name(line: int, cell: str) -> str:
    name = " ".join(cell.split())
    if len(name) > MOST_NAME:
        raise refuse(line, f"a name of more than {MOST_NAME} characters")
    return name


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
