"""Cast-vote records: a table with one ballot in each row."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files import layouts
from egov_crypto.counting.files.ballot_file import MOST_BALLOTS, BallotFile, check_candidates, ranks, refuse
from egov_crypto.counting.files.layouts import Layout, Rank, Reading
from egov_crypto.counting.files.marks import Overvotes, clear, notes
from egov_crypto.errors import UsageError

_HEADS: Final = 20
"""Rows among which the one with the columns' names is sought."""
_COUNT: Final = frozenset({"count", "weight", "ballots", "votes", "number of ballots", "num"})


def read(rows: Iterable[Sequence[str]], reading: Reading, title: str = "") -> BallotFile:
    """The ballots of a table; raises :class:`UsageError` with the row's number."""
    numbered = enumerate(rows, start=1)
    head: Sequence[str] = ()
    layout: Layout | None = None
    for line, head in numbered:
        if layout := layouts.find(line, head, reading):
            break
        if line == _HEADS:
            break
    if layout is None:
        which = "--rank-column for each, or --candidates-from where each candidate has a column"
        what = f"a column {reading.first!r}" if reading.first else f"columns for ranks; say which they are: {which}"
        raise UsageError(f"none of the first {_HEADS} rows names {what}")
    weight = _weight(head, reading)
    counts: Counter[tuple[Rank, ...]] = Counter()
    for line, row in numbered:
        if not any(cell.strip() for cell in row):
            continue
        number = _number(line, row[weight] if weight < len(row) else "") if weight >= 0 else 1
        counts[layout(line, row)] += number
    return sorted_out(counts, reading, title)


def _weight(head: Sequence[str], reading: Reading) -> int:
    """The place of the column of numbers of ballots, -1 if there is none."""
    names = [" ".join(cell.split()).casefold() for cell in head]
    if reading.weight:
        wanted = " ".join(reading.weight.split()).casefold()
        if wanted not in names:
            raise UsageError(f"there is no column {reading.weight!r}")
        return names.index(wanted)
    return next((place for place, name in enumerate(names) if name in _COUNT), -1)


def _number(line: int, cell: str) -> int:
    text = cell.strip().removesuffix(".0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= MOST_BALLOTS):
        raise refuse(line, f"{cell[:40]!r} does not say how many ballots there are")
    return int(text)


def sorted_out(counts: Counter[tuple[Rank, ...]], reading: Reading, title: str) -> BallotFile:
    """The ballots that rank so, with how many there are of each, read as ``reading`` tells."""
    leave_out = {word.casefold() for word in reading.leave_out}
    every = {name for ranked in counts for names in ranked for name in names if name}
    candidates = sorted(name for name in every if name.casefold() not in leave_out)
    check_candidates(len(candidates), 1)
    place = {name: number for number, name in enumerate(candidates)}
    if reading.marks.overvotes is Overvotes.CONTINUING and any("" in names for ranked in counts for names in ranked):
        raise UsageError("the table does not say to whom a rank was given where it was given to several")
    ballots: Counter[Values] = Counter()
    ended: Counter[str] = Counter()
    for ranked, number in counts.items():
        groups, why = clear(([place.get(name, -1) for name in names] for names in ranked), reading.marks)
        ended[why] += number
        ballots[_ballot(groups, len(candidates))] += number
    return BallotFile(tuple(candidates), dict(ballots), title, notes=notes(ended), marked=True)


def _ballot(groups: Iterable[Sequence[int]], candidates: int) -> Values:
    """The ballot without those who are left out (-1) and without second mentions."""
    seen = {-1}
    kept = []
    for group in groups:
        if fresh := [candidate for candidate in group if candidate not in seen]:
            kept.append(fresh)
            seen.update(fresh)
    return ranks(kept, candidates)
