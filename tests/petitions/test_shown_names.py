"""Names are shown by spans of days, none of which has few of them, and none of which ever grows."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from egov_participation.petitions.rules.names import FEWEST, spans

FIRST = date(2026, 3, 1)


@given(st.lists(st.integers(0, FEWEST), max_size=60))
def test_each_span_has_enough_names_and_stays_as_it_is(numbers: list[int]) -> None:
    shown = [(FIRST + timedelta(days=place), number) for place, number in enumerate(numbers)]
    found = spans(shown)
    inside = [[number for day, number in shown if first <= day <= last] for first, last in found]
    for counts in inside:
        assert sum(counts) >= FEWEST
        assert sum(counts[:-1]) < FEWEST  # as few days together as may be
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert sum(numbers) - sum(map(sum, inside)) < FEWEST
    for cut in range(len(shown)):
        assert spans(shown[:cut]) == found[: len(spans(shown[:cut]))]
