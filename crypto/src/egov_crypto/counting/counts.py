"""One entry to all methods."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from egov_crypto.counting.ballots import Profile, Values, prepare
from egov_crypto.counting.judgment import majority_judgment
from egov_crypto.counting.lot import Seed
from egov_crypto.counting.meek import meek
from egov_crypto.counting.method import Method, MethodType, Rules
from egov_crypto.counting.outcome import Lot, Outcome, Rounds, Trace
from egov_crypto.counting.pairwise import condorcet, schulze
from egov_crypto.counting.points import borda
from egov_crypto.counting.transfer import ONE_BY_ONE, Progress, Show, instant_runoff, scottish
from egov_crypto.errors import UsageError

_Counted = tuple[tuple[int, ...], tuple[tuple[int, ...], ...], Trace, tuple[Lot, ...]]
"""Winners, ranking (of those methods that rank all), trace, lots."""


def count(
    method: Method,
    candidates: int,
    ballots: Iterable[Sequence[int]] | Mapping[Values, int],
    seed: Seed,
    progress: Progress | None = None,
    *,
    share: bool = False,
    show: Show = ONE_BY_ONE,
) -> Outcome:
    """Count ``ballots``, or a mapping of distinct ballots to how many there are of each.

    A ballot has one value for each of ``candidates``: the rank (1 first) or the grade (1 best), 0 where none is given.
    The order of ballots has no effect. ``seed`` decides lots alone. Where no ballot is valid nobody is elected.
    For counts made elsewhere: ``share`` is that of
    :func:`~egov_crypto.counting.ballots.prepare` (not with Meek's method), ``show`` is how an instant runoff is told.

    Raises :class:`~egov_crypto.errors.UsageError` on ballots of another form.
    """
    if share and method.rules is Rules.MEEK:
        raise UsageError("with Meek's method a rank that is given to several cannot count for the one who continues")
    profile = prepare(method, candidates, ballots, share)
    winners, ranking, trace, lots = _count(method, candidates, profile, seed, progress, show)
    if not profile.counted:  # what the method gives then, lots alone decided
        winners, lots = (), ()
        if isinstance(trace, Rounds):
            trace = replace(trace, rounds=(replace(trace.rounds[0], elected=(), by_default=False),))
    return Outcome(
        method, profile.ballots, profile.counted, profile.blank, profile.invalid, winners, trace, ranking, lots
    )


def _count(
    method: Method, candidates: int, profile: Profile, seed: Seed, progress: Progress | None, show: Show
) -> _Counted:
    if method.type is MethodType.STV:
        counter = meek if method.rules is Rules.MEEK else scottish
        winners, rounds, lots = counter(profile, candidates, method.seats, seed, progress)
        return winners, (), rounds, lots
    if method.type is MethodType.IRV:
        winners, rounds, lots = instant_runoff(profile, candidates, seed, progress, show)
        return winners, (), rounds, lots
    if method.type is MethodType.CONDORCET:
        winners, table = condorcet(profile, candidates)
        return winners, (), table, ()
    trace: Trace
    if method.type is MethodType.SCHULZE:
        places, trace, lots = schulze(profile, candidates, seed)
    elif method.type is MethodType.BORDA:
        places, trace, lots = borda(profile, candidates, seed)
    else:
        places, trace, lots = majority_judgment(profile, candidates, len(method.grades), seed)
    return places[0], places, trace, lots
