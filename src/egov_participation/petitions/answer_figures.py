"""The chart of who has answered petitions, with its table."""

from __future__ import annotations

from functools import lru_cache

from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.petitions.service.owing import Record
from egov_participation.results import charts, figures
from egov_participation.results.charts import SHARES, Bar
from egov_participation.results.figures import Figure
from egov_participation.roles import service as roles
from egov_participation.services import Services


def agency_name(services: Services, lang: str, code: str) -> str:
    """What an agency is called; of none, that nobody has been told to answer."""
    return roles.agency_name(services, code, lang) if code else translate(lang, N_("No agency yet"))


@lru_cache(maxsize=32)
def by_agency(lang: str, records: tuple[tuple[Record, str], ...], source: str) -> Figure:
    """Of what petitions asked, how much was answered: a bar for each agency.

    Args:
        records: with each agency's name.
    """
    number = filters(lang, "UTC")["number"]
    bars = tuple(
        Bar(
            name,
            SHARES * one.done // one.asked,
            translate(lang, N_("%(done)s of %(asked)s"), done=number(one.done), asked=number(one.asked)),
            quiet=not one.agency,
        )
        for one, name in records
    )
    title = translate(lang, N_("Answered, by agency"))
    head = (
        *(N_("Agency"), N_("Answers asked for"), N_("Answered"), N_("Answered late"), N_("Still in time")),
        *(N_("Overdue"), N_("Median days")),
    )
    return Figure(
        id="answers",
        title=title,
        svg=figures.drawn(
            "answers",
            title,
            "; ".join(f"{bar.label}: {bar.text}" for bar in bars),
            lambda width: charts.answers(bars, SHARES, width),
        ),
        source=source,
        head=tuple(translate(lang, word) for word in head),
        rows=tuple(
            (
                name,
                *(number(count) for count in (one.asked, one.done, one.late, one.waiting, one.overdue)),
                "–" if one.median_days is None else number(one.median_days),
            )
            for one, name in records
        ),
        numeric=(1, 2, 3, 4, 5, 6),
    )
