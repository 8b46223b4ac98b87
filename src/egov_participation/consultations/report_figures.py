"""The charts of a report, each with its table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton

from egov_participation.consultations.models.states import Capacity, Stance, Verdict
from egov_participation.consultations.rules.reporting import OTHER, UNKNOWN
from egov_participation.consultations.telling import CAPACITIES, STANCES, VERDICTS
from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.results import charts, figures, places
from egov_participation.results.charts import Bar
from egov_participation.results.figures import Figure
from egov_participation.results.places import Place


def of(content: Mapping[str, Any], lang: str, source: str) -> list[Figure]:
    """What became of the comments, who took part, from where, what they think, and when."""
    verdicts = {str(verdict): 0 for verdict in Verdict}
    for reply in content["replies"]:
        verdicts[reply["verdict"]] += reply["comments"]
    owed = content["totals"]["owed"] - content["totals"]["replied"]
    answered = [(translate(lang, VERDICTS[Verdict(code)]), count) for code, count in verdicts.items() if count]
    if owed:
        answered.append((translate(lang, N_("No reply yet")), owed))
    named = (
        ("verdicts", N_("What became of the comments"), N_("Reply"), answered),
        (
            "capacities",
            N_("Who took part"),
            N_("As"),
            [(translate(lang, CAPACITIES[Capacity(code)]), n) for code, n in content["by_capacity"].items()],
        ),
        (
            "stances",
            N_("What they think of it"),
            N_("Stance"),
            [(translate(lang, STANCES[Stance(code)]), n) for code, n in content["by_stance"].items()],
        ),
    )
    found = [
        bars(lang, name, translate(lang, title), translate(lang, head), tuple(counts), source)
        for name, title, head, counts in named
        if counts
    ]
    return [*found, *_regions(content["by_region"], lang, source), *_days(content["by_day"], lang, source)]


@lru_cache(maxsize=64)
def bars(lang: str, name: str, title: str, what: str, counts: tuple[tuple[str, int], ...], source: str) -> Figure:
    """Comments by something, as bars.

    Args:
        what: they are counted by: the head of the table's first column.
        counts: (what it is called, how many).
    """
    number, whole = filters(lang, "UTC")["number"], sum(count for _, count in counts)
    drawn = tuple(Bar(label, count, number(count)) for label, count in counts)
    return Figure(
        id=name,
        title=title,
        svg=figures.drawn(
            name,
            title,
            "; ".join(f"{bar.label}: {bar.text}" for bar in drawn),
            lambda width: charts.answers(drawn, whole, width),
        ),
        source=source,
        head=(what, translate(lang, N_("Number of comments"))),
        rows=tuple((label, number(count)) for label, count in counts),
        numeric=(1,),
    )


def _regions(counts: Mapping[str, int], lang: str, source: str) -> list[Figure]:
    if not counts:
        return []
    head = (translate(lang, N_("Region")), translate(lang, N_("Number of comments")))
    found = tuple(Place(code, _region(code, lang), count, residents=_residents(code)) for code, count in counts.items())
    on_map = places.tile_map(
        lang,
        "map",
        translate(lang, N_("Comments by region: map")),
        translate(lang, N_("Comments on the draft")),
        head,
        found,
        source,
    )
    all_ = places.bars(lang, "regions", translate(lang, N_("Comments by region")), head, found, source)
    return [*([on_map] if on_map else []), all_]


def _region(code: str, lang: str) -> str:
    if code in TERRITORIES:
        return TERRITORIES[code].name(lang)
    names = {OTHER: N_("Other regions, counted together"), UNKNOWN: N_("Region not known")}
    return translate(lang, names.get(code, code))


def _residents(code: str) -> int | None:
    territory = TERRITORIES.get(code)
    return territory.population.people if territory is not None and territory.population is not None else None


def _days(counts: Mapping[str, int], lang: str, source: str) -> list[Figure]:
    if len(counts) < 2:
        return []
    written = filters(lang, "UTC")["date"]
    days = [(date.fromisoformat(day), count) for day, count in counts.items()]
    return [
        figures.over_time(
            lang,
            "days",
            translate(lang, N_("Comments by day")),
            (translate(lang, N_("Day")), translate(lang, N_("Number of comments"))),
            tuple((format_skeleton("MMMd", day, locale=LOCALES[lang]), written(day), count) for day, count in days),
            source,
        )
    ]
