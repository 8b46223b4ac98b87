"""Ages: from one birthday to the next, the 29th of February included."""

from __future__ import annotations

import datetime as dt

import pytest

from egov_participation.registry.rules import age_on


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
