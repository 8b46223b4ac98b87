"""Candidates compared two by two: the Condorcet winner, and Schulze's method."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from egov_crypto.counting.ballots import HIGHEST, Profile, Values
from egov_crypto.counting.lot import Seed, draw
from egov_crypto.counting.outcome import Lot, Pairwise, Purpose, placed

_LAST: Final = HIGHEST + 1
"""The rank of candidates that a ballot does not rank: equal among themselves, behind all that it ranks."""

Table = tuple[tuple[int, ...], ...]
Path = tuple[int, int] | None
Paths = tuple[tuple[Path, ...], ...]


def compare(profile: Profile, candidates: int) -> Table:
    """``table[a][b]``: how many ballots rank a before b. Equal ranks count for neither."""
    table = [[0] * candidates for _ in range(candidates)]
    for ballot, number in profile.valid.items():
        for a, behind in before(ballot):
            row = table[a]
            for b in behind:
                row[b] += number
    return tuple(tuple(row) for row in table)


def before(ballot: Values) -> list[tuple[int, list[int]]]:
    """Each candidate that ``ballot`` ranks, with all those behind it."""
    ranks = [rank or _LAST for rank in ballot]
    order = sorted(range(len(ballot)), key=ranks.__getitem__)
    pairs = []
    for place, a in enumerate(order):
        if not ballot[a]:
            break
        after = place + 1
        while after < len(order) and ranks[order[after]] == ranks[a]:
            after += 1
        pairs.append((a, order[after:]))
    return pairs


def condorcet(profile: Profile, candidates: int) -> tuple[tuple[int, ...], Pairwise]:
    """The candidate that beats every other one, if there is one."""
    table = compare(profile, candidates)
    others = range(candidates)
    winners = [a for a in others if all(table[a][b] > table[b][a] for b in others if b != a)]
    return tuple(winners), Pairwise(table)


def dropped(table: Table, default: int, quorum: Decimal | int, majorities: Mapping[int, int]) -> list[int]:
    """The options that fail against the ``default`` one (Debian constitution, A.5 and A.6, steps 2 and 3).

    At least ``quorum`` ballots must prefer an option to it, and more than its majority (1 unless given) times as many
    as the reverse.
    """
    return [
        a
        for a in range(len(table))
        if a != default
        and (table[a][default] < quorum or table[a][default] <= majorities.get(a, 1) * table[default][a])
    ]


def strongest_paths(table: Table) -> Paths:
    """The strength of the strongest path between any two candidates.

    A link leads from a to b if more ballots prefer a to b than b to a. Its strength is how many prefer a to b; of two
    equal ones, the one with fewer ballots against it is stronger ("winning votes"). A path is as strong as its weakest
    link. (Markus Schulze, "The Schulze Method of Voting", arXiv:1804.02973, section 2.)
    """
    number = len(table)
    # Votes against are negative, so that the stronger of two links is the greater pair.
    paths: list[list[Path]] = [
        [(table[a][b], -table[b][a]) if table[a][b] > table[b][a] else None for b in range(number)]
        for a in range(number)
    ]
    for via in range(number):
        for a in range(number):
            first = paths[a][via]
            if first is None or a == via:
                continue
            for b in range(number):
                second = paths[via][b]
                if second is None or b in (a, via):
                    continue
                strength, so_far = min(first, second), paths[a][b]
                if so_far is None or strength > so_far:
                    paths[a][b] = strength
    return tuple(tuple(None if path is None else (path[0], -path[1]) for path in row) for row in paths)


def schulze(
    profile: Profile, candidates: int, seed: Seed
) -> tuple[tuple[tuple[int, ...], ...], Pairwise, tuple[Lot, ...]]:
    """All candidates in places, with tables, and a lot if several come first.

    One candidate beats another if its strongest path to it is stronger than the other's path back. That is transitive:
    nobody beats those of the first place, who are the winners; those of the second are beaten by some of the first
    alone, and so on. Of two candidates in one place neither beats the other.
    """
    table = compare(profile, candidates)
    paths = strongest_paths(table)
    places = placed((beaten_by, a) for a, beaten_by in enumerate(_beaten(paths)))
    return places, Pairwise(table, paths), lot_of(places[0], seed)


def _beaten(paths: Paths) -> list[int]:
    """For each candidate, the length of the longest chain of candidates that beat each other down to it."""
    others = range(len(paths))
    beaters = [[b for b in others if b != a and _stronger(paths[b][a], paths[a][b])] for a in others]
    depth: dict[int, int] = {}
    # Whoever beats a is beaten by fewer than a is, since the relation is transitive.
    for a in sorted(others, key=lambda a: len(beaters[a])):
        depth[a] = max((depth[b] + 1 for b in beaters[a]), default=0)
    return [depth[a] for a in others]


def _stronger(one: Path, other: Path) -> bool:
    if one is None or other is None:
        return one is not None
    return (one[0], -one[1]) > (other[0], -other[1])


def lot_of(first: tuple[int, ...], seed: Seed) -> tuple[Lot, ...]:
    """The lot between those who share the first place, if they are several."""
    return (Lot(Purpose.WINNER, 1, draw(seed, 1, first)),) if len(first) > 1 else ()
