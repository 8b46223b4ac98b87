"""Working days of Kazakhstan, with its holidays and the days that were moved."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.calendars import Calendar, Holiday, Words, calendar, names
from egov_participation.jurisdiction.working_days import KAZAKHSTAN

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
NAME = Words(kk="а", ru="б", en="c")


def off(*days: str) -> list[bool]:
    return [not KAZAKHSTAN.is_working(dt.date.fromisoformat(day)) for day in days]


@pytest.mark.parametrize(
    ("month", "working"),
    [
        ("2024-01", 21), ("2024-05", 20), ("2025-01", 20), ("2025-03", 17), ("2025-06", 20),
        ("2026-01", 19), ("2026-03", 18), ("2026-05", 17), ("2026-12", 22),
    ],
)  # fmt: skip
def test_a_month_has_the_working_days_that_its_holidays_leave(month: str, working: int) -> None:
    first = dt.date.fromisoformat(f"{month}-01")
    days = [first + dt.timedelta(days=n) for n in range(31) if (first + dt.timedelta(days=n)).month == first.month]
    assert sum(KAZAKHSTAN.is_working(day) for day in days) == working


def test_holidays_of_a_weekend_are_carried_to_the_working_days_after_it() -> None:
    assert off("2026-03-09", "2026-03-23", "2026-03-24", "2026-03-25", "2026-03-26") == [True, True, True, True, False]
    assert off("2026-05-11", "2026-10-26", "2022-01-03", "2022-01-04", "2022-01-05") == [True, True, True, True, False]


def test_orthodox_christmas_and_kurban_ait_are_off_and_are_not_carried() -> None:
    assert off("2026-01-07", "2026-05-27", "2025-06-06") == [True, True, True]
    assert off("2024-01-08", "2023-01-09") == [False, False]


def test_a_day_that_was_moved_is_off_and_its_saturday_worked() -> None:
    assert off("2024-05-08", "2024-05-04", "2025-01-03", "2025-01-05") == [True, False, True, False]


def test_a_holiday_of_the_last_days_is_carried_into_the_next_year() -> None:
    last = Calendar(holidays=(Holiday(day="12-31", name=NAME), Holiday(day="01-01", name=NAME)))
    assert [last.is_working(dt.date(2023, 1, day)) for day in (2, 3, 4)] == [False, False, True]


def test_a_deadline_leaves_out_what_is_off() -> None:
    assert working_days.after(dt.date(2026, 3, 6), 10) == dt.date(2026, 3, 26)
    assert working_days.after(dt.date(2026, 3, 6), 10, Calendar()) == dt.date(2026, 3, 20)
    assert working_days.between(dt.date(2026, 3, 6), dt.date(2026, 3, 26)) == 10


@given(DAYS, st.integers(0, 300))
def test_so_many_working_days_after_a_day_are_so_many_between(start: dt.date, count: int) -> None:
    end = working_days.after(start, count)
    assert working_days.between(start, end) == count
    assert count == 0 or KAZAKHSTAN.is_working(end)


@given(DAYS, st.integers(0, 60))
def test_a_calendar_without_holidays_never_ends_later(start: dt.date, count: int) -> None:
    fixed = KAZAKHSTAN.model_copy(update={"worked": ()})
    assert working_days.after(start, count, Calendar()) <= working_days.after(start, count, fixed)


@pytest.mark.parametrize("code", sorted(names()))
def test_every_calendar_of_the_package_holds_and_works_in_between(code: str) -> None:
    known = calendar(code)
    assert 240 <= working_days.between(dt.date(2025, 12, 31), dt.date(2026, 12, 31), known) <= 262


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekend": ["Samstag"]},
        {"weekend": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]},
        {"holidays": [{"day": "02-30", "name": NAME.model_dump()}]},
        {"holidays": [{"day": "1-1", "name": NAME.model_dump()}]},
        {"holidays": [{"day": "01-01"}]},
        {"off": [dt.date(2026, 1, 3)], "worked": [dt.date(2026, 1, 3)]},
        {"off": ["2026-01-03"]},
        {"of": []},
    ],
)
def test_a_calendar_that_cannot_be_right_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Calendar.model_validate(wrong)
