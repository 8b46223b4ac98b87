"""How many did something in each place: a tile map by residents, and bars of the places with the most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from babel.numbers import format_decimal

from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.results import charts
from egov_participation.results.charts import Bar, Tile
from egov_participation.results.figures import Figure, drawn
from egov_participation.results.tiles import PLACES, SHORT

_KEPT: Final = 64
MOST_BARS: Final = 25
"""More places than these stand in the table alone."""
_UNITS: Final = (1_000, 10_000, 100_000, 1_000_000)
_READABLE: Final = 10
"""At the densest place so many of the unit's residents shall have done it, so that the others are no row of noughts."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region or another place."""

    code: str
    """ISO 3166-2 where it is a region of the map."""
    name: str
    count: int
    cells: tuple[int, ...] = ()
    """What the table says of it besides."""
    residents: int | None = None


@lru_cache(maxsize=_KEPT)
def tile_map(
    lang: str, figure_id: str, title: str, what: str, head: tuple[str, ...], places: tuple[Place, ...], source: str
) -> Figure | None:
    """The map of those places that are on it; None if none is, or too little is known of who lives there.

    Args:
        what: is counted, such as “Signatures”.
        head: of the table: the place, the count, and what `Place.cells` are.
    """
    own = {place.code: place for place in places if place.code in PLACES and place.residents}
    if not own:
        return None
    most = max(place.count / (place.residents or 1) for place in own.values())
    unit = next((unit for unit in _UNITS if most * unit >= _READABLE), _UNITS[-1])
    squares = [_square(lang, code, own.get(code), most, unit) for code in PLACES]
    note = translate(
        lang,
        N_("%(what)s per %(unit)s residents: the deeper the colour, the more. – no number of its own."),
        what=what,
        unit=filters(lang, "UTC")["number"](unit),
    )
    words = "; ".join(
        f"{place.name}: {_density(lang, place.count / (place.residents or 1), unit)}" for place in own.values()
    )
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(figure_id, title, f"{words}. {note}", lambda width: charts.tiles(squares, width, note)),
        source=source,
        head=head,
        rows=_rows(lang, places),
        numeric=tuple(range(1, len(head))),
    )


@lru_cache(maxsize=_KEPT)
def bars(
    lang: str, figure_id: str, title: str, head: tuple[str, ...], places: tuple[Place, ...], source: str
) -> Figure:
    """A bar for each of the first `MOST_BARS` places, in the given order; all are in the table."""
    number = filters(lang, "UTC")["number"]
    shown = [Bar(place.name, place.count, number(place.count)) for place in places[:MOST_BARS]]
    whole = max((bar.value for bar in shown), default=0)
    words = "; ".join(f"{bar.label}: {bar.text}" for bar in shown)
    return Figure(
        id=figure_id,
        title=title,
        svg=drawn(figure_id, title, words, partial(charts.rows, shown, whole)),
        source=source,
        head=head,
        rows=_rows(lang, places),
        numeric=tuple(range(1, len(head))),
    )


def _square(lang: str, code: str, place: Place | None, most: float, unit: int) -> Tile:
    row, column = PLACES[code]
    letters = translate(lang, SHORT[code])
    if place is None:
        return Tile(row, column, letters, "–", None)
    density = place.count / (place.residents or 1)
    return Tile(row, column, letters, _density(lang, density, unit), density / most if most else 0.0)


def _density(lang: str, share: float, unit: int) -> str:
    """With a decimal where the number is small; no grouping, since a tile is narrow."""
    value = share * unit
    text: str = format_decimal(round(value, 1), "0" if value >= _READABLE else "0.0", locale=LOCALES[lang])
    return text


def _rows(lang: str, places: tuple[Place, ...]) -> tuple[tuple[str, ...], ...]:
    number = filters(lang, "UTC")["number"]
    return tuple((place.name, number(place.count), *map(number, place.cells)) for place in places)
