"""Working days, by which the law counts its deadlines: Monday to Friday.

Holidays and days moved by decree are not left out: calendars of these come with the law's own deadlines. Until then a
deadline is never later than the law allows, and every page counts in the same way.
"""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5


def after(start: date, count: int) -> date:
    """The day that is `count` working days after `start`, which itself is not counted."""
    day, left = start, count
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day


def between(start: date, end: date) -> int:
    """How many working days after `start` the day `end` is; below zero if it is before."""
    if end < start:
        return -between(end, start)
    return sum((start + timedelta(days=day)).weekday() < _SATURDAY for day in range(1, (end - start).days + 1))
