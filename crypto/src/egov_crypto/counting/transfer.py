"""Transfer of whole ballots: single transferable vote by the Scottish rules, and instant runoff.

The rules are those of the Scottish Local Government Elections Order 2011, schedule 1, rules 46 to 53 (as amended in
2021): weighted inclusive Gregory transfers with five decimal places, what is beyond them being ignored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

from egov_crypto.counting.ballots import Profile, Values
from egov_crypto.counting.lot import Seed, draw
from egov_crypto.counting.outcome import Action, Lot, Purpose, Round, Rounds, Transfer

PLACES: Final = 5

_Paper = tuple[tuple[Values, ...], int, int, int]
"""Ballots that say the same and came the same way: the candidates of each rank, the rank they are at, how many, the
value of each."""

Counted = tuple[tuple[int, ...], Rounds, tuple[Lot, ...]]
"""Winners, rounds and lots."""

Progress = Callable[[str, int, int], object]
"""Called with a stage's name, how far it is, and how far it goes."""


@dataclass(frozen=True, slots=True)
class Show:
    """How an instant runoff is told; the winner is the same. Official reports differ in this.

    ``batch`` excludes all those together who have fewer votes than the next one alone. ``to_two`` goes on until two
    are left, also if one has more than half before.
    """

    batch: bool = False
    to_two: bool = False


ONE_BY_ONE: Final = Show()


def scottish(profile: Profile, candidates: int, seats: int, seed: Seed, progress: Progress | None = None) -> Counted:
    """A single transferable vote by the Scottish rules."""
    quota = (profile.counted // (seats + 1) + 1) * 10**PLACES
    return _Count(profile, candidates, seats, seed, PLACES, lambda _: quota, progress).run()


def instant_runoff(
    profile: Profile, candidates: int, seed: Seed, progress: Progress | None = None, show: Show = ONE_BY_ONE
) -> Counted:
    """Exclude one candidate after the other until one has more than half of the votes that still count."""
    return _Count(profile, candidates, 1, seed, 0, lambda votes: sum(votes) // 2 + 1, progress, show).run()


class _Count:
    def __init__(
        self,
        profile: Profile,
        candidates: int,
        seats: int,
        seed: Seed,
        places: int,
        quota: Callable[[list[int]], int],
        progress: Progress | None,
        show: Show = ONE_BY_ONE,
    ) -> None:
        self._candidates, self._seats, self._seed, self._places = candidates, seats, seed, places
        self._quota_for = quota
        self._progress = progress
        self._show = show
        self._continuing = set(range(candidates))
        self._pending: list[int] = []
        self._elected: list[int] = []
        self._nontransferable = self._rounding = 0
        self._rounds: list[Round] = []
        self._lots: list[Lot] = []
        self._votes = [0] * candidates
        self._papers: list[list[_Paper]] = [[] for _ in range(candidates)]
        value = 10**places
        alone = [(candidate,) for candidate in range(candidates)]
        ballots = ((tuple(alone[c] for c in preferences), number) for preferences, number in profile.valid.items())
        for ranks, number in chain(ballots, profile.shared.items()):
            first = ranks[0][0]
            self._papers[first].append((ranks, 0, number, value))
            self._votes[first] += number * value
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
        sources = self._hopeless() if self._show.batch else []
        if len(sources) < 2:
            sources = [self._choose(tied, min, Purpose.EXCLUSION)]
        self._continuing.difference_update(sources)
        moved: tuple[Transfer, ...] = ()
        for source in sources:
            moved += self._move(source, lambda value: value)
            self._votes[source] = 0
        self._close(Action.EXCLUSION, tuple(sources), moved)

    def _hopeless(self) -> list[int]:
        """The most candidates who have fewer votes, all together, than any other; two of the others remain."""
        order = sorted(self._continuing, key=lambda candidate: (self._votes[candidate], candidate))
        together, found = 0, 0
        for place, candidate in enumerate(order[:-2], start=1):
            together += self._votes[candidate]
            if together < self._votes[order[place]]:
                found = place
        return order[:found]

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
        for ranks, at, number, value in self._papers[source]:
            at, target = self._next(ranks, at)
            worth = value_of(value)
            if target is None:
                self._nontransferable += number * worth
            else:
                self._papers[target].append((ranks, at, number, worth))
                self._votes[target] += number * worth
            votes[target] = votes.get(target, 0) + number * worth
            papers[target] = papers.get(target, 0) + number
        self._papers[source] = []
        targets = sorted(votes, key=lambda target: (target is None, target or 0))
        return tuple(Transfer(source, target, votes[target], papers[target]) for target in targets)

    def _next(self, ranks: tuple[Values, ...], at: int) -> tuple[int, int | None]:
        """The next rank with a continuing candidate, and who that is; nobody if there is none, or several."""
        for rank in range(at + 1, len(ranks)):
            continuing = [candidate for candidate in ranks[rank] if candidate in self._continuing]
            if continuing:
                return rank, continuing[0] if len(continuing) == 1 else None
        return len(ranks), None

    def _close(self, action: Action, candidates: tuple[int, ...], moved: tuple[Transfer, ...]) -> None:
        """End a round: who has reached the quota is elected, or all if they are no more than the seats left."""
        self._quota = self._quota_for(self._votes)
        order = sorted(self._continuing, key=lambda candidate: (-self._votes[candidate], candidate))
        elected = [candidate for candidate in order if self._votes[candidate] >= self._quota]
        if self._show.to_two and len(order) > 2:
            elected = []
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
