"""Working days, by which the law counts its deadlines: those that a calendar does not name as off.

Every page counts with the same calendar, Kazakhstan's unless a petition's rules bring their own. A day off that the
calendar does not know is counted as worked: what an office has to do by then is done early, never later than the law
allows.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from egov_participation.jurisdiction.calendars import Calendar, calendar

KAZAKHSTAN: Final = calendar("kz")


def after(start: date, count: int, of: Calendar = KAZAKHSTAN) -> date:
    """The day that is `count` working days after `start`, which itself is not counted."""
    day, left = start, count
    while left > 0:
        day += timedelta(days=1)
        left -= of.is_working(day)
    return day


def between(start: date, end: date, of: Calendar = KAZAKHSTAN) -> int:
    """How many working days after `start` the day `end` is; below zero if it is before."""
    if end < start:
        return -between(end, start, of)
    return sum(of.is_working(start + timedelta(days=day)) for day in range(1, (end - start).days + 1))
