"""Numbers, dates and times as people of each language write them: the filters of templates, and of mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

from egov_participation.i18n import LOCALES

_REMEMBERED = 2000
_FORMS = {
    ("kk", "medium"): "y 'ж'. d MMM",  # CLDR's has 04 where the long one and the charts have 4
    ("ru", "long"): "d MMMM y 'года'",  # CLDR's ends in a full stop, and many a sentence ends in a date
}
"""How some dates are written otherwise than Babel would."""
_HARD_SPACE = "\u00a0"
"""Between the parts of a date or of a number and its unit: a line never ends there."""


@cache
def filters(lang: str, timezone: str) -> dict[str, Callable[..., Any]]:
    """The filters of one language: ``date``, ``datetime``, ``time``, ``until``, ``last_day``, ``iso``, ``duration``,
    ``number``, ``percent``.

    Times are said in `timezone`; a plain date is said as it is. What was said lately is remembered: making it takes
    longer than most of the page around it.
    """
    zone = ZoneInfo(timezone)
    locale = LOCALES[lang]

    def local_date(value: date, length: str = "long") -> str:
        form = _FORMS.get((lang, length), length)
        written = format_date(value.astimezone(zone) if isinstance(value, datetime) else value, form, locale=locale)
        return written.replace(" ", _HARD_SPACE)

    def local_datetime(value: datetime, length: str = "long") -> str:
        # CLDR's long form names the zone down to the offset; the site has one zone, so day and minutes are enough.
        return f"{local_date(value, length)}, {local_time(value)}"

    def local_time(value: datetime) -> str:
        return format_time(value, "short", tzinfo=zone, locale=locale)

    # What ends with a midnight ends with the day before it: "until 1 January, 00:00" is read as the end of 1 January.

    def until(value: datetime, length: str = "long") -> str:
        local = value.astimezone(zone)
        ends_a_day = (local.hour, local.minute) == (0, 0)
        return local_datetime(value - timedelta(minutes=1) if ends_a_day else value, length)

    def last_day(value: datetime, length: str = "long") -> str:
        return local_date(value - timedelta(microseconds=1), length)

    def iso(value: date) -> str:
        return (
            value.astimezone(zone).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
        )

    def duration(value: timedelta) -> str:
        # A threshold of one: 21 hours are not yet a day.
        return format_timedelta(value, threshold=1, locale=locale).replace(" ", _HARD_SPACE)

    def number(value: float) -> str:
        return format_decimal(value, locale=locale)

    def percent(value: float, digits: int = 2) -> str:
        """`value` is a share of one: 0.6366 is 63.66 %."""
        gap = "" if lang == "en" else _HARD_SPACE
        return format_percent(value, f"#,##0.{'0' * digits}{gap}%", locale=locale)

    every: dict[str, Callable[..., Any]] = {
        "date": local_date,
        "datetime": local_datetime,
        "time": local_time,
        "until": until,
        "last_day": last_day,
        "iso": iso,
        "duration": duration,
        "number": number,
        "percent": percent,
    }
    return {name: lru_cache(_REMEMBERED, typed=True)(function) for name, function in every.items()}
