"""Borda's points."""

from fractions import Fraction

from egov_crypto.counting.ballots import Profile
from egov_crypto.counting.lot import Seed
from egov_crypto.counting.outcome import Lot, Points, placed
from egov_crypto.counting.pairwise import before, lot_of


def borda(profile: Profile, candidates: int, seed: Seed) -> tuple[tuple[tuple[int, ...], ...], Points, tuple[Lot, ...]]:
    """All candidates in places by their points, with the points.

    A ballot gives a candidate one point for each other one that it ranks behind, and half a point for each other one at
    the same rank. Those that it does not rank are at one rank behind all others. Hence every ballot gives n(n-1)/2
    points, and a ballot that ranks all n candidates n-1, n-2, …, 0.
    """
    received = [[0] * (2 * candidates - 1) for _ in range(candidates)]
    for ballot, number in profile.valid.items():
        sizes = {a: len(behind) for a, behind in before(ballot)}
        ranks = [ballot[a] for a in range(candidates)]
        for a in range(candidates):
            equal = ranks.count(ranks[a]) - 1
            received[a][2 * sizes.get(a, 0) + equal] += number
    points = tuple(Fraction(sum(half * number for half, number in enumerate(row)), 2) for row in received)
    places = placed((-each, a) for a, each in enumerate(points))
    return places, Points(points, tuple(tuple(row) for row in received)), lot_of(places[0], seed)
