"""How the log grew, drawn: entries of each of the last days, and all of them together. Not by the hour: the ballots of
a small vote are not told by hours either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from babel.dates import format_skeleton

from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.results import figures
from egov_participation.results.figures import Figure

MOST: Final = 30
"""Columns of a picture."""


def days_of(began: date, today: date) -> tuple[date, ...]:
    """After which days the log's size is asked for: the day before the first that is drawn, and then each, at most
    `MOST`, up to this one, which is not over."""
    drawn = min(max((today - began).days + 1, 1), MOST)
    return tuple(today - timedelta(days=ago) for ago in range(drawn, -1, -1))


def of_growth(days: Sequence[date], sizes: Sequence[int], lang: str, timezone: str) -> list[Figure]:
    """Entries of each day and in all; none as long as there is but one day.

    Args:
        sizes: how many entries there were after each of `days_of`.
    """
    if len(days) < 3:
        return []
    written = filters(lang, timezone)
    names = [(format_skeleton("MMMd", day, locale=LOCALES[lang]), written["date"](day)) for day in days[1:]]
    counts = [after - before for before, after in pairwise(sizes)]
    source = translate(lang, N_("Source: the log's checkpoints up to %(date)s."), date=written["date"](days[-1]))
    day = translate(lang, N_("Day"))
    return [
        figures.over_time(
            lang,
            "entries",
            translate(lang, N_("Entries by day")),
            (day, translate(lang, N_("Entries"))),
            tuple((*name, count) for name, count in zip(names, counts, strict=True)),
            source,
        ),
        figures.over_time(
            lang,
            "growth",
            translate(lang, N_("All entries together")),
            (day, translate(lang, N_("Entries in all"))),
            tuple((*name, size) for name, size in zip(names, sizes[1:], strict=True)),
            source,
            grows=True,
        ),
    ]
