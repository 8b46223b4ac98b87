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
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

# Okabe and Ito's palette, told apart by people with any kind of colour vision; all hold 3:1 on both grounds.
BLUE: Final = "#0072b2"
GREEN: Final = "#009e73"
GREY: Final = "#767676"
"""What is not an answer: blank votes, people who did not vote."""

WIDE, NARROW = 700, 340
"""Widths in pixels."""

SHARES: Final = 10_000
"""The whole, where bars are shares: their values are whole numbers."""

_STYLE: Final = mpl.rc_params_from_file(Path(__file__).with_name("chart.mplstyle"), use_default_template=False)
_LOCK: Final = threading.Lock()
_BAR: Final = 24
_SEPARATE: Final = 90
"""Columns that stand apart from each other."""
_GAP: Final = 8
_LINE: Final = 1.35
_MEASURED: Final = 100.0
"""The size in which signs are measured."""


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
    size = _font_size(width)
    labels = [_wrap(bar.label, width, size) for bar in bars]
    heading_lines = _wrap(heading, width, size + 3, bold=True)
    note_lines = _wrap(note, width, size - 2)
    height = sum(len(lines) * size * _LINE + _BAR + 2.2 * _GAP for lines in labels)
    height += len(heading_lines) * (size + 3) * _LINE + (_GAP * 2 if heading_lines else 0)
    height += len(note_lines) * (size - 2) * _LINE
    figure, axes = _canvas(width, height)
    top = _lines(axes, heading_lines, 0, size + 3, bold=True) + (_GAP * 2 if heading_lines else 0)
    room = width - max((_text_width(bar.text, size) for bar in bars), default=0) - _GAP - 4
    for bar, lines in zip(bars, labels, strict=True):
        top = _lines(axes, lines, top, size) + 4
        length = room * bar.value / whole if whole else 0
        _rectangle(axes, 0, top, length, GREY if bar.quiet else BLUE)
        axes.plot([0.5, 0.5], [top - 3, top + _BAR + 3], color=mpl.rcParams["text.color"], linewidth=1)
        axes.text(length + _GAP, top + _BAR / 2, bar.text, fontsize=size, va="center_baseline", weight="bold")
        top += _BAR + 2.2 * _GAP - 4
    _lines(axes, note_lines, top, size - 2)
    return figure


def share(part: Bar, rest: Bar, width: int) -> Figure:
    """One bar cut in two, the first part's words above it and the rest's below."""
    size = _font_size(width)
    above, below = _wrap(part.text, width, size, bold=True), _wrap(rest.text, width, size)
    figure, axes = _canvas(width, (len(above) + len(below)) * size * _LINE + _BAR * 1.5 + 3 * _GAP)
    top = _lines(axes, above, 0, size, bold=True) + _GAP / 2
    whole = part.value + rest.value
    length = width * part.value / whole if whole else 0
    _rectangle(axes, 0, top, width, GREY, height=_BAR * 1.5, alpha=0.35)
    _rectangle(axes, 0, top, length, GREEN, height=_BAR * 1.5)
    _lines(axes, below, top + _BAR * 1.5 + _GAP, size, right=width)
    return figure


def columns(bars: Sequence[Bar], width: int, number: Callable[[int], str]) -> Figure:
    """Vertical bars in the given order, values on them where they fit, else a scale beside them.

    Args:
        number: writes a whole number for the scale.
    """
    size = _font_size(width) - 1
    on_marks = all(_text_width(bar.text, size) <= width / max(len(bars), 1) for bar in bars)
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
    size = _font_size(width) - 1
    height = 300 if width > NARROW else 240
    figure = Figure(figsize=(width / 72, height / 72))
    highest = max((bar.value for bar in bars), default=0) or 1
    ticks = [int(tick) for tick in MaxNLocator(5, integer=True).tick_values(0, highest) if tick >= 0]
    left = max(_text_width(number(tick), size) for tick in ticks) + 2 * _GAP if scale else 0.0
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
    size = _font_size(width) - 2
    side = max((_text_width(bar.label, size) for bar in bars), default=0.0) + 2 * _GAP if width > NARROW else 0.0
    height = 18.0
    step = height + _GAP + (0 if side else size * _LINE)
    room = width - side - max((_text_width(bar.text, size) for bar in bars), default=0.0) - _GAP
    figure, axes = _canvas(width, max(len(bars), 1) * step)
    for place, bar in enumerate(bars):
        top = place * step
        if side:
            _write(axes, side - _GAP, top + height / 2, bar.label, size, ha="right")
        else:
            top = _lines(axes, [bar.label], top, size)
        _rectangle(axes, side, top, room, GREY, height, alpha=0.25)
        length = room * bar.value / whole if whole else 0
        _rectangle(axes, side, top, length, GREY if bar.quiet else BLUE, height)
        _write(axes, side + room + _GAP, top + height / 2, bar.text, size, weight="bold")
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
    small = _font_size(width) - 2
    below = _wrap(note, width, small)
    figure, axes = _canvas(width, down * tall + _GAP + len(below) * small * _LINE)
    ink = mpl.rcParams["text.color"]
    for square in squares:
        left, top = (square.column - 1) * side + 1.5, (square.row - 1) * tall + 1.5
        if square.depth is not None:
            _rectangle(axes, left, top, side - 3, BLUE, tall - 3, alpha=0.08 + 0.47 * square.depth)
        line = "-" if square.depth is not None else "--"
        axes.add_artist(
            Rectangle((left, top), side - 3, tall - 3, facecolor="none", edgecolor=ink, linewidth=1, linestyle=line)
        )
        middle, centre = left + side / 2 - 1.5, top + tall / 2 - 1.5
        _write(axes, middle, centre - size * 0.65, square.label, size, ha="center")
        _write(axes, middle, centre + size * 0.65, square.text, size, ha="center", weight="bold")
    _lines(axes, below, down * tall + _GAP, small)
    return figure


def with_words(figure: Figure, heading: str, note: str) -> Figure:
    """The picture with a heading above it and a note below, as it goes about alone."""
    width, height = (72 * float(inches) for inches in figure.get_size_inches())
    size = _font_size(int(width))
    above, below = _wrap(heading, width, size + 3, bold=True), _wrap(note, width, size - 2)
    top = len(above) * (size + 3) * _LINE + (2 * _GAP if above else 0)
    bottom = len(below) * (size - 2) * _LINE + (_GAP if below else 0)
    whole = top + height + bottom
    for axes in figure.axes:
        box = axes.get_position()
        axes.set_position((box.x0, (box.y0 * height + bottom) / whole, box.width, box.height * height / whole))
    figure.set_size_inches(width / 72, whole / 72)
    axes = _pixels(figure, width, whole)
    _lines(axes, above, 0, size + 3, bold=True)
    _lines(axes, below, top + height + _GAP, size - 2)
    return figure


def _write(
    axes: Axes, left: float, middle: float, text: str, size: float, *, ha: str = "left", weight: str = "normal"
) -> None:
    """A word or two at a height."""
    axes.text(left, middle, text, fontsize=size, weight=weight, ha=ha, va="center_baseline", parse_math=False)


def _labelled(bars: Sequence[Bar], width: float, size: float) -> list[int]:
    """The places of the columns whose labels are written: as many as fit, evenly, none sticking out at a side."""
    widths = [_text_width(bar.label, size) for bar in bars]
    step = width / max(len(bars), 1)
    every = max(1, -int(-(max(widths, default=0) + _GAP) // step))
    inside = [abs((place + 0.5) * step - width / 2) + widths[place] / 2 <= width / 2 + 2 for place in range(len(bars))]
    first = inside.index(True) if any(inside) else 0
    return [place for place in range(first, len(bars), every) if inside[place]]


def _font_size(width: int) -> float:
    return 16 if width > NARROW else 15


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty picture whose coordinates are pixels from its top left corner."""
    figure = Figure(figsize=(width / 72, height / 72))
    return figure, _pixels(figure, width, height)


def _pixels(figure: Figure, width: float, height: float) -> Axes:
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return axes


def _rectangle(
    axes: Axes, left: float, top: float, width: float, colour: str, height: float = _BAR, alpha: float = 1
) -> None:
    axes.add_artist(Rectangle((left, top), width, height, facecolor=colour, linewidth=0, alpha=alpha))


def _lines(
    axes: Axes, lines: Sequence[str], top: float, size: float, *, bold: bool = False, right: float | None = None
) -> float:
    """Write lines downwards from `top`; gives where the next thing may begin."""
    for line in lines:
        axes.text(
            0 if right is None else right,
            top + size,
            line,
            fontsize=size,
            weight="bold" if bold else "normal",
            ha="left" if right is None else "right",
            va="baseline",
            parse_math=False,
        )
        top += size * _LINE
    return top


def _wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines of at most `width`; a word that is longer stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _text_width(text: str, size: float, *, bold: bool = True) -> float:
    """In DejaVu Sans, which is wider than the fonts of the page: what fits here fits there."""
    return size * sum(_advance(sign, bold=bold) for sign in text.strip())


@lru_cache(maxsize=4096)
def _advance(sign: str, *, bold: bool) -> float:
    """How far a sign of size 1 moves the pen."""
    glyph = _font(bold=bold).load_char(ord(sign))
    return float(glyph.linearHoriAdvance) / 65536 / _MEASURED


@cache
def _font(*, bold: bool) -> FT2Font:
    """Touched while drawing alone, which a lock holds."""
    path = findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    font = FT2Font(path)
    font.set_size(_MEASURED, 72)
    return font
