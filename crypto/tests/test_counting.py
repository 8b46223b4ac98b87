"""Counting methods, against hand-computed elections, a maintained library's word, and themselves."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.counting import Grades, Method, MethodType, Outcome, Pairwise, Points, Rounds, Rules, count
from egov_crypto.counting.ballots import preferences
from egov_crypto.counting.files.ballot_file import ranks
from egov_crypto.counting.judgment import majority_values
from egov_crypto.errors import UsageError

VECTORS = Path(__file__).with_name("vectors") / "counting.json"
GRADES = ("excellent", "good", "fair", "poor", "bad")
SCHULZE, CONDORCET, BORDA, IRV = (Method(MethodType(name)) for name in ("Schulze", "Condorcet", "Borda", "IRV"))
JUDGMENT = Method(MethodType.MAJORITY_JUDGMENT, grades=GRADES)


def stv(rules: str, seats: int) -> Method:
    return Method(MethodType.STV, rules=Rules(rules), seats=seats)


def written(text: str) -> dict[tuple[int, ...], int]:
    """`7 A>B=C, 4 D`: ballots of candidates A, B, C, …, as many as the last letter in it says."""
    candidates = max(ord(letter) - ord("A") + 1 for letter in text if letter.isalpha())
    ballots: Counter[tuple[int, ...]] = Counter()
    for part in text.split(","):
        number, _, order = part.strip().partition(" ")
        groups = [[ord(letter) - ord("A") for letter in group.split("=")] for group in order.split(">")]
        ballots[ranks(groups, candidates)] += int(number)
    return dict(ballots)


def counted(method: Method, text: str, seed: bytes = b"") -> Outcome:
    ballots = written(text)
    return count(method, len(next(iter(ballots))), ballots, seed)


def rounds(outcome: Outcome) -> list[tuple[str, list[str]]]:
    trace = outcome.trace
    assert isinstance(trace, Rounds)
    return [(each.action.value, [trace.text(votes) for votes in each.votes]) for each in trace.rounds]


def test_scottish_rules_by_hand() -> None:
    outcome = counted(stv("scottish", 2), "7 A>B, 4 A>C, 3 B, 3 C, 2 D>C, 1 D")
    # Quota 20/3 + 1 = 7. Each ballot of A goes on at 4 · 1/11 = 0.36363.
    assert rounds(outcome) == [
        ("first", ["11.00000", "3.00000", "3.00000", "3.00000"]),
        ("surplus", ["7.00000", "5.54541", "4.45452", "3.00000"]),
        ("exclusion", ["7.00000", "5.54541", "6.45452", "0.00000"]),
        ("exclusion", ["7.00000", "0.00000", "6.45452", "0.00000"]),
    ]
    assert outcome.winners == (0, 2)
    assert outcome.lots == ()
    assert outcome.to_json() == {
        "method": {"type": "STV", "blank": False, "rules": "scottish", "seats": 2},
        "ballots": 20,
        "valid": 20,
        "blank": 0,
        "invalid": 0,
        "winners": [0, 2],
        "places": 5,
        "rounds": outcome.trace.to_json()["rounds"],
        "lots": [],
    }
    assert outcome.trace.to_json()["rounds"][1] == {
        "round": 2,
        "action": "surplus",
        "candidates": [0],
        "quota": "7.00000",
        "votes": ["7.00000", "5.54541", "4.45452", "3.00000"],
        "nontransferable": "0.00000",
        "rounding": "0.00007",
        "transfers": [
            {"from": 0, "to": 1, "votes": "2.54541", "papers": 7},
            {"from": 0, "to": 2, "votes": "1.45452", "papers": 4},
        ],
        "elected": [],
    }
    last = outcome.trace.to_json()["rounds"][-1]
    assert (last["elected"], last["by_default"], last["nontransferable"]) == ([2], True, "6.54541")
    assert last["transfers"] == [{"from": 1, "to": None, "votes": "5.54541", "papers": 10}]


def test_a_surplus_passes_over_the_elected_and_is_worth_what_the_ballot_was() -> None:
    # Quota 30/4 + 1 = 8: A has 4 too many (0.33333 each), which pass over B to C; then C has 8.99997.
    outcome = counted(stv("scottish", 3), "9 A>B>C, 3 A>D, 9 B, 6 C>D, 3 D")
    assert rounds(outcome)[1] == ("surplus", ["8.00000", "9.00000", "8.99997", "3.99999"])
    assert outcome.winners == (0, 1, 2)
    # With a fourth seat: quota 7. C's surplus has 3 parts of 9 ballots that came at 0.41666, and of 6 own ones.
    outcome = counted(stv("scottish", 4), "9 A>B>C>E, 3 A>D, 9 B, 6 C>D, 2 D, 1 E")
    assert rounds(outcome)[1] == ("surplus", ["7.00000", "9.00000", "9.74994", "3.24998", "1.00000"])
    own, came = (
        (Decimal("2.74994") * value / Decimal("9.74994")).quantize(Decimal("0.00001"), "ROUND_DOWN")
        for value in (1, Decimal("0.41666"))
    )
    third = ["7.00000", "9.00000", "7.00000", str(Decimal("3.24998") + 6 * own), str(1 + 9 * came)]
    assert rounds(outcome)[2] == ("surplus", third)


def test_ties_look_back_and_only_then_at_the_lot() -> None:
    # D goes; B and C then have 4 each: B had fewer before.
    outcome = counted(stv("scottish", 1), "6 A, 3 B, 4 C, 1 D>B")
    assert [each.candidates for each in outcome.trace.rounds if each.candidates] == [(3,), (1,), (2,)]  # type: ignore[union-attr]
    assert outcome.lots == ()
    # First B 4 and C 5, then B 6 and C 5, then both 6: the latest difference counts.
    outcome = counted(stv("scottish", 1), "12 A, 4 B, 5 C, 2 D>B, 1 E>C, 2 E")
    assert [each.candidates for each in outcome.trace.rounds[1:]] == [(3,), (4,), (2,), (1,)]  # type: ignore[union-attr]
    # A and B reach 9 together, quota 8; A had more before, and its surplus goes first.
    outcome = counted(stv("scottish", 3), "6 B, 7 A, 6 C, 6 E, 2 D>A, 3 D>B")
    assert [each.candidates for each in outcome.trace.rounds[1:4]] == [(3,), (0,), (1,)]  # type: ignore[union-attr]
    seeds = [bytes([number]) for number in range(20)]
    first = {seed: counted(stv("scottish", 1), "3 A, 2 B, 2 C", seed) for seed in seeds}
    assert len({outcome.lots[0].order for outcome in first.values()}) == 2
    for seed, outcome in first.items():
        digests = {c: hashlib.sha256(seed + b"|2|" + str(c).encode()).digest() for c in (1, 2)}
        assert outcome.lots[0].order == tuple(sorted(digests, key=lambda c: digests[c]))
        assert outcome.trace.rounds[1].candidates == outcome.lots[0].order[:1]  # type: ignore[union-attr]
        assert outcome.to_json()["lots"] == [{"purpose": "exclusion", "round": 2, "order": list(outcome.lots[0].order)}]


def test_instant_runoff_stops_at_more_than_half_of_what_still_counts() -> None:
    outcome = counted(IRV, "42 A>B>C>D, 26 B>C>D>A, 15 C>D>B>A, 17 D>C>B>A")
    assert rounds(outcome) == [
        ("first", ["42", "26", "15", "17"]),
        ("exclusion", ["42", "26", "0", "32"]),
        ("exclusion", ["42", "0", "0", "58"]),
    ]
    assert outcome.winners == (3,)
    exhausted = counted(IRV, "5 A, 4 B, 3 C")
    assert rounds(exhausted)[-1] == ("exclusion", ["5", "4", "0"])
    assert exhausted.trace.rounds[-1].quota == 5  # type: ignore[union-attr]


def test_condorcet_schulze_and_borda_by_hand() -> None:
    capital = "42 A>B>C>D, 26 B>C>D>A, 15 C>D>B>A, 17 D>C>B>A"
    assert counted(CONDORCET, capital).winners == counted(SCHULZE, capital).winners == (1,)
    borda = counted(BORDA, capital)
    assert isinstance(borda.trace, Points)
    assert borda.trace.points == (126, 194, 173, 107)
    assert borda.ranking == ((1,), (2,), (0,), (3,))
    cycle = counted(CONDORCET, "4 A>B>C, 3 B>C>A, 2 C>A>B")
    assert (cycle.winners, cycle.to_json()["pairwise"]) == ((), [[0, 6, 4], [3, 0, 7], [5, 2, 0]])
    schulze = counted(SCHULZE, "4 A>B>C, 3 B>C>A, 2 C>A>B")
    assert isinstance(schulze.trace, Pairwise)
    # A to C leads over B (6:3 and 7:2), C to A directly (5:4).
    assert schulze.trace.paths == ((None, (6, 3), (6, 3)), ((5, 4), None, (7, 2)), ((5, 4), (5, 4), None))
    assert schulze.ranking == ((0,), (1,), (2,))
    equal = counted(BORDA, "1 A=B>C, 1 C>D")
    assert isinstance(equal.trace, Points)
    # First ballot: A and B 2 + 1/2, C 1, D 0. Second: C 3, D 2, A and B share 1 and 0.
    assert equal.trace.points == (3, 3, 4, 2)
    assert equal.trace.received[0] == (0, 1, 0, 0, 0, 1, 0)
    half = counted(BORDA, "1 A=B")
    assert half.to_json()["points"] == ["0.5", "0.5"]
    assert half.winners == (0, 1)
    assert sorted(half.lots[0].order) == [0, 1]


def test_schulzes_own_example() -> None:
    """The first example of Markus Schulze's paper (section 3.1)."""
    text = "8 A>C>D>B, 2 B>A>D>C, 4 C>D>B>A, 4 D>B>A>C, 3 D>C>B>A"
    outcome = counted(SCHULZE, text)
    assert isinstance(outcome.trace, Pairwise)
    assert outcome.trace.table == ((0, 8, 14, 10), (13, 0, 6, 2), (7, 15, 0, 12), (11, 19, 9, 0))
    assert [[path and path[0] for path in row] for row in outcome.trace.paths] == [
        [None, 14, 14, 12],
        [13, None, 13, 12],
        [13, 15, None, 12],
        [13, 19, 13, None],
    ]
    assert outcome.ranking == ((3,), (0,), (2,), (1,))


def test_majority_judgment_takes_medians_away() -> None:
    # Even numbers: the worse of the two in the middle counts.
    outcome = count(JUDGMENT, 2, [(1, 2), (1, 2), (2, 2), (3, 2)], b"")
    assert isinstance(outcome.trace, Grades)
    assert outcome.trace.medians == (1, 1)
    # A: good, excellent, fair, excellent. B: good, good, good, good. A comes first at the second grade.
    assert majority_values([(2, 1, 1, 0, 0), (0, 4, 0, 0, 0)])[0] == ((0, 1), (1, 0), (2, 2), (3, 0))
    assert (outcome.winners, outcome.ranking, outcome.trace.removed) == ((0,), ((0,), (1,)), (None, 1))
    # No grade is the worst one; a grade there is not makes the ballot invalid; nothing at all is no ballot.
    outcome = count(JUDGMENT, 2, [(1, 0), (6, 1), (0, 0)], b"")
    assert (outcome.valid, outcome.invalid, outcome.blank) == (1, 2, 0)
    assert outcome.to_json()["received"] == [[1, 0, 0, 0, 0], [0, 0, 0, 0, 1]]
    assert outcome.to_json()["medians"] == [0, 4]


@given(st.lists(st.tuples(*3 * [st.integers(0, 4)]), min_size=1, max_size=30), st.sampled_from((1, 2, 10**12)))
def test_a_majority_value_is_what_taking_medians_away_gives(ballots: list[tuple[int, ...]], times: int) -> None:
    """However many ballots there are: each of them a million million times would not fit into any memory."""
    slowly = []
    for given_ in zip(*ballots, strict=True):
        left, taken = sorted(given_ * min(times, 2)), []
        while left:
            taken.append(left.pop(len(left) // 2))
        slowly.append(taken)
    values = majority_values([[given_.count(g) * times for g in range(5)] for given_ in zip(*ballots, strict=True)])
    assert sorted(range(3), key=lambda c: (values[c], c)) == sorted(range(3), key=lambda c: (slowly[c], c))
    if times < 3:
        assert all(
            taken[before] == grade for taken, value in zip(slowly, values, strict=True) for before, grade in value
        )
        for (one, one_slowly), (other, other_slowly) in combinations(zip(values, slowly, strict=True), 2):
            differing = [before for before, (a, b) in enumerate(zip(one_slowly, other_slowly, strict=True)) if a != b]
            assert [a[0] for a, b in zip(one, other, strict=True) if a != b][:1] == differing[:1]


@pytest.mark.parametrize(
    ("ballot", "clear"),
    [
        ((2, 1, 0), (1, 0)),
        ((1, 3, 0), (0,)),
        ((1, 2, 2), (0,)),
        ((1, 1, 2), ()),
        ((2, 3, 0), ()),
        ((0, 0, 0), ()),
        ((255, 0, 1), (2,)),
    ],
)
def test_preferences_are_clear_up_to_the_first_rank_missing_or_given_twice(
    ballot: tuple[int, ...], clear: tuple[int, ...]
) -> None:
    assert preferences(ballot) == clear


def test_blank_and_invalid_ballots_are_told_apart() -> None:
    ballots = [(0, 0), (1, 1), (2, 1), (2, 0)]
    with_blank = Method(MethodType.IRV, blank=True)
    for method, numbers in ((IRV, (4, 1, 0, 3)), (with_blank, (4, 1, 1, 2)), (SCHULZE, (4, 3, 0, 1))):
        outcome = count(method, 2, ballots, b"")
        assert (outcome.ballots, outcome.valid, outcome.blank, outcome.invalid) == numbers
    for wrong in ([(1,)], [(1, 256)], [(1, -1)], [(True, 0)], {(1, 0): -1}, {(1, 0): 1.0}):
        with pytest.raises(UsageError):
            count(IRV, 2, wrong, b"")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no candidates"):
        count(IRV, 0, [], b"")
    for method in (IRV, SCHULZE, BORDA, JUDGMENT, stv("scottish", 2), stv("meek", 2)):
        assert count(method, 3, [], b"").ballots == 0


@pytest.mark.parametrize(
    "extra",
    [
        None,
        {},
        {"type": "Schulze"},
        {"blank": True, "type": "Schulze"},
        {"type": "Schulze", "blank": 1},
        {"type": "Plurality", "blank": True},
        {"type": "Schulze", "blank": True, "seats": 1},
        {"type": "STV", "blank": True, "rules": "scottish"},
        {"type": "STV", "blank": True, "rules": "gregory", "seats": 2},
        {"type": "STV", "blank": True, "rules": "meek", "seats": 0},
        {"type": "MajorityJudgment", "blank": False, "grades": ["good"]},
        {"type": "MajorityJudgment", "blank": False, "grades": ["good", "good"]},
        {"type": "MajorityJudgment", "blank": False, "grades": ["good", ""]},
        {"type": "IRV", "blank": True, "grades": []},
    ],
)
def test_a_method_is_read_strictly(extra: Any) -> None:
    assert Method.of(extra) is None
    with pytest.raises(ValueError):
        Method.from_json(extra)


def test_a_method_reads_what_it_writes() -> None:
    for method in (SCHULZE, Method(MethodType.IRV, blank=True), stv("meek", 3), stv("scottish", 1), JUDGMENT):
        assert Method.from_json(json.loads(json.dumps(method.to_json()))) == method


def _vectors() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))
    return found


def test_winners_are_those_of_a_maintained_library() -> None:
    compared: Counter[str] = Counter()
    for election in _vectors():
        ballots = {
            kind: {tuple(line[1:]): line[0] for line in election[kind]} for kind in ("strict", "equal", "graded")
        }
        for name, method, kind in (
            ("scottish", stv("scottish", election["seats"]), "strict"),
            ("meek", stv("meek", election["seats"]), "strict"),
            ("irv", IRV, "strict"),
            ("schulze", SCHULZE, "equal"),
            ("condorcet", CONDORCET, "equal"),
            ("judgment", JUDGMENT, "graded"),
        ):
            outcome = count(method, election["candidates"], ballots[kind], b"")
            if election[name] is not None and not (kind == "strict" and outcome.lots):
                assert sorted(outcome.winners) == election[name], (name, election)
                compared[name] += 1
    assert min(compared.values()) >= 35, compared


def test_outcomes_are_json_without_floats() -> None:
    def no_floats(value: Any) -> None:
        assert not isinstance(value, float)
        for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
            no_floats(each)

    text = "7 A>B>C, 4 A>C, 3 B=C, 3 C>B, 2 D>C, 1 D"
    for method in (SCHULZE, CONDORCET, BORDA, IRV, JUDGMENT, stv("scottish", 2), stv("meek", 2)):
        value = counted(method, text).to_json()
        no_floats(value)
        assert json.loads(json.dumps(value)) == value
