"""What ballots say: which are blank, which are invalid, and which preferences are clear."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from egov_crypto.counting.method import Method, MethodType
from egov_crypto.errors import UsageError

HIGHEST: Final = 255
"""The highest value that a ballot can give to a candidate."""

Values = tuple[int, ...]
"""A ballot: for each candidate the rank (1 first) or the grade (1 best), 0 where none is given."""


@dataclass(slots=True)
class Profile:
    """All ballots of a count, each distinct one once, with how many there are of it.

    ``valid`` is in the order of the values: for a single transferable vote and for instant runoff the candidates in
    the order of preference, for the other methods the ballot as it is. ``shared`` are more of them, with all candidates
    of each rank: such ballots give a rank to several, and count there for the one of them who continues.
    """

    valid: dict[Values, int]
    blank: int = 0
    invalid: int = 0
    shared: dict[tuple[Values, ...], int] = field(default_factory=dict)
    ballots: int = field(init=False)

    def __post_init__(self) -> None:
        self.ballots = self.blank + self.invalid + self.counted

    @property
    def counted(self) -> int:
        """How many ballots are valid and not blank."""
        return sum(self.valid.values()) + sum(self.shared.values())


def prepare(
    method: Method,
    candidates: int,
    ballots: Iterable[Sequence[int]] | Mapping[Values, int],
    share: bool = False,
) -> Profile:
    """Sort ballots (or a mapping of ballots to how many there are) by the public rules of ``method``.

    A ballot that gives nothing is blank, or invalid where the method has no blank votes. A grade that there is not
    makes the ballot invalid. Where preferences are transferred, a ballot without a clear first one is invalid. With
    ``share`` a later rank that is given to several does not end it (some cities' law; no vote here is counted so).

    Raises :class:`UsageError` on a ballot of another length, and on values outside 0 … 255.
    """
    if candidates < 1:
        raise UsageError("nothing to count: there are no candidates")
    given = ballots if isinstance(ballots, Mapping) else Counter(tuple(ballot) for ballot in ballots)
    transferred = method.type in {MethodType.STV, MethodType.IRV}
    sorted_: Counter[Values] = Counter()
    shared: Counter[tuple[Values, ...]] = Counter()
    blank = invalid = 0
    for ballot, number in given.items():
        if len(ballot) != candidates or not all(type(value) is int and 0 <= value <= HIGHEST for value in ballot):
            raise UsageError(f"a ballot is {candidates} numbers, each between 0 and {HIGHEST}")
        if type(number) is not int or number < 0:
            raise UsageError("a ballot is counted a whole number of times")
        what = preferences(ballot) if transferred else ballot
        if not any(ballot):
            if method.blank:
                blank += number
            else:
                invalid += number
        elif not what or (method.graded and max(ballot) > len(method.grades)):
            invalid += number
        elif share and transferred and len(ranked := _ranked(ballot)) > len(what):
            shared[ranked] += number
        elif number:
            sorted_[what] += number
    return Profile(dict(sorted(sorted_.items())), blank, invalid, dict(shared))


def preferences(ballot: Sequence[int]) -> Values:
    """The candidates that ``ballot`` prefers, the first one first, as far as that is clear.

    It is clear up to the first rank that is given to no candidate or to several: the Scottish rules' "next available
    preference" ends there (Scottish Local Government Elections Order 2011, schedule 1, rules 44 and 46).
    """
    at: dict[int, int] = {}
    several = set()
    for candidate, rank in enumerate(ballot):
        if rank in at:
            several.add(rank)
        at[rank] = candidate
    clear = []
    rank = 1
    while rank in at and rank not in several:
        clear.append(at[rank])
        rank += 1
    return tuple(clear)


def _ranked(ballot: Sequence[int]) -> tuple[Values, ...]:
    """All candidates of each rank, up to the first one that is given to nobody."""
    at: dict[int, list[int]] = {}
    for candidate, rank in enumerate(ballot):
        at.setdefault(rank, []).append(candidate)
    ranked: list[Values] = []
    while len(ranked) + 1 in at:
        ranked.append(tuple(at[len(ranked) + 1]))
    return tuple(ranked)
