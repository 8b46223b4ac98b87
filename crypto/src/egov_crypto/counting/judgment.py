"""Majority judgment (Michel Balinski and Rida Laraki, "Majority Judgment", MIT Press 2011, chapter 1)."""

from collections.abc import Sequence
from itertools import pairwise

from egov_crypto.counting.ballots import Profile
from egov_crypto.counting.outcome import Grades, Lot, placed
from egov_crypto.counting.pairwise import lot_of


def majority_judgment(
    profile: Profile, candidates: int, grades: int, seed: bytes
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
    values = [majority_value(row) for row in received]
    places = placed(zip(values, range(candidates), strict=True))
    medians = tuple(value[0] if value else grades - 1 for value in values)
    trace = Grades(tuple(tuple(row) for row in received), medians, _removed(places, values))
    return places, trace, lot_of(places[0], seed)


def majority_value(received: Sequence[int]) -> bytes:
    """The majority grades in the order in which they are taken away; the lesser of two is the better.

    From the middle outwards, by turns: of the grades sorted from the best to the worst, the one in the middle of those
    left is taken away each time, or the worse of two in the middle.
    """
    given = b"".join(bytes([grade]) * number for grade, number in enumerate(received))
    middle = len(given) // 2
    better, worse = given[:middle][::-1], given[middle:]
    value = bytearray(len(given))
    if len(given) % 2:  # the middle one first, then as many on either side
        value[0:1], worse = worse[:1], worse[1:]
    value[len(given) % 2 :: 2] = worse
    value[len(given) % 2 + 1 :: 2] = better
    return bytes(value)


def _removed(places: Sequence[Sequence[int]], values: Sequence[bytes]) -> tuple[int | None, ...]:
    removed: list[int | None] = [None] * len(values)
    for earlier, later in pairwise(places):
        for candidate in later:
            pairs = zip(values[earlier[0]], values[candidate], strict=True)
            removed[candidate] = next(place for place, (one, other) in enumerate(pairs) if one != other)
    return tuple(removed)
