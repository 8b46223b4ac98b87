"""Pictures of counts: rounds of a transfer, comparisons of each with each, grades, and lists with their candidates.

What they say is decided elsewhere: labels, numbers and words in, a picture out. Nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from egov_participation.results.canvas import (
    BAR,
    BLUE,
    GAP,
    GREEN,
    GREY,
    LINE,
    NARROW,
    canvas,
    font_size,
    lines,
    rectangle,
    text_width,
    wrap,
    write,
)
from egov_participation.results.charts import Bar

_STRIP: Final = 46
"""Height of a candidate's columns, one a round."""
_SMALL: Final = 10.5
"""The smallest size of a number in a picture."""
_LEAST: Final = 7.5
"""Of a number in a square among very many: below that none is written."""
_FROM_BEST: Final = LinearSegmentedColormap.from_list(
    "grades", ["#005a8e", "#3f97cc", "#b5d6ea", "#f5deb8", "#e9a23b", "#b34700"]
)
"""From blue to orange, by way of pale ones: told apart with any kind of colour vision."""


@dataclass(frozen=True, slots=True)
class Track:
    """How one candidate fared from round to round."""

    label: str
    note: str
    """What became of it, in words."""
    values: tuple[int, ...]
    """One for each round."""
    texts: tuple[str, ...]
    """The same as people read them; empty where nothing is to be written."""
    elected: int | None = None
    """The place of the round in which it was elected, from 0."""
    quiet: bool = False
    """No candidate: votes that nobody has any more."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many ballots prefer the candidate of the row to that of the column."""

    text: str
    short: str
    """The share in percent, for where there is no room."""
    depth: float
    """The share, 0 to 1."""
    won: bool
    """More do than the other way round."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of parts."""

    label: str
    note: str
    parts: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A bar with smaller ones that belong to it."""

    head: Bar
    parts: tuple[Bar, ...]


def rounds(tracks: Sequence[Track], quotas: Sequence[int], numbers: str, width: int) -> Figure:
    """A row of columns for each candidate, one column a round, under a dashed line where the quota is.

    Columns of rounds from that on in which the candidate was elected are green with a mark.

    Args:
        quotas: of each round.
        numbers: what the numbers of rounds above and below are called, and what the dashed line is.
    """
    size = font_size(width) - 1
    count = max(len(quotas), 1)
    side = 230.0 if width > NARROW else 0.0
    step = min((width - side) / count, 64.0)
    room = (side or width) - GAP
    words = [(wrap(track.label, room, size, bold=True), wrap(track.note, room, size - 1)) for track in tracks]
    fits = all(text_width(text, _SMALL) <= step - 4 for track in tracks for text in track.texts)
    under = _SMALL * LINE if fits else 0.0
    heights = [_beside(label, note, size, side, _STRIP + 4 + under) for label, note in words]
    above = wrap(numbers, width, size - 2)
    top = len(above) * (size - 2) * LINE + GAP
    small = min(size - 2, 12.0)
    height = top + 2 * small * LINE + sum(heights) + GAP
    figure, axes = canvas(width, height)
    lines(axes, above, 0, size - 2)
    highest = max([*quotas, *(value for track in tracks for value in track.values)], default=0) or 1
    top = _numbered(axes, side, top, step, count, small)
    for track, (label, note), tall in zip(tracks, words, heights, strict=True):
        below = lines(axes, label, top, size, bold=True)
        below = lines(axes, note, below, size - 1)
        bottom = top + tall - GAP * 1.5 - under if side else below + _STRIP + 4
        _columns(axes, track, quotas, side, bottom, step, highest, fits=fits)
        top += tall
    _numbered(axes, side, top, step, count, small)
    return figure


def _beside(label: Sequence[str], note: Sequence[str], size: float, side: float, columns: float) -> float:
    """How high a candidate's row is: words beside the columns, or above them."""
    said = len(label) * size * LINE + len(note) * (size - 1) * LINE
    return (max(said, columns) if side else said + columns) + GAP * 1.5


def _numbered(axes: Axes, left: float, top: float, step: float, count: int, size: float) -> float:
    every = max(1, -int(-(text_width("00", size) + 2) // step))
    for number in range(0, count, every):
        write(axes, left + (number + 0.5) * step, top + size * LINE / 2, str(number + 1), size, ha="center")
    return top + size * LINE


def _columns(
    axes: Axes,
    track: Track,
    quotas: Sequence[int],
    left: float,
    bottom: float,
    step: float,
    highest: int,
    *,
    fits: bool,
) -> None:
    ink = mpl.rcParams["text.color"]
    scale = _STRIP / highest
    axes.plot([left, left + step * len(quotas)], [bottom, bottom], color=ink, linewidth=1)
    for place, (value, text) in enumerate(zip(track.values, track.texts, strict=True)):
        elected = track.elected is not None and place >= track.elected
        colour = GREY if track.quiet else GREEN if elected else BLUE
        begin, tall = left + place * step, value * scale
        if value:
            rectangle(axes, begin + step * 0.12, bottom - tall, step * 0.76, colour, tall)
        if place == track.elected:
            axes.plot(
                [begin + step / 2], [bottom - tall / 2], marker="o", markersize=5, color="#ffffff", linestyle="none"
            )
        if fits and text:
            write(axes, begin + step / 2, bottom + _SMALL * LINE / 2 + 1, text, _SMALL, ha="center")
        if not track.quiet and quotas[place]:
            high = bottom - quotas[place] * scale
            axes.plot([begin, begin + step], [high, high], color=ink, linewidth=1, linestyle=(0, (3, 2)))


def matrix(
    labels: Sequence[str], cells: Sequence[Sequence[Cell | None]], notes: tuple[str, str, str], width: int
) -> Figure:
    """Each against each: a square for each pair, shaded and bold where the row's candidate wins.

    On a wide picture names stand beside the rows; on a narrow one numbers do, and the names below.

    Args:
        notes: what the numbers are: ballots, or shares where there is no room for them, or none at all.
    """
    size = font_size(width) - 2
    count = max(len(labels), 1)
    named = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    side = 210.0 if width > NARROW else text_width("00", size) + GAP
    cell = min((width - side) / count, 64.0)
    beside = (
        [wrap(name, side - GAP, size) for name in named] if width > NARROW else [[str(n + 1)] for n in range(count)]
    )
    tall = max(cell, size * LINE)
    texts = [each for row in cells for each in row if each is not None]
    full = all(text_width(each.text, _SMALL) <= cell - 4 for each in texts)
    room = max((text_width(each.text if full else each.short, 1) for each in texts), default=1)
    letters = min(size, (cell - 4) / room) if texts else size
    written = letters >= _LEAST
    below = wrap(notes[0] if full else notes[1] if written else notes[2], width, size)
    if width <= NARROW:
        below += [line for name in named for line in wrap(name, width, size)]
    head = size * LINE + 4
    heights = [max(tall, len(words) * size * LINE + 4) for words in beside]
    figure, axes = canvas(width, head + sum(heights) + GAP + len(below) * size * LINE)
    for column in range(0, count, max(1, -int(-(text_width("00", size) + 2) // cell))):
        write(axes, side + (column + 0.5) * cell, head / 2, str(column + 1), size, ha="center")
    top = head
    for words, row, high in zip(beside, cells, heights, strict=True):
        middle = top + high / 2 - (len(words) - 1) * size * LINE / 2
        for place, line in enumerate(words):
            write(axes, 0, middle + place * size * LINE, line, size)
        for column, each in enumerate(row):
            if each is not None:
                _pair(axes, each, side + column * cell, top, cell, high, letters, full=full)
        top += high
    lines(axes, below, top + GAP, size)
    return figure


def _pair(
    axes: Axes, each: Cell, left: float, top: float, wide: float, high: float, letters: float, *, full: bool
) -> None:
    if each.won:
        rectangle(axes, left + 1, top + 1, wide - 2, BLUE, high - 2, alpha=0.12 + 0.43 * each.depth)
    ink = mpl.rcParams["text.color"]
    axes.add_artist(
        Rectangle((left + 1, top + 1), wide - 2, high - 2, facecolor="none", edgecolor=ink, linewidth=0.7, alpha=0.5)
    )
    if letters >= _LEAST:
        text, weight = each.text if full else each.short, "bold" if each.won else "normal"
        write(axes, left + wide / 2, top + high / 2, text, letters, ha="center", weight=weight)


def stacked(rows: Sequence[Stack], legend: Sequence[str], note: str, width: int) -> Figure:
    """A bar for each candidate, cut into its grades from the best at the left, with a line in the middle.

    Args:
        legend: the grades' names.
        note: what the line is.
    """
    size = font_size(width) - 1
    colours = [to_hex(_FROM_BEST(place / max(len(legend) - 1, 1))) for place in range(len(legend))]
    keys = [wrap(name, width - 28, size) for name in legend]
    words = [(wrap(row.label, width, size, bold=True), wrap(row.note, width, size - 1)) for row in rows]
    below = wrap(note, width, size - 1)
    tall = BAR * 1.25
    height = sum(len(key) * size * LINE + 4 for key in keys) + 2 * GAP + len(below) * (size - 1) * LINE
    height += sum(len(a) * size * LINE + len(b) * (size - 1) * LINE + tall + 3 * GAP for a, b in words)
    figure, axes = canvas(width, height)
    top = 0.0
    for colour, key in zip(colours, keys, strict=True):
        rectangle(axes, 0, top + 3, 18, colour, 14)
        for line in key:
            write(axes, 28, top + size * LINE / 2, line, size)
            top += size * LINE
        top += 4
    top = lines(axes, below, top, size - 1) + GAP
    for row, (label, said) in zip(rows, words, strict=True):
        top = lines(axes, said, lines(axes, label, top, size, bold=True), size - 1) + GAP
        _parts(axes, row, colours, top, tall, width)
        top += tall + 2 * GAP
    return figure


def _parts(axes: Axes, row: Stack, colours: Sequence[str], top: float, tall: float, width: int) -> None:
    whole, left = sum(row.parts), 0.0
    for part, text, colour in zip(row.parts, row.texts, colours, strict=True):
        if not part:
            continue
        long = width * part / whole
        rectangle(axes, left + 0.75, top, max(long - 1.5, 0.5), colour, tall)
        begin, end = _beside_middle(left, left + long, width / 2, text_width(text, 12) + 6)
        if text_width(text, 12) <= end - begin - 6:
            on = "#ffffff" if _dark(colour) else "#000000"
            axes.text(
                (begin + end) / 2,
                top + tall / 2,
                text,
                fontsize=12,
                color=on,
                ha="center",
                va="center_baseline",
                weight="bold",
                parse_math=False,
            )
        left += long
    ink = mpl.rcParams["text.color"]
    axes.plot([width / 2, width / 2], [top - 5, top + tall + 5], color=ink, linewidth=2)


def _beside_middle(begin: float, end: float, middle: float, wide: float) -> tuple[float, float]:
    """Where a number may be written between `begin` and `end`: not across the line in the middle."""
    if abs((begin + end) / 2 - middle) >= wide / 2:
        return begin, end
    return (begin, middle) if middle - begin > end - middle else (middle, end)


def _dark(colour: str) -> bool:
    """Whether white is read better on it than black, by WCAG's relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.18


def grouped(groups: Sequence[Group], whole: int, width: int) -> Figure:
    """Lists with their candidates: a bar for each list, and thinner, paler ones below it.

    Args:
        whole: what the full width is.
    """
    size = font_size(width)
    indent, thin = 24.0, 14.0
    heads = [wrap(group.head.label, width, size, bold=True) for group in groups]
    parts = [[wrap(part.label, width - indent, size - 2) for part in group.parts] for group in groups]
    height = sum(len(head) * size * LINE + 4 + BAR + 2 * GAP for head in heads)
    height += sum(len(part) * (size - 2) * LINE + thin + GAP for group in parts for part in group)
    figure, axes = canvas(width, height + GAP)
    said = [bar.text for group in groups for bar in (group.head, *group.parts)]
    room = width - indent - max((text_width(text, size) for text in said), default=0) - GAP
    top = 0.0
    for group, head, below in zip(groups, heads, parts, strict=True):
        top = lines(axes, head, top, size, bold=True) + 4
        top = _measured(axes, group.head, 0, top, room, whole, BAR, size) + GAP / 2
        for part, label in zip(group.parts, below, strict=True):
            for line in label:
                write(axes, indent, top + (size - 2) * LINE / 2, line, size - 2)
                top += (size - 2) * LINE
            top = _measured(axes, part, indent, top, room, whole, thin, size - 2) + GAP
        top += GAP
    return figure


def _measured(
    axes: Axes, bar: Bar, left: float, top: float, room: float, whole: int, tall: float, size: float
) -> float:
    long = room * bar.value / whole if whole else 0
    rectangle(axes, left, top, long, BLUE if not left else GREEN, tall)
    ink = mpl.rcParams["text.color"]
    axes.plot([left + 0.5, left + 0.5], [top, top + tall], color=ink, linewidth=1)
    write(axes, left + long + GAP, top + tall / 2, bar.text, size, weight="bold")
    return top + tall
