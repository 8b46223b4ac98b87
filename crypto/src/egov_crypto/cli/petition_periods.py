"""Periods of a petition's rules, and the calendar by which working days are counted, as the rules have both.

By which clock a day begins where people sign, no rule says: each day that it is anywhere on Earth is taken for one.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

_PERIOD: Final = re.compile(r"([1-9][0-9]{0,3}) (calendar day|working day|month|year)s?", re.ASCII)
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EAST: Final = timedelta(hours=14)
"""By how much a clock is before UTC at most."""
_WEST: Final = timedelta(hours=12)
"""By how much it is behind."""
_MOST: Final = 20_000
"""Days that a period has at most: else its calendar has none that are worked."""


class Calendar:
    """Which days are working days. Raises :class:`ValueError`, :class:`KeyError`, :class:`TypeError` where it cannot be
    read."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._weekend = {_WEEKDAYS.index(name) for name in said["weekend"]}
        self._off, self._worked = (set(map(date.fromisoformat, said[name])) for name in ("off", "worked"))
        self._holidays = [
            (int(one["day"][:2]), int(one["day"][3:]), one["carried"], one["first_year"], one["last_year"])
            for one in said["holidays"]
        ]
        self._days_off = cache(self._off_in)

    def is_working(self, day: date) -> bool:
        """Whether a day is one."""
        rests = day.weekday() in self._weekend and day not in self._worked
        return not rests and day not in self._days_off(day.year)

    def _off_in(self, year: int) -> set[date]:
        """Days off besides weekends: holidays, and the working day after one that is carried over from a weekend."""
        kept = {day: carried for before in (1, 0) for day, carried in self._kept(year - before)}
        off = {*kept, *self._off}
        for day in sorted(day for day, carried in kept.items() if carried and day.weekday() in self._weekend):
            moved = day
            while moved.weekday() in self._weekend or moved in off:
                moved += timedelta(days=1)
            off.add(moved)
        return off

    def _kept(self, year: int) -> Iterable[tuple[date, bool]]:
        for month, day, carried, first, last in self._holidays:
            if first <= year <= last and day <= monthrange(year, month)[1]:
                yield date(year, month, day), carried


@dataclass(frozen=True, slots=True)
class Period:
    """So many calendar days, working days, months or years."""

    number: int
    unit: str

    @classmethod
    def parse(cls, text: Any) -> "Period":
        """What is written ``40 working days``. Raises :class:`ValueError`."""
        found = _PERIOD.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"“{text}” is no period"[:100])
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'s' if self.number > 1 else ''}"

    def end(self, start: date, calendar: Calendar) -> date:
        """Its last day; the one that it begins with is not counted. Months end on the day of the same number, or on the
        last. Raises :class:`ValueError` if nobody ever works."""
        if self.unit == "calendar day":
            return start + timedelta(days=self.number)
        if self.unit == "working day":
            return self._worked(start, calendar)
        months = start.month - 1 + self.number * (12 if self.unit == "year" else 1)
        year, month = start.year + months // 12, months % 12 + 1
        return date(year, month, min(start.day, monthrange(year, month)[1]))

    def _worked(self, start: date, calendar: Calendar) -> date:
        day, left = start, self.number
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working(day)
            if (day - start).days > _MOST:
                raise ValueError("a calendar without working days")
        return day

    def ends(self, start: str, calendar: Calendar) -> set[date]:
        """Its last day wherever it may begin at that time (RFC 3339)."""
        return {self.end(day, calendar) for day in days_of(start)}


def days_of(moment: str) -> list[date]:
    """Each day that it is somewhere on Earth, at that time (RFC 3339)."""
    at = datetime.fromisoformat(moment)
    first, last = (at - _WEST).date(), (at + _EAST).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def ends_with(day: date, moment: str) -> bool:
    """Whether that time is where the day ends, somewhere on Earth."""
    utc = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    return utc - _EAST <= datetime.fromisoformat(moment) <= utc + _WEST
