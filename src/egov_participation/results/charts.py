"""Charts as pictures: shapes and words in, an SVG or PNG out. What they say is decided by `figures`.

Each is drawn twice, for wide and for narrow screens, in the pixels it is shown at, so that its text is never shrunk.
matplotlib's settings are global to the process: one lock holds while drawing. Nothing here uses pyplot.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from egov_participation.results.canvas import (
    BAR,
    BLUE,
    GAP,
    GREEN,
    GREY,
    LINE,
    NARROW,
    WIDE,
    canvas,
    font_size,
    lines,
    pixels,
    rectangle,
    text_width,
    wrap,
    write,
)

__all__ = [
    "BLUE", "GREEN", "GREY", "NARROW", "SHARES", "WIDE", "Bar", "Drawing", "Tile", "answers", "columns", "line", "rows",
    "share", "tiles", "to_png", "to_svg", "with_words",
]  # fmt: skip

SHARES: Final = 10_000
"""The whole, where bars are shares: their values are whole numbers."""

_STYLE: Final = mpl.rc_params_from_file(Path(__file__).with_name("chart.mplstyle"), use_default_template=False)
_LOCK: Final = threading.Lock()
_SEPARATE: Final = 90
"""Columns that stand apart from each other."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its words."""

    label: str
    value: int
    text: str
    """The value as people read it, with unit or share."""
    quiet: bool = False
    """Not an answer like the others: grey."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of a tile map."""

    row: int
    column: int
    """From 1."""
    label: str
    """A few letters."""
    text: str
    """The value as people read it, in a few signs."""
    depth: float | None
    """How deep its colour is, 0 to 1; None: no value of its own, a dashed square."""


Drawing = Callable[[], Figure]


def to_svg(draw: Drawing) -> str:
    """The SVG document of what `draw` makes, as matplotlib writes it; `svg.inline` makes it fit for a page."""
    with _drawing():
        figure = draw()
        FigureCanvasSVG(figure)
        text = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", transparent=True, metadata=nothing)
    return text.getvalue()


def to_png(draw: Drawing) -> bytes:
    """A PNG on white, two pixels to the point."""
    with _drawing():
        figure = draw()
        FigureCanvasAgg(figure)
        raw = io.BytesIO()
        figure.savefig(raw, format="png", bbox_inches="tight", pad_inches=0.4, metadata={"Software": None})
    return raw.getvalue()


@contextmanager
def _drawing() -> Iterator[None]:
    with _LOCK, mpl.rc_context(_STYLE):
        yield


def answers(bars: Sequence[Bar], whole: int, width: int, *, heading: str = "", note: str = "") -> Figure:
    """Horizontal bars, each under its label and with its value at the end; the full width is `whole`.

    Args:
        heading: written above, and `note` below, where the picture goes about alone (PNG).
    """
    size = font_size(width)
    labels = [wrap(bar.label, width, size) for bar in bars]
    heading_lines = wrap(heading, width, size + 3, bold=True)
    note_lines = wrap(note, width, size - 2)
    height = sum(len(label) * size * LINE + BAR + 2.2 * GAP for label in labels)
    height += len(heading_lines) * (size + 3) * LINE + (GAP * 2 if heading_lines else 0)
    height += len(note_lines) * (size - 2) * LINE
    figure, axes = canvas(width, height)
    top = lines(axes, heading_lines, 0, size + 3, bold=True) + (GAP * 2 if heading_lines else 0)
    room = width - max((text_width(bar.text, size) for bar in bars), default=0) - GAP - 4
    for bar, label in zip(bars, labels, strict=True):
        top = lines(axes, label, top, size) + 4
        length = room * bar.value / whole if whole else 0
        rectangle(axes, 0, top, length, GREY if bar.quiet else BLUE)
        axes.plot([0.5, 0.5], [top - 3, top + BAR + 3], color=mpl.rcParams["text.color"], linewidth=1)
        axes.text(length + GAP, top + BAR / 2, bar.text, fontsize=size, va="center_baseline", weight="bold")
        top += BAR + 2.2 * GAP - 4
    lines(axes, note_lines, top, size - 2)
    return figure


def share(part: Bar, rest: Bar, width: int) -> Figure:
    """One bar cut in two, the first part's words above it and the rest's below."""
    size = font_size(width)
    above, below = wrap(part.text, width, size, bold=True), wrap(rest.text, width, size)
    figure, axes = canvas(width, (len(above) + len(below)) * size * LINE + BAR * 1.5 + 3 * GAP)
    top = lines(axes, above, 0, size, bold=True) + GAP / 2
    whole = part.value + rest.value
    length = width * part.value / whole if whole else 0
    rectangle(axes, 0, top, width, GREY, height=BAR * 1.5, alpha=0.35)
    rectangle(axes, 0, top, length, GREEN, height=BAR * 1.5)
    lines(axes, below, top + BAR * 1.5 + GAP, size, right=width)
    return figure


def columns(bars: Sequence[Bar], width: int, number: Callable[[int], str]) -> Figure:
    """Vertical bars in the given order, values on them where they fit, else a scale beside them.

    Args:
        number: writes a whole number for the scale.
    """
    size = font_size(width) - 1
    on_marks = all(text_width(bar.text, size) <= width / max(len(bars), 1) for bar in bars)
    figure, axes = _upright(bars, width, number, scale=not on_marks)
    values = [bar.value for bar in bars]
    if len(bars) > _SEPARATE:  # gaps would be thinner than a pixel: one shape instead of hundreds
        axes.stairs(values, [place - 0.5 for place in range(len(bars) + 1)], fill=True, color=BLUE)
    else:
        axes.bar(range(len(bars)), values, width=0.72, color=BLUE)
    axes.set_xlim(-0.5, len(bars) - 0.5)
    if on_marks:
        axes.set_ylim(0, max((bar.value for bar in bars), default=0) or 1)
        axes.set_yticks([])
        for place, bar in enumerate(bars):
            axes.annotate(
                bar.text,
                (place, bar.value),
                (0, 5),
                textcoords="offset points",
                ha="center",
                fontsize=size,
                weight="bold",
            )
    return figure


def line(bars: Sequence[Bar], width: int, number: Callable[[int], str]) -> Figure:
    """A line from value to value over a scale from 0, for what only grows.

    Args:
        number: as of `columns`.
    """
    figure, axes = _upright(bars, width, number, scale=True)
    axes.fill_between(range(len(bars)), [bar.value for bar in bars], color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(range(len(bars)), [bar.value for bar in bars], color=BLUE, linewidth=2)
    axes.set_xlim(-0.5, len(bars) - 0.5)
    return figure


def _upright(bars: Sequence[Bar], width: int, number: Callable[[int], str], *, scale: bool) -> tuple[Figure, Axes]:
    """An empty picture whose values go upwards, with the labels that fit below, and a scale at its side if wanted."""
    size = font_size(width) - 1
    height = 300 if width > NARROW else 240
    figure = Figure(figsize=(width / 72, height / 72))
    highest = max((bar.value for bar in bars), default=0) or 1
    ticks = [int(tick) for tick in MaxNLocator(5, integer=True).tick_values(0, highest) if tick >= 0]
    left = max(text_width(number(tick), size) for tick in ticks) + 2 * GAP if scale else 0.0
    bottom, above = size * 2, size * 2
    axes = figure.add_axes((left / width, bottom / height, 1 - left / width, 1 - (bottom + above) / height))
    shown = _labelled(bars, width - left, size)
    axes.set_xticks(shown, [bars[place].label for place in shown], fontsize=size)
    if scale:
        axes.set_ylim(0, max(highest, ticks[-1]))
        axes.set_yticks(ticks, [number(tick) for tick in ticks], fontsize=size)
        axes.grid(axis="y")
    return figure, axes


def rows(bars: Sequence[Bar], whole: int, width: int) -> Figure:
    """Thin horizontal bars for many values: on a wide picture each beside its label, on a narrow one under it.

    Args:
        whole: what the full width is; each bar stands on a pale one of that width.
    """
    size = font_size(width) - 2
    side = max((text_width(bar.label, size) for bar in bars), default=0.0) + 2 * GAP if width > NARROW else 0.0
    height = 18.0
    step = height + GAP + (0 if side else size * LINE)
    room = width - side - max((text_width(bar.text, size) for bar in bars), default=0.0) - GAP
    figure, axes = canvas(width, max(len(bars), 1) * step)
    for place, bar in enumerate(bars):
        top = place * step
        if side:
            write(axes, side - GAP, top + height / 2, bar.label, size, ha="right")
        else:
            top = lines(axes, [bar.label], top, size)
        rectangle(axes, side, top, room, GREY, height, alpha=0.25)
        length = room * bar.value / whole if whole else 0
        rectangle(axes, side, top, length, GREY if bar.quiet else BLUE, height)
        write(axes, side + room + GAP, top + height / 2, bar.text, size, weight="bold")
    return figure


def tiles(squares: Sequence[Tile], width: int, note: str) -> Figure:
    """A tile map: squares in rows and columns, each with its letters and its value; the deeper the blue, the more.

    The blue is laid over the page's ground thinly enough that the page's ink can be read on it, on light and on dark.

    Args:
        note: written below: what the numbers and the shades are.
    """
    across, down = max(square.column for square in squares), max(square.row for square in squares)
    size = 17.0 if width > NARROW else 14.0
    side = min(width / across, 86)
    tall = side if width > NARROW else side * 1.2
    small = font_size(width) - 2
    below = wrap(note, width, small)
    figure, axes = canvas(width, down * tall + GAP + len(below) * small * LINE)
    ink = mpl.rcParams["text.color"]
    for square in squares:
        left, top = (square.column - 1) * side + 1.5, (square.row - 1) * tall + 1.5
        if square.depth is not None:
            rectangle(axes, left, top, side - 3, BLUE, tall - 3, alpha=0.08 + 0.47 * square.depth)
        line = "-" if square.depth is not None else "--"
        axes.add_artist(
            Rectangle((left, top), side - 3, tall - 3, facecolor="none", edgecolor=ink, linewidth=1, linestyle=line)
        )
        middle, centre = left + side / 2 - 1.5, top + tall / 2 - 1.5
        write(axes, middle, centre - size * 0.65, square.label, size, ha="center")
        write(axes, middle, centre + size * 0.65, square.text, size, ha="center", weight="bold")
    lines(axes, below, down * tall + GAP, small)
    return figure


def with_words(figure: Figure, heading: str, note: str) -> Figure:
    """The picture with a heading above it and a note below, as it goes about alone."""
    width, height = (72 * float(inches) for inches in figure.get_size_inches())
    size = font_size(int(width))
    above, below = wrap(heading, width, size + 3, bold=True), wrap(note, width, size - 2)
    top = len(above) * (size + 3) * LINE + (2 * GAP if above else 0)
    bottom = len(below) * (size - 2) * LINE + (GAP if below else 0)
    whole = top + height + bottom
    for axes in figure.axes:
        box = axes.get_position()
        axes.set_position((box.x0, (box.y0 * height + bottom) / whole, box.width, box.height * height / whole))
    figure.set_size_inches(width / 72, whole / 72)
    axes = pixels(figure, width, whole)
    lines(axes, above, 0, size + 3, bold=True)
    lines(axes, below, top + height + GAP, size - 2)
    return figure


def _labelled(bars: Sequence[Bar], width: float, size: float) -> list[int]:
    """The places of the columns whose labels are written: as many as fit, evenly, none sticking out at a side."""
    widths = [text_width(bar.label, size) for bar in bars]
    step = width / max(len(bars), 1)
    every = max(1, -int(-(max(widths, default=0) + GAP) // step))
    inside = [abs((place + 0.5) * step - width / 2) + widths[place] / 2 <= width / 2 + 2 for place in range(len(bars))]
    first = inside.index(True) if any(inside) else 0
    return [place for place in range(first, len(bars), every) if inside[place]]
