"""The figures of a vote: what its charts say, from what anyone may see of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.territories import REGIONS
from egov_participation.results import charts, figures, regions
from egov_participation.results.figures import Figure
from egov_participation.results.regions import Region
from egov_participation.voting import answered
from egov_participation.voting.answered import Answered
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.turnout import Group
from egov_participation.voting.views import VoteView

MOST_DAYS = 400
"""More columns than pixels help nobody: then only the days with ballots are drawn."""


def of_results(vote: VoteView, lang: str, timezone: str) -> list[Answered]:
    """What came out on each question of a counted vote; none before."""
    return answered.of_vote(vote, lang, _source(vote, lang, timezone), _whole(vote))


def picture(vote: VoteView, number: int, lang: str, timezone: str) -> bytes | None:
    """The result of the question `number` (from 1) as a PNG; None if there is no such question, or nothing to draw."""
    return answered.picture(vote, number, lang, _source(vote, lang, timezone), _whole(vote))


def flow_picture(vote: VoteView, number: int, lang: str, timezone: str) -> bytes | None:
    """Where the votes on a question went, as a PNG; None if there is no such question, or they went nowhere."""
    return answered.flow_picture(vote, number, lang, _source(vote, lang, timezone))


def of_turnout(vote: VoteView, lang: str, timezone: str) -> Figure:
    """How many of the register voted. For votes that are over: before, turnout is a single number (``trust.md``)."""
    return figures.turnout(lang, "turnout", vote.voters, vote.registered, _source(vote, lang, timezone))


def of_days(vote: VoteView, days: Sequence[tuple[date, int]], lang: str, timezone: str) -> Figure | None:
    """Ballots by day, replaced ones among them; None unless the vote was open on several days.

    Args:
        days: (day, ballots) of the days that have any, in order.
    """
    pairs = _days(vote, days, timezone)
    return figures.ballots_by_day(lang, "days", pairs, _source(vote, lang, timezone)) if pairs else None


def of_regions(vote: VoteView, lang: str, timezone: str) -> list[Figure]:
    """Turnout by region as a map and as bars; none before the registrar has stated it."""
    found = regions_of(vote, lang)
    if not found:
        return []
    source = regional_source(vote, lang, timezone)
    return [regions.tile_map(lang, "map", found, source), regions.bars(lang, "regions", found, source)]


CHARTS = ("turnout", "days", "map", "regions")
"""What `chart_picture` can draw."""


def chart_picture(
    vote: VoteView, name: str, days: Sequence[tuple[date, int]], lang: str, timezone: str
) -> bytes | None:
    """One of `CHARTS` of a counted vote as a PNG; None if there is nothing to draw of it."""
    title, source, pairs = vote.title.of(lang), _source(vote, lang, timezone), _days(vote, days, timezone)
    found = regions_of(vote, lang)
    if vote.result is None:
        return None
    if name == "turnout":
        return figures.turnout_picture(lang, title, vote.voters, vote.registered, source)
    if name == "days" and pairs:
        return figures.days_picture(lang, title, pairs, source)
    if name == "map" and found:
        return regions.map_picture(lang, title, found, regional_source(vote, lang, timezone))
    if name == "regions" and found:
        return regions.bars_picture(lang, title, found, regional_source(vote, lang, timezone))
    return None


def drawn_answers(vote: VoteView, number: int, lang: str) -> tuple[str, str] | None:
    """The chart of the question `number` (from 1) of a counted vote as a whole SVG document, and in words; None if
    there is nothing to draw."""
    question, whole = vote.questions[number - 1], _whole(vote)
    if question.kind is QuestionKind.CHOICE and vote.result is not None:
        counts = answered.counts(question, vote.result[number - 1], lang)
        drawn = charts.to_svg(figures.draw_answers(lang, counts, whole))
        return drawn, figures.answers_in_words(lang, counts, whole)
    found = answered.chart(vote, number, lang, whole)
    return None if found is None else (charts.to_svg(lambda: found.draw(charts.WIDE)), found.words)


def drawn_map(vote: VoteView, lang: str) -> tuple[str, str]:
    """The map of turnout as a whole SVG document, and in words."""
    found = regions_of(vote, lang)
    return charts.to_svg(regions.draw_map(lang, found, charts.WIDE)), regions.in_words(lang, found)


def regions_of(vote: VoteView, lang: str) -> tuple[Region, ...]:
    """What the registrar states, by name: the regions in their alphabet's order, then those counted together."""
    if vote.regional is None:
        return ()
    found = [_region(group, lang) for group in vote.regional.groups]
    return tuple(sorted(found, key=lambda region: (not region.code, _in_order(region.name))))


_LETTERS = {letter: place for place, letter in enumerate("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя", 0x400)}
"""Kazakh's letters in their order, Russian's among them; Unicode has them one after the other."""


def _in_order(text: str) -> list[int]:
    return [_LETTERS.get(letter, ord(letter)) for letter in text.casefold()]


def regional_source(vote: VoteView, lang: str, timezone: str) -> str:
    """Who says so, and of when it is."""
    return translate(
        lang,
        N_("Source: the registrar's signed statement of %(date)s."),
        date=filters(lang, timezone)["datetime"](vote.regional.at if vote.regional else vote.closes_at),
    )


def _region(group: Group, lang: str) -> Region:
    if group.territory is None:
        names = tuple(_region_name(code, lang) for code in group.territories)
        return Region("", ", ".join(names), group.voters, group.registered, group.territories)
    return Region(group.territory, _region_name(group.territory, lang), group.voters, group.registered)


def _region_name(code: str, lang: str) -> str:
    if not code:
        return translate(lang, N_("Region not known"))
    return REGIONS[code].name(lang) if code in REGIONS else code


def _days(vote: VoteView, days: Sequence[tuple[date, int]], timezone: str) -> tuple[tuple[date, int], ...]:
    """Every day with its ballots, or only those that have any if there are too many; none if it was but one."""
    zone = ZoneInfo(timezone)
    first, last = vote.opens_at.astimezone(zone).date(), vote.closes_at.astimezone(zone).date()
    if days:
        first, last = min(first, days[0][0]), max(last, days[-1][0])
    length = (last - first).days + 1
    counted = dict(days)
    shown = [first + timedelta(n) for n in range(length)] if length <= MOST_DAYS else list(counted)
    return tuple((day, counted.get(day, 0)) for day in shown) if len(shown) > 1 else ()


def _whole(vote: VoteView) -> int:
    """The votes of all counted ballots: what 100 % is."""
    return vote.voters if vote.weight is None else vote.weight


def _source(vote: VoteView, lang: str, timezone: str) -> str:
    return translate(
        lang,
        N_("Source: the archive of this vote, entry %(height)s. Voting closed on %(date)s."),
        height=vote.head_height,
        date=filters(lang, timezone)["datetime"](vote.closes_at),
    )
