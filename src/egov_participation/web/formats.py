"""Numbers, dates and times as people of each language write them: the filters of templates, and of mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

from egov_participation.i18n import LOCALES


def filters(lang: str, timezone: str) -> dict[str, Callable[..., Any]]:
    """The filters of one language: ``date``, ``datetime``, ``time``, ``iso``, ``duration``, ``number``, ``percent``.

    Times are said in `timezone`; a plain date is said as it is.
    """
    zone = ZoneInfo(timezone)
    locale = LOCALES[lang]

    def local_date(value: date, length: str = "long") -> str:
        return format_date(value.astimezone(zone) if isinstance(value, datetime) else value, length, locale=locale)

    def local_datetime(value: datetime, length: str = "long") -> str:
        # CLDR's long form names the zone down to the offset; the site has one zone, so day and minutes are enough.
        return f"{local_date(value, length)}, {local_time(value)}"

    def local_time(value: datetime) -> str:
        return format_time(value, "short", tzinfo=zone, locale=locale)

    def iso(value: date) -> str:
        return (
            value.astimezone(zone).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
        )

    def duration(value: timedelta) -> str:
        return format_timedelta(value, locale=locale)

    def number(value: float) -> str:
        return format_decimal(value, locale=locale)

    def percent(value: float, digits: int = 2) -> str:
        """`value` is a share of one: 0.6366 is 63.66 %."""
        return format_percent(
            value, f"#,##0.{'0' * digits} %" if lang != "en" else f"#,##0.{'0' * digits}%", locale=locale
        )

    return {
        "date": local_date,
        "datetime": local_datetime,
        "time": local_time,
        "iso": iso,
        "duration": duration,
        "number": number,
        "percent": percent,
    }
