"""Calendars: which days are working days where.

A calendar is data (``jurisdiction/data/calendars/*.toml``), or stands in a rule set. It names only days off that are
certain: a day that a decree moves and that nobody has entered counts as a working day, so that a deadline is never
later than the law allows. `working_days` counts with it.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_AND_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOST_DAYS: Final = 400
"""Entries of a calendar's list: more is a mistake."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Strict(BaseModel):
    """What a file says, read to the letter: no key is ignored, no value turned into another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Words(Strict):
    """A text in the languages of the site."""

    kk: Text
    ru: Text
    en: Text

    def get(self, lang: str) -> str:
        """The text in ``kk``, ``ru`` or ``en``."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[lang]


def _weekday(name: str) -> str:
    if name not in WEEKDAYS:
        raise ValueError(f"“{name}” is none of {', '.join(WEEKDAYS)}")
    return name


def _month_and_day(text: str) -> str:
    if _MONTH_AND_DAY.fullmatch(text) is None:
        raise ValueError(f"“{text[:20]}” is no month and day such as 12-16")
    try:
        dt.date(2024, int(text[:2]), int(text[3:]))
    except ValueError:
        raise ValueError(f"there is no such day as {text}") from None
    return text


class Holiday(Strict):
    """A day that is off in every year."""

    day: Annotated[str, AfterValidator(_month_and_day)]
    """Month and day, ``12-16``."""
    name: Words
    carried: bool = True
    """Whether, on a day of the weekend, it makes the next working day a day off."""
    first_year: Annotated[int, Field(ge=1, le=9999)] = 1
    last_year: Annotated[int, Field(ge=1, le=9999)] = 9999

    def on(self, year: int) -> dt.date | None:
        """Its date in a year; None if it is not kept in that year."""
        if not self.first_year <= year <= self.last_year or (self.day == "02-29" and year % 4):
            return None
        return dt.date(year, int(self.day[:2]), int(self.day[3:]))


class Calendar(Strict):
    """Which days are working days."""

    weekend: Annotated[tuple[Annotated[str, AfterValidator(_weekday)], ...], Field(max_length=6, strict=False)] = (
        "saturday",
        "sunday",
    )
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=_MOST_DAYS, strict=False)] = ()
    off: Annotated[tuple[dt.date, ...], Field(max_length=_MOST_DAYS, strict=False)] = ()
    """Single days off: of feasts that move, and by decree."""
    worked: Annotated[tuple[dt.date, ...], Field(max_length=_MOST_DAYS, strict=False)] = ()
    """Days of the weekend that are worked instead of one that is off."""

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> Self:
        both = set(self.off) & set(self.worked)
        if both:
            raise ValueError(f"{min(both)} is both off and worked")
        return self

    def __hash__(self) -> int:
        # For `_days_off`, which is asked for every day; what is alike in this is compared whole there.
        return hash((self.weekend, self.off, self.worked))

    def is_working(self, day: dt.date) -> bool:
        """Whether a day is a working day."""
        return day not in _days_off(self, day.year) and (not self._is_weekend(day) or day in self.worked)

    def holiday(self, day: dt.date) -> Holiday | None:
        """The holiday that is kept on a day, on whichever day of the week."""
        return next((holiday for holiday in self.holidays if holiday.on(day.year) == day), None)

    def _is_weekend(self, day: dt.date) -> bool:
        return WEEKDAYS[day.weekday()] in self.weekend

    def days_off(self, year: int) -> frozenset[dt.date]:
        """Days off of a year besides its weekends. The last holiday of the year before may be carried into it."""
        kept = {
            date: holiday
            for before in (1, 0)
            for holiday in self.holidays
            if year > before and (date := holiday.on(year - before)) is not None
        }
        off = {*kept, *self.off}
        for date in sorted(date for date, holiday in kept.items() if holiday.carried and self._is_weekend(date)):
            day = date
            while day < dt.date.max and (self._is_weekend(day) or day in off):
                day += dt.timedelta(days=1)
            off.add(day)
        return frozenset(day for day in off if day.year == year)


_days_off = lru_cache(maxsize=1024)(Calendar.days_off)


@cache
def calendar(code: str) -> Calendar:
    """The calendar of the package that is called `code`, e.g. ``kz``.

    Raises:
        KeyError: there is none of that name.
        ValueError: it does not hold.
    """
    if code not in names():
        raise KeyError(code)
    text = (files(__package__) / "data" / "calendars" / f"{code}.toml").read_text("utf-8")
    return Calendar.model_validate(tomllib.loads(text))


@cache
def names() -> frozenset[str]:
    """The calendars of the package."""
    folder = files(__package__) / "data" / "calendars"
    return frozenset(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
