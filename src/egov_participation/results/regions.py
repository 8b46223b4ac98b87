"""Turnout by region, as a tile map and as bars. Which region is which and what it is called is said by the caller.

Small groups of voters are counted together, so that nobody can be told from their region (``trust.md``): such a group
is one bar, and the tiles of its regions refer to it instead of showing its share as if it were their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

from babel.numbers import format_decimal

from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.results import charts
from egov_participation.results.charts import Bar, Tile
from egov_participation.results.figures import Figure, drawn
from egov_participation.results.tiles import PLACES, SHORT

_KEPT = 64
_TOGETHER = "*"
_NUMERIC = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Region:
    """Voters of one region, or of several together."""

    code: str
    """ISO 3166-2; empty for several together, and where it is not known."""
    name: str
    """Of several: all their names."""
    voters: int
    registered: int
    together: tuple[str, ...] = ()
    """Codes of the regions of such a group."""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.voters / self.registered if self.registered else 0.0


@lru_cache(maxsize=_KEPT)
def tile_map(lang: str, figure_id: str, regions: tuple[Region, ...], source: str) -> Figure:
    """The tile map with the same table as `bars`."""
    title = translate(lang, N_("Turnout by region: map"))
    note = _note(lang, regions)
    squares = _squares(lang, regions)
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(
            figure_id,
            title,
            f"{_in_words(lang, regions)}. {note}",
            lambda width: charts.tiles(squares, width, note),
        ),
        source=source,
        head=head(lang),
        rows=rows(lang, regions),
        numeric=_NUMERIC,
    )


@lru_cache(maxsize=_KEPT)
def bars(lang: str, figure_id: str, regions: tuple[Region, ...], source: str) -> Figure:
    """A bar for each region, in the given order."""
    title = translate(lang, N_("Turnout by region"))
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(
            figure_id, title, _in_words(lang, regions), partial(charts.rows, _bars(lang, regions), charts.SHARES)
        ),
        source=source,
        head=head(lang),
        rows=rows(lang, regions),
        numeric=_NUMERIC,
    )


def draw_map(lang: str, regions: tuple[Region, ...], width: int) -> charts.Drawing:
    """The map alone, to be made a file of."""
    note, squares = _note(lang, regions), _squares(lang, regions)
    return lambda: charts.tiles(squares, width, note)


@lru_cache(maxsize=_KEPT)
def map_picture(lang: str, title: str, regions: tuple[Region, ...], source: str) -> bytes:
    """The map as a PNG that can go about alone.

    Args:
        title: what was voted on.
    """
    heading = f"{translate(lang, N_('Turnout by region: map'))}. {title}"
    draw = draw_map(lang, regions, charts.WIDE)
    return charts.to_png(lambda: charts.with_words(draw(), heading, source))


@lru_cache(maxsize=_KEPT)
def bars_picture(lang: str, title: str, regions: tuple[Region, ...], source: str) -> bytes:
    """The bars as a PNG that can go about alone."""
    heading = f"{translate(lang, N_('Turnout by region'))}. {title}"
    made = _bars(lang, regions)
    return charts.to_png(lambda: charts.with_words(charts.rows(made, charts.SHARES, charts.WIDE), heading, source))


def in_words(lang: str, regions: tuple[Region, ...]) -> str:
    """What the map shows, for who does not see it."""
    return f"{_in_words(lang, regions)}. {_note(lang, regions)}"


def rows(lang: str, regions: tuple[Region, ...]) -> tuple[tuple[str, ...], ...]:
    """Region, voted, on the register, share."""
    number, percent = filters(lang, "UTC")["number"], filters(lang, "UTC")["percent"]
    return tuple(
        (_full(lang, region), number(region.voters), number(region.registered), percent(region.share))
        for region in regions
    )


def head(lang: str) -> tuple[str, ...]:
    """Of the columns of `rows`."""
    words = (N_("Region"), N_("Voted"), N_("On the register"), N_("Share"))
    return tuple(translate(lang, word) for word in words)


def scale(regions: tuple[Region, ...]) -> tuple[int, int]:
    """What the palest and the deepest square stand for, in percent: full tens around what there is."""
    shares = [100 * region.share for region in regions if region.code in PLACES]
    if not shares:
        return 0, 100
    least, most = int(min(shares) // 10 * 10), int(-(-max(shares) // 10) * 10)
    return (least, most) if least < most else (max(0, least - 10), max(10, most))


def _squares(lang: str, regions: tuple[Region, ...]) -> list[Tile]:
    own = {region.code: region for region in regions if region.code}
    together = {code for region in regions for code in region.together}
    least, most = scale(regions)
    found = []
    for code, (row, column) in PLACES.items():
        letters, region = translate(lang, SHORT[code]), own.get(code)
        if region is not None:
            depth = (100 * region.share - least) / (most - least)
            found.append(Tile(row, column, letters, _short_percent(lang, region.share), min(max(depth, 0), 1)))
        else:
            found.append(Tile(row, column, letters, _TOGETHER if code in together else "–", None))
    return found


def _short_percent(lang: str, share: float) -> str:
    """One decimal and no sign: a tile is narrow; the note says that it is percent."""
    text: str = format_decimal(round(100 * share, 1), "0.#" if share == 1 else "0.0", locale=LOCALES[lang])
    return text


def _note(lang: str, regions: tuple[Region, ...]) -> str:
    least, most = scale(regions)
    own = {region.code for region in regions}
    together = {code for region in regions for code in region.together}
    said = [
        translate(
            lang,
            N_(
                "Voted, in percent of those on the register. The palest square stands for %(least)s, the deepest for"
                " %(most)s."
            ),
            least=filters(lang, "UTC")["percent"](least / 100, 0),
            most=filters(lang, "UTC")["percent"](most / 100, 0),
        )
    ]
    if together & PLACES.keys():
        said.append(
            translate(lang, N_("* counted together with other regions, since few voters are registered there."))
        )
    if PLACES.keys() - own - together:
        said.append(translate(lang, N_("– no number of its own.")))
    return " ".join(said)


def _bars(lang: str, regions: tuple[Region, ...]) -> tuple[Bar, ...]:
    number, percent = filters(lang, "UTC")["number"], filters(lang, "UTC")["percent"]
    return tuple(
        Bar(
            _label(lang, region),
            round(charts.SHARES * region.share),
            f"{percent(region.share)} ({number(region.voters)} / {number(region.registered)})",
            quiet=bool(region.together),
        )
        for region in regions
    )


def _in_words(lang: str, regions: tuple[Region, ...]) -> str:
    return "; ".join(f"{bar.label}: {bar.text}" for bar in _bars(lang, regions))


def _label(lang: str, region: Region) -> str:
    """In a chart, where the names of many regions have no room."""
    if not region.together:
        return region.name
    return translate(lang, N_("Several regions (%(number)s)"), number=len(region.together))


def _full(lang: str, region: Region) -> str:
    return f"{_label(lang, region)}: {region.name}" if region.together else region.name
