"""What pictures are drawn with: a canvas in pixels, shapes, and words whose widths are known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Rectangle

# Okabe and Ito's palette, told apart by people with any kind of colour vision; all hold 3:1 on both grounds.
BLUE: Final = "#0072b2"
GREEN: Final = "#009e73"
GREY: Final = "#767676"
"""What is not an answer: blank votes, people who did not vote."""

WIDE, NARROW = 700, 340
"""Widths in pixels."""

BAR: Final = 24
GAP: Final = 8
LINE: Final = 1.35
_MEASURED: Final = 100.0
"""The size in which signs are measured."""


def font_size(width: int) -> float:
    """Of words in a picture of this width."""
    return 16 if width > NARROW else 15


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty picture whose coordinates are pixels from its top left corner."""
    figure = Figure(figsize=(width / 72, height / 72))
    return figure, pixels(figure, width, height)


def pixels(figure: Figure, width: float, height: float) -> Axes:
    """Axes over a whole figure of that many pixels, from its top left corner."""
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return axes


def rectangle(
    axes: Axes, left: float, top: float, width: float, colour: str, height: float = BAR, alpha: float = 1
) -> None:
    """A filled one, without a border."""
    axes.add_artist(Rectangle((left, top), width, height, facecolor=colour, linewidth=0, alpha=alpha))


def lines(
    axes: Axes, words: Sequence[str], top: float, size: float, *, bold: bool = False, right: float | None = None
) -> float:
    """Write lines downwards from `top`; gives where the next thing may begin."""
    for line in words:
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
        top += size * LINE
    return top


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines of at most `width`; a word that is longer stands alone."""
    found: list[str] = []
    for word in text.split():
        longer = f"{found[-1]} {word}" if found else word
        if found and text_width(longer, size, bold=bold) <= width:
            found[-1] = longer
        else:
            found.append(word)
    return found


def text_width(text: str, size: float, *, bold: bool = True) -> float:
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


def write(
    axes: Axes, left: float, middle: float, text: str, size: float, *, ha: str = "left", weight: str = "normal"
) -> None:
    """A word or two at a height."""
    axes.text(left, middle, text, fontsize=size, weight=weight, ha=ha, va="center_baseline", parse_math=False)
