"""Counting methods on elections that are drawn: a slow second implementation's rounds, and what methods promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from crypto.tests import counting_again
from crypto.tests.test_counting import BORDA, CONDORCET, IRV, SCHULZE, stv
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from egov_crypto.counting import Outcome, Pairwise, Points, Rounds, count
from egov_crypto.counting.files.ballot_file import ranks


@st.composite
def elections(draw: st.DrawFn) -> tuple[int, list[list[int]], int, bytes]:
    candidates = draw(st.integers(2, 6))
    orders = st.permutations(range(candidates)).flatmap(
        lambda order: st.integers(1, candidates).map(lambda length: list(order[:length]))
    )
    papers = draw(st.lists(orders, min_size=1, max_size=40))
    return candidates, papers, draw(st.integers(1, candidates)), draw(st.binary(max_size=2))


def _ballots(candidates: int, papers: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    return [ranks(([c] for c in paper), candidates) for paper in papers]


@settings(max_examples=60, deadline=None)
@given(elections())
def test_every_round_is_that_of_a_slow_second_implementation(election: tuple[int, list[list[int]], int, bytes]) -> None:
    candidates, papers, seats, seed = election
    for rules, slowly in (("scottish", counting_again.scottish), ("meek", counting_again.meek)):
        outcome = count(stv(rules, seats), candidates, _ballots(candidates, papers), seed)
        trace = outcome.trace
        assert isinstance(trace, Rounds)
        stages = slowly(candidates, papers, seats, seed)
        unit = Decimal(10) ** -trace.places
        assert [(tuple(v * unit for v in r.votes), r.quota * unit) for r in trace.rounds] == [s[:2] for s in stages]
        assert set(outcome.winners) == stages[-1][2]
        _conserved(outcome, candidates)


def _conserved(outcome: Outcome, candidates: int) -> None:
    """No round makes or loses votes, and transfers explain what changed."""
    trace = outcome.trace
    assert isinstance(trace, Rounds)
    total = outcome.valid * 10**trace.places
    last = None
    for each in trace.rounds:
        assert sum(each.votes) + each.nontransferable + each.rounding == total
        if last is not None:
            votes = list(last.votes)
            gone = last.nontransferable
            for move in each.transfers:
                for holder, change in ((move.source, -move.votes), (move.target, move.votes)):
                    if holder is None:
                        gone += change
                    else:
                        votes[holder] += change
            lost = each.rounding - last.rounding
            for source in each.candidates if lost else ():
                votes[source] -= lost
            assert (tuple(votes), gone) == (each.votes, each.nontransferable)
            assert each.quota <= last.quota + (each.iterations > 0)  # a last place that rounding sent back
        last = each
    assert len(outcome.winners) == min(outcome.method.seats, candidates)
    assert sorted(outcome.winners) == sorted(c for each in trace.rounds for c in each.elected)


@settings(max_examples=100, deadline=None)
@given(elections())
def test_a_majority_wins_and_order_and_copies_change_nothing(election: tuple[int, list[list[int]], int, bytes]) -> None:
    candidates, papers, _, seed = election
    firsts = Counter(paper[0] for paper in papers)
    favourite, votes = firsts.most_common(1)[0]
    assume(2 * votes > len(papers))
    ballots = _ballots(candidates, papers)
    for method in (IRV, CONDORCET, SCHULZE, stv("scottish", 1), stv("meek", 1)):
        outcome = count(method, candidates, ballots, seed)
        assert outcome.winners == (favourite,)
        assert count(method, candidates, ballots[::-1], seed) == outcome
        assert count(method, candidates, Counter(ballots), seed) == outcome


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 5).flatmap(lambda n: st.lists(st.tuples(*[st.integers(0, n)] * n), min_size=1, max_size=25)))
def test_ranked_methods_keep_their_promises(ballots: list[tuple[int, ...]]) -> None:
    candidates = len(ballots[0])
    schulze = count(SCHULZE, candidates, ballots, b"")
    assert isinstance(schulze.trace, Pairwise)
    condorcet = count(CONDORCET, candidates, ballots, b"").winners
    assert not condorcet or schulze.winners == condorcet
    assert sorted(c for place in schulze.ranking for c in place) == list(range(candidates))
    for a in range(candidates):
        for b in range(candidates):
            assert schulze.trace.table[a][b] + schulze.trace.table[b][a] <= schulze.valid
    # A copy of the last candidate, always just behind it, changes nobody else's fate.
    copied = [
        (*(2 * rank - 1 if rank else 0 for rank in ballot), 2 * ballot[-1] if ballot[-1] else 0) for ballot in ballots
    ]
    with_copy = count(SCHULZE, candidates + 1, copied, b"")
    others = set(schulze.winners) - {candidates - 1}
    assert {c for c in with_copy.winners if c < candidates - 1} == others
    borda = count(BORDA, candidates, ballots, b"")
    assert isinstance(borda.trace, Points)
    assert sum(borda.trace.points) == Fraction(borda.valid * candidates * (candidates - 1), 2)
    assert all(sum(row) == borda.valid for row in borda.trace.received)
