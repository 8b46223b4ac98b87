"""Majority judgment (Michel Balinski and Rida Laraki, "Majority Judgment", MIT Press 2011, chapter 1)."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain, pairwise

from egov_crypto.counting.ballots import Profile
from egov_crypto.counting.lot import Seed
from egov_crypto.counting.outcome import Grades, Lot, placed
from egov_crypto.counting.pairwise import lot_of

Value = tuple[tuple[int, int], ...]
"""Of a candidate: how many majority grades were taken away, and the next one."""


def majority_judgment(
    profile: Profile, candidates: int, grades: int, seed: Seed
) -> tuple[tuple[tuple[int, ...], ...], Grades, tuple[Lot, ...]]:
    """All candidates in places by their majority values, with their grades.

    The majority grade is the median, the worse of the two in the middle if the number of grades is even. Candidates
    with the same one are compared again after one majority grade of each was taken away, until they differ. Who gave a
    candidate no grade gave the worst one.
    """
    received = [[0] * grades for _ in range(candidates)]
    for ballot, number in profile.valid.items():
        for candidate, grade in enumerate(ballot):
            received[candidate][(grade or grades) - 1] += number
    values = majority_values(received)
    places = placed(zip(values, range(candidates), strict=True))
    medians = tuple(value[0][1] if value else grades - 1 for value in values)
    trace = Grades(tuple(tuple(row) for row in received), medians, _removed(places, values))
    return places, trace, lot_of(places[0], seed)


def majority_values(received: Sequence[Sequence[int]]) -> list[Value]:
    """Of each candidate the majority grades in the order in which they are taken away; the lesser value is the better.

    Each grade has before it how many were taken away before. Only those are told before which some candidate's can
    change, so that a value is short however many ballots there are.

    From the middle outwards, by turns: of the grades sorted from the best to the worst, the one in the middle of those
    left is taken away each time, or the worse of two in the middle.
    """
    ends = [list(accumulate(row)) for row in received]  # of each grade, among the sorted ones
    middle, odd = divmod(sum(received[0]), 2)
    cuts = {0}
    for end in chain(*ends):
        cuts |= {end - middle - odd, middle - end}
    steps = sorted(cut for cut in cuts if 0 <= cut < middle)
    alone = [(0, middle)] if odd else []  # the middle one first, then as many on either side
    taken = alone + [
        place
        for step in steps
        for place in ((odd + 2 * step, middle + odd + step), (odd + 2 * step + 1, middle - 1 - step))
    ]
    return [tuple((before, bisect_right(end, index)) for before, index in taken) for end in ends]


def _removed(places: Sequence[Sequence[int]], values: Sequence[Value]) -> tuple[int | None, ...]:
    removed: list[int | None] = [None] * len(values)
    for earlier, later in pairwise(places):
        for candidate in later:
            pairs = zip(values[earlier[0]], values[candidate], strict=True)
            removed[candidate] = next(one[0] for one, other in pairs if one != other)
    return tuple(removed)
