"""Transfer of whole ballots: single transferable vote by the Scottish rules, and instant runoff.

The rules are those of the Scottish Local Government Elections Order 2011, schedule 1, rules 46 to 53 (as amended in
2021): weighted inclusive Gregory transfers with five decimal places, what is beyond them being ignored.
"""

from collections.abc import Callable, Iterable
from typing import Final

from egov_crypto.counting.ballots import Profile, Values
from egov_crypto.counting.lot import draw
from egov_crypto.counting.outcome import Action, Lot, Purpose, Round, Rounds, Transfer

PLACES: Final = 5

_Paper = tuple[Values, int, int, int]
"""Ballots that say the same and came the same way: preferences, place of the one they are at, how many, the value of
each."""

Counted = tuple[tuple[int, ...], Rounds, tuple[Lot, ...]]
"""Winners, rounds and lots."""

Progress = Callable[[str, int, int], object]
"""Called with a stage's name, how far it is, and how far it goes."""


def scottish(profile: Profile, candidates: int, seats: int, seed: bytes, progress: Progress | None = None) -> Counted:
    """A single transferable vote by the Scottish rules."""
    quota = (profile.counted // (seats + 1) + 1) * 10**PLACES
    return _Count(profile, candidates, seats, seed, PLACES, lambda _: quota, progress).run()


def instant_runoff(profile: Profile, candidates: int, seed: bytes, progress: Progress | None = None) -> Counted:
    """Exclude one candidate after the other until one has more than half of the votes that still count."""
    return _Count(profile, candidates, 1, seed, 0, lambda votes: sum(votes) // 2 + 1, progress).run()


class _Count:
    def __init__(
        self,
        profile: Profile,
        candidates: int,
        seats: int,
        seed: bytes,
        places: int,
        quota: Callable[[list[int]], int],
        progress: Progress | None,
    ) -> None:
        self._candidates, self._seats, self._seed, self._places = candidates, seats, seed, places
        self._quota_for = quota
        self._progress = progress
        self._continuing = set(range(candidates))
        self._pending: list[int] = []
        self._elected: list[int] = []
        self._nontransferable = self._rounding = 0
        self._rounds: list[Round] = []
        self._lots: list[Lot] = []
        self._votes = [0] * candidates
        self._papers: list[list[_Paper]] = [[] for _ in range(candidates)]
        value = 10**places
        for preferences, number in profile.valid.items():
            self._papers[preferences[0]].append((preferences, 0, number, value))
            self._votes[preferences[0]] += number * value
        self._quota = quota(self._votes)

    def run(self) -> Counted:
        self._close(Action.FIRST, (), ())
        while len(self._elected) < self._seats and self._continuing:
            if self._progress is not None:
                self._progress("count", self._candidates - len(self._continuing), self._candidates)
            if self._pending:
                self._transfer_surplus()
            else:
                self._exclude()
        return tuple(self._elected), Rounds(self._places, tuple(self._rounds)), tuple(self._lots)

    def _transfer_surplus(self) -> None:
        most = max(self._votes[candidate] for candidate in self._pending)
        tied = [candidate for candidate in self._pending if self._votes[candidate] == most]
        source = self._choose(tied, max, Purpose.SURPLUS)
        self._pending.remove(source)
        total, surplus = self._votes[source], self._votes[source] - self._quota
        moved = self._move(source, lambda value: surplus * value // total)
        self._votes[source] = self._quota
        self._rounding += surplus - sum(move.votes for move in moved)
        self._close(Action.SURPLUS, (source,), moved)

    def _exclude(self) -> None:
        least = min(self._votes[candidate] for candidate in self._continuing)
        tied = sorted(candidate for candidate in self._continuing if self._votes[candidate] == least)
        source = self._choose(tied, min, Purpose.EXCLUSION)
        self._continuing.remove(source)
        moved = self._move(source, lambda value: value)
        self._votes[source] = 0
        self._close(Action.EXCLUSION, (source,), moved)

    def _choose(self, tied: list[int], best: Callable[[Iterable[int]], int], purpose: Purpose) -> int:
        """The one of ``tied`` that had most (or fewest) at the latest round where they differed, else by lot."""
        for earlier in reversed(self._rounds):
            wanted = best(earlier.votes[candidate] for candidate in tied)
            tied = [candidate for candidate in tied if earlier.votes[candidate] == wanted]
            if len(tied) == 1:
                return tied[0]
        number = len(self._rounds) + 1
        order = draw(self._seed, number, tied)
        self._lots.append(Lot(purpose, number, order))
        return order[0]

    def _move(self, source: int, value_of: Callable[[int], int]) -> tuple[Transfer, ...]:
        """Every ballot of ``source`` goes to its next continuing candidate, at the value that ``value_of`` gives."""
        votes: dict[int | None, int] = {}
        papers: dict[int | None, int] = {}
        for preferences, at, number, value in self._papers[source]:
            at += 1
            while at < len(preferences) and preferences[at] not in self._continuing:
                at += 1
            target = preferences[at] if at < len(preferences) else None
            worth = value_of(value)
            if target is None:
                self._nontransferable += number * worth
            else:
                self._papers[target].append((preferences, at, number, worth))
                self._votes[target] += number * worth
            votes[target] = votes.get(target, 0) + number * worth
            papers[target] = papers.get(target, 0) + number
        self._papers[source] = []
        targets = sorted(votes, key=lambda target: (target is None, target or 0))
        return tuple(Transfer(source, target, votes[target], papers[target]) for target in targets)

    def _close(self, action: Action, candidates: tuple[int, ...], moved: tuple[Transfer, ...]) -> None:
        """End a round: who has reached the quota is elected, or all if they are no more than the seats left."""
        self._quota = self._quota_for(self._votes)
        order = sorted(self._continuing, key=lambda candidate: (-self._votes[candidate], candidate))
        elected = [candidate for candidate in order if self._votes[candidate] >= self._quota]
        self._continuing.difference_update(elected)
        self._pending += [candidate for candidate in elected if self._votes[candidate] > self._quota]
        by_default = 0 < len(self._continuing) <= self._seats - len(self._elected) - len(elected)
        if by_default:
            elected += [candidate for candidate in order if candidate in self._continuing]
            self._continuing.clear()
        self._elected += elected
        self._rounds.append(
            Round(
                number=len(self._rounds) + 1,
                action=action,
                candidates=candidates,
                quota=self._quota,
                votes=tuple(self._votes),
                nontransferable=self._nontransferable,
                rounding=self._rounding,
                transfers=moved,
                elected=tuple(elected),
                by_default=by_default,
            )
        )
