"""Single transferable vote by Meek's method.

Algorithm: I. D. Hill, B. A. Wichmann and D. R. Woodall, "Algorithm 123 - Single Transferable Vote by Meek's Method",
The Computer Journal 30 (1987). Its arithmetic and its ties are left open there; they are those of the Proportional
Representation Foundation's Reference Meek Rule: nine decimal places, keep factors and what a candidate keeps of a
ballot rounded up, the quota rounded down and a billionth added, omega a millionth.
"""

from collections import Counter
from typing import Final

from egov_crypto.counting.ballots import Profile, Values
from egov_crypto.counting.lot import Seed, draw
from egov_crypto.counting.outcome import Action, Lot, Purpose, Round, Rounds, Transfer
from egov_crypto.counting.transfer import Counted, Progress

PLACES: Final = 9
ONE: Final = 10**PLACES
OMEGA: Final = ONE // 10**6
"""Surpluses that are less than this, all together, are not transferred any further."""

_Groups = list[tuple[Values, int]]
"""Those candidates of a ballot who can have a part of it, with how many ballots that is so of."""


def meek(profile: Profile, candidates: int, seats: int, seed: Seed, progress: Progress | None = None) -> Counted:
    """A single transferable vote by Meek's method."""
    return _Count(profile, candidates, seats, seed, progress).run()


class _Count:
    def __init__(
        self, profile: Profile, candidates: int, seats: int, seed: Seed, progress: Progress | None = None
    ) -> None:
        self._profile, self._candidates, self._seats, self._seed = profile, candidates, seats, seed
        self._progress = progress
        self._hopeful = set(range(candidates))
        self._elected: list[int] = []
        self._keep = [ONE] * candidates
        self._votes = [0] * candidates
        self._exhausted = self._quota = self._surplus = 0
        self._rounds: list[Round] = []
        self._lots: list[Lot] = []

    def run(self) -> Counted:
        action = Action.FIRST
        moved: tuple[int, ...] = ()
        while True:
            elected = self._round(action, moved)
            if len(self._elected) == self._seats or not self._hopeful:
                return tuple(self._elected), Rounds(PLACES, tuple(self._rounds)), tuple(self._lots)
            if elected:
                action = Action.SURPLUS
                moved = tuple(c for c in self._elected if self._votes[c] > self._quota)
            else:
                action, moved = Action.EXCLUSION, (self._exclude(),)

    def _complete(self) -> bool:
        return len(self._elected) + len(self._hopeful) <= self._seats

    def _round(self, action: Action, moved: tuple[int, ...]) -> list[int]:
        """Iterate until somebody is elected, or surpluses are as good as transferred; who was elected."""
        before = [ONE if c in moved and action is Action.EXCLUSION else keep for c, keep in enumerate(self._keep)]
        groups = self._groups(moved)
        iterations, elected = 0, list[int]()
        by_default = self._complete()
        while True:
            iterations += 1
            if self._progress is not None:
                done = self._candidates - len(self._hopeful)
                self._progress("count", done, self._candidates)
            last = self._surplus
            self._distribute(groups)
            order = sorted(self._hopeful, key=lambda c: (-self._votes[c], c))
            elected = order if by_default else [c for c in order if self._votes[c] >= self._quota]
            self._surplus = max(0, sum(self._votes[c] - self._quota for c in self._elected))
            settled = self._surplus < OMEGA or (iterations > 1 and self._surplus >= last)
            if elected or by_default or settled:
                break
            for c in self._elected:
                self._keep[c] = _up(_up(self._keep[c] * self._quota, ONE) * ONE, self._votes[c])
        self._hopeful.difference_update(elected)
        self._elected += elected
        first = action is Action.FIRST
        self._rounds.append(
            Round(
                number=len(self._rounds) + 1,
                action=action,
                candidates=moved,
                quota=self._quota,
                votes=tuple(self._votes),
                nontransferable=self._exhausted,
                rounding=0,
                transfers=() if first else _moves(groups, before, self._keep),
                elected=tuple(elected),
                by_default=by_default,
                keep=tuple(self._keep),
                iterations=iterations,
            )
        )
        return elected

    def _groups(self, moved: tuple[int, ...]) -> _Groups:
        """Ballots by their candidates down to the first hopeful one, who keeps all that comes to them.

        Excluded candidates are left out, but for those whose votes are being ``moved``.
        """
        groups: Counter[Values] = Counter()
        passing = {*self._elected, *moved}
        for preferences, number in self._profile.valid.items():
            holders = []
            for candidate in preferences:
                if candidate in self._hopeful:
                    holders.append(candidate)
                    break
                if candidate in passing:
                    holders.append(candidate)
            groups[tuple(holders)] += number
        return list(groups.items())

    def _distribute(self, groups: _Groups) -> None:
        votes = [0] * self._candidates
        exhausted = 0
        for holders, number in groups:
            shares, rest = _shares(holders, self._keep)
            for candidate, share in zip(holders, shares, strict=True):
                votes[candidate] += share * number
            exhausted += rest * number
        self._votes, self._exhausted = votes, exhausted
        self._quota = sum(votes) // (self._seats + 1) + 1

    def _exclude(self) -> int:
        """Whoever has fewest votes, by lot if others have no more than that and the surplus that was left."""
        least = min(self._votes[c] for c in self._hopeful)
        tied = [c for c in self._hopeful if self._votes[c] <= least + self._surplus]
        excluded = tied[0]
        if len(tied) > 1:
            number = len(self._rounds) + 1
            order = draw(self._seed, number, tied)
            self._lots.append(Lot(Purpose.EXCLUSION, number, order))
            excluded = order[0]
        self._hopeful.remove(excluded)
        self._keep[excluded] = 0
        return excluded


def _up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)


def _shares(holders: Values, keep: list[int]) -> tuple[list[int], int]:
    """What each of ``holders`` keeps of one ballot, and what is left of it."""
    shares, rest = [], ONE
    for candidate in holders:
        share = _up(rest * keep[candidate], ONE)
        shares.append(share)
        rest -= share
    return shares, rest


def _moves(groups: _Groups, before: list[int], after: list[int]) -> tuple[Transfer, ...]:
    """What went from whom to whom when keep factors changed.

    On each ballot what candidates lost goes to those who won, both in the order of preference: down the ballot, but for
    the last decimal place, where rounding up can send it back.
    """
    votes: Counter[tuple[int | None, int | None]] = Counter()
    for holders, number in groups:
        (had, left), (has, leaves) = _shares(holders, before), _shares(holders, after)
        targets: tuple[int | None, ...] = (*holders, None)
        changes = [new - old for old, new in zip((*had, left), (*has, leaves), strict=True)]
        lost = iter([(target, -change) for target, change in zip(targets, changes, strict=True) if change < 0])
        source, rest = None, 0
        for target, change in zip(targets, changes, strict=True):
            while change > 0:
                if not rest:
                    source, rest = next(lost)
                part = min(change, rest)
                votes[source, target] += part * number
                change -= part
                rest -= part
    order = sorted(votes, key=lambda pair: [(each is None, each or 0) for each in pair])
    return tuple(Transfer(source, target, votes[source, target], 0) for source, target in order)
