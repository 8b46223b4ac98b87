"""How the log grew, drawn: entries in each of the last hours or days, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.results import figures
from egov_participation.results.figures import Figure

MOST: Final = 30
"""Columns of a picture."""
HOURLY: Final = timedelta(days=2)
"""So long the log is drawn by the hour."""


@dataclass(frozen=True, slots=True)
class Times:
    """The moments at which the log's size is asked for: the ends of hours or days, and the last of them is not over."""

    moments: tuple[datetime, ...]
    hourly: bool


def times(began: datetime, now: datetime, timezone: str) -> Times:
    """The moments from when the log began, at most `MOST` spans, up to now."""
    zone = ZoneInfo(timezone)
    hourly = now - began < HOURLY
    last, first = now.astimezone(zone), began.astimezone(zone)
    moments, start = [now], _start(last, hourly)
    while len(moments) <= MOST and moments[-1] > first:
        if start < now:
            moments.append(start)
        start = _before(start, hourly)
    return Times(tuple(reversed(moments)), hourly)


def _start(moment: datetime, hourly: bool) -> datetime:
    if hourly:
        return moment.replace(minute=0, second=0, microsecond=0)
    return datetime.combine(moment.date(), time(), moment.tzinfo)


def _before(moment: datetime, hourly: bool) -> datetime:
    """By the clock on the wall: a day has not always 24 hours."""
    return moment - (timedelta(hours=1) if hourly else timedelta(days=1))


def of_growth(found: Times, sizes: list[int], lang: str, timezone: str) -> list[Figure]:
    """Entries of each span and in all; none as long as there is but one span.

    Args:
        sizes: how many entries there were at each of the moments.
    """
    if len(found.moments) < 3:
        return []
    written = filters(lang, timezone)
    spans = found.moments[:-1]
    names = [_names(start, found.hourly, lang, timezone) for start in spans]
    counts = [after - before for before, after in pairwise(sizes)]
    source = translate(
        lang, N_("Source: the log's checkpoints up to %(date)s."), date=written["datetime"](found.moments[-1])
    )
    when = translate(lang, N_("Hour") if found.hourly else N_("Day"))
    by = translate(lang, N_("Entries by hour") if found.hourly else N_("Entries by day"))
    return [
        figures.over_time(
            lang,
            "entries",
            by,
            (when, translate(lang, N_("Entries"))),
            tuple((*name, count) for name, count in zip(names, counts, strict=True)),
            source,
        ),
        figures.over_time(
            lang,
            "growth",
            translate(lang, N_("All entries together")),
            (when, translate(lang, N_("Entries in all"))),
            tuple((*name, size) for name, size in zip(names, sizes[1:], strict=True)),
            source,
            grows=True,
        ),
    ]


def _names(start: datetime, hourly: bool, lang: str, timezone: str) -> tuple[str, str]:
    """What the span that begins there is called, in a picture and in a table."""
    written = filters(lang, timezone)
    if hourly:
        return written["time"](start), written["datetime"](start)
    return format_skeleton("MMMd", start.date(), locale=LOCALES[lang]), written["date"](start)
