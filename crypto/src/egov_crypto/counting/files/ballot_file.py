"""What a file of ballots holds, whatever its format."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from egov_crypto.counting.ballots import HIGHEST, Values
from egov_crypto.errors import UsageError

MOST_BALLOTS: Final = 10**9
"""That one line may stand for; more is a mistake."""


@dataclass(frozen=True, slots=True)
class BallotFile:
    """Ballots by rank, each distinct one with how many there are of it.

    ``seats`` is None where the file does not say. ``withdrawn`` are candidates that the file names and takes back:
    they are in neither ``candidates`` nor ballots. ``notes`` say in sentences what was read otherwise than it stands.
    ``marked`` tells that ranks left out, or given to several, were read as told already.
    """

    candidates: tuple[str, ...]
    ballots: Mapping[Values, int]
    title: str = ""
    seats: int | None = None
    withdrawn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    marked: bool = False


def refuse(line: int, what: str) -> UsageError:
    """An error that names the line."""
    return UsageError(f"line {line}: {what}")


def check_candidates(number: int, line: int) -> None:
    """Raises :class:`UsageError` unless that many candidates can be ranked."""
    if not 1 <= number <= HIGHEST:
        raise refuse(line, f"between 1 and {HIGHEST} candidates can be counted, not {number}")


def ranks(groups: Iterable[Sequence[int]], candidates: int) -> Values:
    """The ballot that ranks each group's candidates (from 0) equally, one group after the other.

    An empty group is a rank that is left out. Who is named twice keeps the first rank.
    """
    values = [0] * candidates
    for rank, group in enumerate(groups, start=1):
        for candidate in group:
            values[candidate] = values[candidate] or rank
    return tuple(values)


def said_twice(number: int) -> tuple[str, ...]:
    """What is to be noted where so many ballots name a candidate twice."""
    said = f"{number} ballots name a candidate twice: the second time is taken as a rank left out"
    return (said,) if number else ()


def told_apart(names: Mapping[Any, str]) -> dict[Any, str]:
    """Names by identifier; where several have the same name, with their identifiers in brackets behind it."""
    often = Counter(names.values())
    apart = {key: name if often[name] == 1 else f"{name} [{key}]" for key, name in names.items()}
    if twice := _twice(tuple(apart.values())):
        raise UsageError(f"two are called {twice!r}: they cannot be told apart")
    return apart


def leave_out(file: BallotFile, left_out: set[int], note: str) -> BallotFile:
    """``file`` without some candidates, with a note that says why."""
    names = tuple(name for c, name in enumerate(file.candidates) if c not in left_out)
    return replace(file, candidates=names, ballots=without(file.ballots, left_out), notes=(*file.notes, note))


def together(files: Mapping[str, BallotFile]) -> BallotFile:
    """The ballots of several files, given by their names, of one contest; candidates are known by theirs.

    Raises :class:`UsageError` if the files speak of several numbers of seats, or one of two candidates by one name.
    """
    if len(files) == 1:
        return next(iter(files.values()))
    found = list(files.values())
    if len({file.seats for file in found}) > 1:
        raise UsageError("the files do not say the same number of seats")
    for name, file in files.items():
        if twice := _twice(file.candidates):
            raise UsageError(f"{name} has two candidates called {twice!r}: they cannot be told apart in other files")
    candidates = sorted({name for file in found for name in file.candidates})
    check_candidates(len(candidates), 1)
    if again := {name for file in found for name in file.withdrawn} & set(candidates):
        raise UsageError(f"{min(again)!r} has withdrawn in one file and not in another")
    place = {name: number for number, name in enumerate(candidates)}
    ballots: Counter[Values] = Counter()
    for file in found:
        columns = [place[name] for name in file.candidates]
        for ballot, number in file.ballots.items():
            values = [0] * len(candidates)
            for column, value in zip(columns, ballot, strict=True):
                values[column] = value
            ballots[tuple(values)] += number
    return replace(
        found[0],
        candidates=tuple(candidates),
        ballots=dict(ballots),
        withdrawn=tuple(dict.fromkeys(name for file in found for name in file.withdrawn)),
        notes=tuple(f"{name}: {note}" for name, file in files.items() for note in file.notes),
        marked=all(file.marked for file in found),
    )


def renamed(file: BallotFile, names: Mapping[str, str]) -> BallotFile:
    """``file`` with its candidates named as ``names`` says of what stands in it; raises :class:`UsageError` if two are
    named the same."""
    called = tuple(names.get(name, name) for name in file.candidates)
    if twice := _twice(called):
        raise UsageError(f"two candidates would be called {twice!r}")
    return replace(file, candidates=called)


def _twice(names: Sequence[str]) -> str | None:
    """One that stands there more than once."""
    return next((name for name, number in Counter(names).items() if number > 1), None)


def without(ballots: Mapping[Values, int], left_out: set[int]) -> dict[Values, int]:
    """The ballots without some candidates; a rank that only they had is closed up."""
    if not left_out:
        return dict(ballots)
    result: Counter[Values] = Counter()
    for ballot, number in ballots.items():
        gone = {ballot[c] for c in left_out} - {rank for c, rank in enumerate(ballot) if c not in left_out}
        kept = [rank for c, rank in enumerate(ballot) if c not in left_out]
        result[tuple(rank - sum(0 < other < rank for other in gone) for rank in kept)] += number
    return dict(result)
