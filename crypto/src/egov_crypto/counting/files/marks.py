"""How the marks of a ballot are read where votes are transferred: ranks that are left out, or given to several.

That is a matter of each place's law. The Scottish rules end a ballot at either.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from egov_crypto.counting.ballots import Values
from egov_crypto.counting.files.ballot_file import BallotFile, ranks


class Overvotes(StrEnum):
    """What becomes of a ballot at a rank that is given to several candidates."""

    END = "end"
    """It ends there."""
    NEXT = "next"
    """It goes on with the next rank."""
    CONTINUING = "continuing"
    """It counts for the one of them who continues; if several do, it ends, and if none, it goes on."""
    EQUAL = "equal"
    """They are equal; for methods that compare candidates."""


@dataclass(frozen=True, slots=True)
class Marks:
    """``skips`` is how many ranks in a row may be left out before the ballot ends, None: any number."""

    overvotes: Overvotes = Overvotes.END
    skips: int | None = 0


ENDINGS = ("with a rank given to several", "with too many ranks left out")
"""Why ballots end."""


def clear(groups: Iterable[Sequence[int]], marks: Marks) -> tuple[list[Sequence[int]], str]:
    """Those groups of equal candidates that count, without gaps, and why the ballot ended, if it did.

    A group of several is among them only where it counts for the one who continues.
    """
    found: list[Sequence[int]] = []
    skipped = 0
    for group in groups:
        if not group:
            skipped += 1
            continue
        if marks.skips is not None and skipped > marks.skips:
            return found, ENDINGS[1]
        skipped = 0
        if len(group) > 1 and marks.overvotes is Overvotes.END:
            return found, ENDINGS[0]
        if len(group) == 1 or marks.overvotes is not Overvotes.NEXT:
            found.append(group)
    return found, ""


def notes(ended: Mapping[str, int]) -> tuple[str, ...]:
    """What is to be said about ballots that ended."""
    return tuple(f"{ended[why]} ballots end {why}" for why in ENDINGS if ended.get(why))


def read_again(file: BallotFile, marks: Marks) -> BallotFile:
    """``file`` with its ranks as ``marks`` has them."""
    ballots: Counter[Values] = Counter()
    ended: Counter[str] = Counter()
    for ballot, number in file.ballots.items():
        groups: list[list[int]] = [[] for _ in range(max(ballot, default=0))]
        for candidate, rank in enumerate(ballot):
            if rank:
                groups[rank - 1].append(candidate)
        found, why = clear(groups, marks)
        ended[why] += number
        ballots[ranks(found, len(ballot))] += number
    return replace(file, ballots=dict(ballots), notes=(*file.notes, *notes(ended)))
