"""The two single transferable votes once more, the slow way: one ballot at a time, in decimal arithmetic."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_UP, Decimal, localcontext

Stage = tuple[tuple[Decimal, ...], Decimal, frozenset[int]]
"""Votes and quota at a round's end, and who has been elected by then."""

FIVE, NINE = Decimal("0.00001"), Decimal("0.000000001")


def drawn(seed: bytes, number: int, tied: Sequence[int]) -> int:
    return min(tied, key=lambda c: hashlib.sha256(seed + f"|{number}|{c}".encode()).digest())


def scottish(candidates: int, papers: Sequence[Sequence[int]], seats: int, seed: bytes) -> list[Stage]:
    """`papers` have preferences, the first one first, and at least one."""
    quota = Decimal(len(papers) // (seats + 1) + 1)
    pile: dict[int, list[tuple[Sequence[int], Decimal]]] = {c: [] for c in range(candidates)}
    for paper in papers:
        pile[paper[0]].append((paper, Decimal(1)))
    kept: dict[int, Decimal] = {}
    continuing, elected, stages = set(range(candidates)), set[int](), list[Stage]()

    def votes() -> list[Decimal]:
        return [kept.get(c, sum((value for _, value in pile[c]), Decimal(0))) for c in range(candidates)]

    def end() -> None:
        for c in sorted(continuing):
            if votes()[c] >= quota:
                elected.add(c)
                continuing.discard(c)
        if len(continuing) <= seats - len(elected):
            elected.update(continuing)
            continuing.clear()
        stages.append((tuple(votes()), quota, frozenset(elected)))

    def chosen(tied: list[int], most: bool) -> int:
        for earlier, _, _ in reversed(stages):
            extreme = (max if most else min)(earlier[c] for c in tied)
            tied = [c for c in tied if earlier[c] == extreme]
        return drawn(seed, len(stages) + 1, tied)

    def hand_on(source: int, value_of: object) -> None:
        assert callable(value_of)
        for paper, value in pile.pop(source):
            rest = paper[list(paper).index(source) + 1 :]
            target = next((c for c in rest if c in continuing), None)
            if target is not None:
                pile[target].append((paper, value_of(value)))
        pile[source] = []

    end()
    while len(elected) < seats and continuing:
        now = votes()
        over = [c for c in elected if c not in kept and now[c] > quota]
        if over:
            most = max(now[c] for c in over)
            source = chosen(sorted(c for c in over if now[c] == most), most=True)
            total, surplus = now[source], now[source] - quota
            kept[source] = quota
            hand_on(source, lambda value, s=surplus, t=total: (s * value / t).quantize(FIVE, ROUND_DOWN))
        else:
            least = min(now[c] for c in continuing)
            source = chosen(sorted(c for c in continuing if now[c] == least), most=False)
            continuing.discard(source)
            hand_on(source, lambda value: value)
        end()
    return stages


def meek(candidates: int, papers: Sequence[Sequence[int]], seats: int, seed: bytes) -> list[Stage]:
    """`papers` as above. Only rounds that end with an election or before an exclusion are told, as ours are."""
    with localcontext() as context:
        context.prec = 60
        return _meek(candidates, papers, seats, seed)


def _meek(candidates: int, papers: Sequence[Sequence[int]], seats: int, seed: bytes) -> list[Stage]:
    keep = [Decimal(1)] * candidates
    hopeful, elected, stages = set(range(candidates)), set[int](), list[Stage]()
    surplus = Decimal(0)
    while True:
        complete = len(elected) + len(hopeful) <= seats
        first = True
        while True:
            votes = [Decimal(0)] * candidates
            for paper in papers:
                weight = Decimal(1)
                for c in paper:
                    part = (weight * keep[c]).quantize(NINE, ROUND_UP)
                    votes[c] += part
                    weight -= part
            quota = (sum(votes, Decimal(0)) / (seats + 1)).quantize(NINE, ROUND_DOWN) + NINE
            new = set(hopeful) if complete else {c for c in hopeful if votes[c] >= quota}
            before, surplus = surplus, max(Decimal(0), sum((votes[c] - quota for c in elected), Decimal(0)))
            if new or complete or surplus < Decimal("0.000001") or (not first and surplus >= before):
                break
            first = False
            for c in elected:
                keep[c] = ((keep[c] * quota).quantize(NINE, ROUND_UP) / votes[c]).quantize(NINE, ROUND_UP)
        elected |= new
        hopeful -= new
        stages.append((tuple(votes), quota, frozenset(elected)))
        if len(elected) == seats or not hopeful:
            return stages
        if not new:
            least = min(votes[c] for c in hopeful)
            tied = sorted(c for c in hopeful if votes[c] <= least + surplus)
            gone = drawn(seed, len(stages) + 1, tied)
            hopeful.discard(gone)
            keep[gone] = Decimal(0)
