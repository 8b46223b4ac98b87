"""Ages: from one birthday to the next, the 29th of February included."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_participation.registry.rules import age_on, latest_birth

days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2006-10-06", "2024-10-05", 17),
        ("2006-10-06", "2024-10-06", 18),
        ("2006-12-31", "2025-01-01", 18),
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
        ("2004-02-29", "2024-02-29", 20),
        ("2024-10-06", "2024-10-06", 0),
        ("2024-10-07", "2024-10-06", -1),
    ],
)
def test_an_age_is_reached_on_the_birthday(born: str, day: str, age: int) -> None:
    assert age_on(dt.date.fromisoformat(born), dt.date.fromisoformat(day)) == age


@given(days, days, st.integers(0, 120))
def test_who_is_born_by_the_latest_birth_date_is_old_enough_and_nobody_else(
    born: dt.date, day: dt.date, age: int
) -> None:
    assert (born <= latest_birth(day, age)) == (age_on(born, day) >= age)
