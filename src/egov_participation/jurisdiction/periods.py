"""Periods in which laws give deadlines: so many days, working days, months or years."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.calendars import Calendar

_WRITTEN: Final = re.compile(r"([1-9]\d{0,3}) (calendar day|working day|month|year)s?")
_LONGEST: Final = {"calendar-days": 3660, "working-days": 2600, "months": 120, "years": 10}


class Unit(StrEnum):
    """What a period is counted in."""

    CALENDAR_DAYS = "calendar-days"
    WORKING_DAYS = "working-days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Period:
    """``40 working days``: ten years at most."""

    n: int
    unit: Unit

    @classmethod
    def read(cls, text: object) -> Period:
        """The period that is written so.

        Raises:
            ValueError: it is none.
        """
        found = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError("is no period such as “40 working days”, “30 calendar days”, “6 months” or “1 year”")
        period = cls(int(found[1]), Unit(found[2].replace(" ", "-") + "s" if " " in found[2] else found[2] + "s"))
        if period.n > _LONGEST[period.unit]:
            raise ValueError("is longer than ten years")
        return period

    def __str__(self) -> str:
        unit = self.unit.replace("-", " ")
        return f"{self.n} {unit if self.n > 1 else unit[:-1]}"

    def end(self, start: dt.date, calendar: Calendar) -> dt.date:
        """Its last day. The day that it begins with is not counted: a week from Monday ends on the next Monday.

        Months and years end on the day of the same number, or on the month's last. The end is not moved if it is no
        working day: whoever has to do something by then has the days before.
        """
        match self.unit:
            case Unit.CALENDAR_DAYS:
                return start + dt.timedelta(days=self.n)
            case Unit.WORKING_DAYS:
                return working_days.after(start, self.n, calendar)
            case Unit.MONTHS | Unit.YEARS:
                months = start.month - 1 + self.n * (12 if self.unit is Unit.YEARS else 1)
                year, month = start.year + months // 12, months % 12 + 1
                return dt.date(year, month, min(start.day, monthrange(year, month)[1]))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.read(value),
            serialization=core_schema.to_string_ser_schema(),
        )
