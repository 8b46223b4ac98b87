"""What charts say: numbers in, a figure with title, picture, source and table out, in the reader's language.

A figure depends on nothing but its arguments and is kept: a page with the same numbers is not drawn twice. ``source``
is one sentence in the reader's language: where the numbers come from, and of when they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from babel.dates import format_skeleton
from markupsafe import Markup
from matplotlib.figure import Figure as Picture

from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.results import charts
from egov_participation.results.charts import Bar
from egov_participation.results.svg import inline

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Figure:
    """What the macro ``figure`` of the templates takes."""

    id: str
    title: str
    svg: Markup
    """One picture for wide and one for narrow screens; the style sheet shows one of them."""
    source: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How often an answer was chosen, in votes (each voter's weight counts)."""

    answer: str
    votes: int
    blank: bool = False
    """Not one of the answers: ballots left blank."""


@lru_cache(maxsize=_KEPT)
def question(lang: str, figure_id: str, title: str, counts: tuple[Count, ...], whole: int, source: str) -> Figure:
    """The result of one question.

    Args:
        title: the question.
        whole: votes of all counted ballots: 100 %. With several choices the shares add up to more.
    """
    bars = _answer_bars(lang, counts, whole)
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(figure_id, title, _in_words(bars), partial(charts.answers, bars, whole)),
        source=source,
        head=(translate(lang, N_("Answer")), translate(lang, N_("Number of votes")), translate(lang, N_("Share"))),
        rows=tuple((count.answer, _number(lang)(count.votes), _share(lang, count.votes, whole)) for count in counts),
        numeric=(1, 2),
    )


@lru_cache(maxsize=_KEPT)
def picture(lang: str, title: str, counts: tuple[Count, ...], whole: int, source: str) -> bytes:
    """The result of one question as a PNG that can go about alone: with its question and its source."""
    bars = _answer_bars(lang, counts, whole)
    return charts.to_png(lambda: charts.answers(bars, whole, charts.WIDE, heading=title, note=source))


def draw_answers(lang: str, counts: tuple[Count, ...], whole: int) -> charts.Drawing:
    """The result of one question alone, to be made a file of."""
    bars = _answer_bars(lang, counts, whole)
    return lambda: charts.answers(bars, whole, charts.WIDE)


def answers_in_words(lang: str, counts: tuple[Count, ...], whole: int) -> str:
    """What that picture shows, for who does not see it."""
    return _in_words(_answer_bars(lang, counts, whole))


@lru_cache(maxsize=_KEPT)
def turnout(lang: str, figure_id: str, voters: int, registered: int, source: str) -> Figure:
    """How many of those on the register voted."""
    title = translate(lang, N_("Turnout"))
    number, parts = _number(lang), _turnout_bars(lang, voters, registered)
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(
            figure_id,
            title,
            "; ".join(part.text for part in parts),
            lambda width: charts.share(parts[0], parts[1], width),
        ),
        source=source,
        head=(translate(lang, N_("On the register")), translate(lang, N_("People")), translate(lang, N_("Share"))),
        rows=tuple((part.label, number(part.value), _share(lang, part.value, registered)) for part in parts),
        numeric=(1, 2),
    )


@lru_cache(maxsize=_KEPT)
def ballots_by_day(lang: str, figure_id: str, days: tuple[tuple[date, int], ...], source: str) -> Figure:
    """How many ballots came in each day.

    Args:
        days: every day in order, those without a ballot too.
    """
    title = translate(lang, N_("Ballots by day"))
    number, written = _number(lang), filters(lang, "UTC")["date"]
    bars = _day_bars(lang, days)
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(figure_id, title, _in_words(bars), lambda width: charts.columns(bars, width, number)),
        source=source,
        head=(translate(lang, N_("Day")), translate(lang, N_("Ballots"))),
        rows=tuple((written(day), number(count)) for day, count in days),
        numeric=(1,),
    )


@lru_cache(maxsize=_KEPT)
def over_time(
    lang: str,
    figure_id: str,
    title: str,
    head: tuple[str, str],
    steps: tuple[tuple[str, str, int], ...],
    source: str,
    *,
    grows: bool = False,
) -> Figure:
    """Something counted at each of several times, as columns; as a line if it ``grows`` only.

    Args:
        head: of the table: what the times and the numbers are.
        steps: in order (as the picture calls the time, as the table does, number).
    """
    number = _number(lang)
    bars = tuple(Bar(short, count, number(count)) for short, _, count in steps)
    draw = charts.line if grows else charts.columns
    words = "; ".join(f"{long}: {number(count)}" for _, long, count in steps)
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(figure_id, title, words, lambda width: draw(bars, width, number)),
        source=source,
        head=head,
        rows=tuple((long, number(count)) for _, long, count in steps),
        numeric=(1,),
    )


@lru_cache(maxsize=_KEPT)
def turnout_picture(lang: str, title: str, voters: int, registered: int, source: str) -> bytes:
    """How many of those on the register voted, as a PNG that can go about alone.

    Args:
        title: what was voted on.
    """
    heading = f"{translate(lang, N_('Turnout'))}. {title}"
    parts = _turnout_bars(lang, voters, registered)
    return charts.to_png(lambda: charts.with_words(charts.share(*parts, charts.WIDE), heading, source))


@lru_cache(maxsize=_KEPT)
def days_picture(lang: str, title: str, days: tuple[tuple[date, int], ...], source: str) -> bytes:
    """How many ballots came in each day, as a PNG that can go about alone."""
    heading = f"{translate(lang, N_('Ballots by day'))}. {title}"
    bars = _day_bars(lang, days)
    return charts.to_png(lambda: charts.with_words(charts.columns(bars, charts.WIDE, _number(lang)), heading, source))


def _turnout_bars(lang: str, voters: int, registered: int) -> tuple[Bar, Bar]:
    """Those who voted, and the others."""
    number = _number(lang)

    def part(words: str, value: int) -> Bar:
        return Bar(words, value, f"{words}: {number(value)} ({_share(lang, value, registered)})")

    return part(translate(lang, N_("Voted")), voters), part(translate(lang, N_("Did not vote")), registered - voters)


def _day_bars(lang: str, days: tuple[tuple[date, int], ...]) -> tuple[Bar, ...]:
    number = _number(lang)
    return tuple(Bar(format_skeleton("MMMd", day, locale=LOCALES[lang]), count, number(count)) for day, count in days)


def _answer_bars(lang: str, counts: tuple[Count, ...], whole: int) -> tuple[Bar, ...]:
    """A bar for each answer, its number and share written at it."""
    number = _number(lang)
    return tuple(
        Bar(
            count.answer,
            count.votes,
            f"{number(count.votes)} ({_share(lang, count.votes, whole)})",
            quiet=count.blank,
        )
        for count in counts
    )


def drawn(figure_id: str, title: str, words: str, draw: Callable[[int], Picture]) -> Markup:
    """The same picture for both widths, one after the other; ``words`` say what it shows."""
    return Markup("").join(
        inline(
            charts.to_svg(partial(draw, width)),
            chart_id=f"{figure_id}-{name}",
            title=title,
            description=words,
            classes=f"egov-chart--{name}",
        )
        for name, width in (("wide", charts.WIDE), ("narrow", charts.NARROW))
    )


def _in_words(bars: tuple[Bar, ...]) -> str:
    return "; ".join(f"{bar.label}: {bar.text}" for bar in bars)


def _number(lang: str) -> Callable[[int], str]:
    return filters(lang, "UTC")["number"]


def _share(lang: str, part: int, whole: int) -> str:
    text: str = filters(lang, "UTC")["percent"](part / whole if whole else 0.0)
    return text
