#!/usr/bin/env python3
"""Ask the library pref_voting who wins small elections that are made here, and write what it says to counting.json.

crypto/tests/vectors/refresh_counting.py      wants `pip install pref-voting==1.18.2` (in an environment of its own)

Elections whose outcome depends on a lot are left out of that method: the library draws its own.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from pref_voting.grade_methods import majority_judgement
from pref_voting.grade_profiles import GradeProfile
from pref_voting.margin_based_methods import beat_path
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.proportional_methods import stv_meek, stv_scottish
from pref_voting.voting_methods import instant_runoff_put

HERE = Path(__file__).resolve().parent
ELECTIONS = 60
GRADES = 5
DRAWS = 8
"""How often the library counts an election: outcomes that differ depend on its lots."""


def main() -> None:
    """Write the file."""
    source = random.Random(20261128)
    elections = [_election(source) for _ in range(ELECTIONS)]
    (HERE / "counting.json").write_text(_lines(elections))


def _lines(elections: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(election, separators=(",", ":")) for election in elections) + "\n]\n"


def _election(source: random.Random) -> dict[str, Any]:
    candidates = source.randint(3, 8)
    seats = source.randint(1, candidates - 1)
    favour = [source.random() + 0.05 for _ in range(candidates)]
    strict = Counter(_strict(source, favour) for _ in range(source.choice((11, 60, 150))))
    equal = Counter(
        tuple(source.randint(0, candidates) for _ in range(candidates)) for _ in range(source.choice((9, 21, 51)))
    )
    graded = Counter(
        tuple(min(GRADES, 1 + int(source.expovariate(each))) for each in favour)
        for _ in range(source.choice((9, 21, 61)))
    )
    del equal[(0,) * candidates]
    return {
        "candidates": candidates,
        "seats": seats,
        "strict": _profile(strict),
        "equal": _profile(equal),
        "graded": _profile(graded),
        "scottish": _agreed(lambda: stv_scottish(_ties(strict, candidates), num_seats=seats)),
        "irv": _only(instant_runoff_put(_ties(strict, candidates))),
        "meek": sorted(map(int, stv_meek(_ties(strict, candidates), num_seats=seats))),
        "schulze": _schulze(_ties(equal, candidates)),
        "condorcet": _condorcet(_ties(equal, candidates)),
        "judgment": _judgment(graded, candidates),
    }


def _strict(source: random.Random, favour: list[float]) -> tuple[int, ...]:
    order = sorted(range(len(favour)), key=lambda c: source.random() ** (1 / favour[c]), reverse=True)
    ballot = [0] * len(favour)
    for rank, candidate in enumerate(order[: source.randint(1, len(favour))], start=1):
        ballot[candidate] = rank
    return tuple(ballot)


def _profile(ballots: Counter[tuple[int, ...]]) -> list[list[int]]:
    return [[number, *ballot] for ballot, number in sorted(ballots.items())]


def _ties(ballots: Counter[tuple[int, ...]], candidates: int) -> Any:
    ranks = [{c: rank for c, rank in enumerate(ballot) if rank} for ballot in ballots]
    profile = ProfileWithTies(ranks, rcounts=list(ballots.values()), candidates=list(range(candidates)))
    profile.use_extended_strict_preference()  # those that are not ranked are behind those that are
    return profile


def _agreed(count: Any) -> list[int] | None:
    said = {tuple(sorted(map(int, count()))) for _ in range(DRAWS)}
    return list(said.pop()) if len(said) == 1 else None


def _schulze(profile: Any) -> list[int]:
    voters = sum(profile.rcounts) + 1

    def winning(a: int, b: int) -> int:
        support, against = int(profile.support(a, b)), int(profile.support(b, a))
        return support * voters - against if support > against else 0

    return sorted(map(int, beat_path(profile, strength_function=winning)))


def _condorcet(profile: Any) -> list[int]:
    winner = profile.condorcet_winner()
    return [] if winner is None else [int(winner)]


def _judgment(ballots: Counter[tuple[int, ...]], candidates: int) -> list[int] | None:
    # The library compares shares above and below the median, once: that decides as ours for odd numbers, unless equal.
    grades = [{c: GRADES - grade for c, grade in enumerate(ballot)} for ballot in ballots]
    profile = GradeProfile(
        grades, list(range(GRADES)), gcounts=list(ballots.values()), candidates=list(range(candidates))
    )
    return _only(majority_judgement(profile))


def _only(winners: Any) -> list[int] | None:
    """The winner, None where there are several: the library leaves ties as they are."""
    return [int(winners[0])] if len(winners) == 1 else None


if __name__ == "__main__":
    main()
