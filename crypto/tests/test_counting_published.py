"""A published count is read back as it was counted, and nothing else passes for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests.test_counting import BORDA, CONDORCET, IRV, JUDGMENT, SCHULZE, counted, stv

from egov_crypto import statement
from egov_crypto.counting import Method, count, published

TEXT = "7 A>B>C, 4 A>C, 3 B=C, 3 C>B, 2 D>C, 1 D"


def is_count(value: Any) -> bool:
    try:
        published.read(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("method", [SCHULZE, CONDORCET, BORDA, IRV, JUDGMENT, stv("scottish", 2), stv("meek", 2)])
def test_a_published_count_is_read_as_it_was_and_nothing_else_is_one(method: Method) -> None:
    outcome = counted(method, TEXT)
    value = json.loads(statement.dump(outcome.to_json()))
    assert published.read(value) == outcome
    assert not is_count(value | {"more": 1})
    for name in value:
        assert not is_count({key: each for key, each in value.items() if key != name}), name
        for other in (None, ["x"], "x", {}, 1.5, True):
            assert not is_count(value | {name: other}), (name, other)


@pytest.mark.parametrize("ballots", [[], [(0, 0, 0)], [(0, 0, 0), (0, 0, 0)]])
def test_nobody_is_elected_by_lots_alone(ballots: list[tuple[int, ...]]) -> None:
    for method in (SCHULZE, CONDORCET, BORDA, IRV, JUDGMENT, stv("scottish", 2), stv("meek", 2)):
        outcome = count(method, 3, ballots, b"")
        assert (outcome.valid, outcome.winners, outcome.lots) == (0, (), ())
        assert published.read(json.loads(statement.dump(outcome.to_json()))) == outcome
