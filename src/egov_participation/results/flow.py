"""Where votes went from round to round: stacks of blocks, and bands between them (a Sankey diagram).

On a wide picture rounds go from left to right; on a narrow one, or where they are too many, from top to bottom.
Blocks carry numbers, and the names stand beside the first and the last ones or above all: nothing is told by colour
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from egov_participation.results.canvas import (
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

# Okabe and Ito's; the pale ones are darkened until they hold 3:1. Neighbours differ, numbers tell all apart.
_COLOURS: Final = (BLUE, "#d55e00", GREEN, "#cc79a7", "#3097cf", "#b98000")
_THICK, _THIN, _MANY = 16, 10, 8
"""Of a block, in the direction of the rounds; thin where there are more rounds than `_MANY`."""
_NUMBER: Final = 11.0
"""Size of the numbers at blocks."""
_SEEN: Final = 0.8
"""Bands thinner than that are left out, blocks are made as thick."""
_WIDEST: Final = 190.0
"""Of names beside stacks; longer words are cut."""
_ASIDE: Final = 2 * GAP
"""From names to blocks, whose numbers may be wider than they are."""
_BETWEEN, _CLOSE = 6, 2
"""Between blocks of a stack; of very many."""
_STAYS, _GOES = 0.28, 0.62
"""How strong bands are."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One candidate, or the votes that nobody has any more, from round to round."""

    mark: str
    """What stands at its blocks: a number, or a sign."""
    label: str
    values: tuple[int | None, ...]
    """One for each round; None where it is not in the stack."""
    last: str
    """What is written below its name at the end."""
    notes: Mapping[int, str]
    """A sign that is set after the mark in a round, from 0."""
    bold: bool = False
    """Its name at the end."""
    quiet: bool = False
    """No candidate."""


@dataclass(frozen=True, slots=True)
class Move:
    """Votes that went from one stream to another, by their places; ``round`` is the one in which they arrived."""

    round: int
    source: int
    target: int
    votes: int


@dataclass(frozen=True, slots=True)
class _Block:
    begin: float
    """Of the block, across the rounds."""
    size: float
    room: float
    """Where its place begins."""
    end: float
    """Where its place ends."""


_Stack = dict[int, _Block]
_Point = tuple[float, float]


def flow(
    streams: Sequence[Stream], moves: Sequence[Move], heads: str, note: str, width: int, *, first: int = 1
) -> Figure:
    """Stacks and bands of two rounds or more; the streams stand in the order given.

    Args:
        heads: what the numbers are, written above, and ``note`` below.
        first: the number of the first round.
    """
    wide = _across(streams, moves, heads, note, width, first) if width > NARROW else None
    return _down(streams, moves, heads, note, width, first) if wide is None else wide


def _across(
    streams: Sequence[Stream], moves: Sequence[Move], heads: str, note: str, width: int, first: int
) -> Figure | None:
    """None where the rounds are too many for their numbers to stand side by side."""
    size = font_size(width) - 2
    count = len(streams[0].values)
    names = [_cut(_named(stream), 150, size) for stream in streams]
    ends = [[*_cut(stream.label, 110, size, bold=stream.bold), stream.last] for stream in streams]
    left = _ASIDE + max(text_width(line, size, bold=False) for words in names for line in words)
    right = _ASIDE + max(
        text_width(line, size, bold=s.bold) for s, words in zip(streams, ends, strict=True) for line in words
    )
    thick = _thickness(count)
    pitch = (width - left - right - thick) / (count - 1)
    if pitch < 3 + max(text_width(_mark(stream, place), _NUMBER) for stream in streams for place in range(count)):
        return None
    whole = max(_total(streams, place) for place in range(count))
    scale = 300 / whole

    def slot(place: int, n: int) -> float:
        said = names[n] if place == 0 else ends[n] if place == count - 1 else []
        return max(_NUMBER * LINE + _thick(streams[n].values[place], scale), len(said) * size * LINE)

    above, below = wrap(heads, width, size), wrap(note, width, size)
    top = round(len(above) * size * LINE + GAP)
    stacks = [_stack(streams, place, scale, slot, top + size * LINE + GAP, _NUMBER * LINE) for place in range(count)]
    bottom = max(block.end for stack in stacks for block in stack.values())
    figure, axes = canvas(width, round(bottom + 2 * GAP + len(below) * size * LINE))
    lines(axes, above, 0, size)
    places = [left + place * pitch for place in range(count)]
    for place, stack in enumerate(stacks):
        middle = places[place] + thick / 2
        write(axes, middle, top + size * LINE / 2, str(first + place), size, ha="center", weight="bold")
        for n, block in stack.items():
            write(axes, middle, block.begin - _NUMBER * LINE / 2, _mark(streams[n], place), _NUMBER, ha="center")
    for n, block in stacks[0].items():
        _beside(axes, names[n], left - _ASIDE, block, size, ha="right")
    for n, block in stacks[-1].items():
        _beside(axes, ends[n], width - right + _ASIDE, block, size, bold=streams[n].bold)
    _fill(axes, streams, moves, stacks, places, scale, down=False)
    lines(axes, below, bottom + 2 * GAP, size)
    return figure


def _down(streams: Sequence[Stream], moves: Sequence[Move], heads: str, note: str, width: int, first: int) -> Figure:
    size = font_size(width) - 2
    count, left = len(streams[0].values), text_width("00", size) + GAP
    beside_key = width - 28
    keys = [_cut(_named(s), beside_key, size, bold=s.bold, widest=beside_key) for s in streams]
    above, below = wrap(heads, width, size), wrap(note, width, size)

    def stacked(scale: float, marked: bool) -> list[_Stack]:
        def widths(place: int, n: int) -> float:
            needed = text_width(_mark(streams[n], place), _NUMBER) if marked else 0.0
            return max(needed, _thick(streams[n].values[place], scale))

        between = _BETWEEN if marked else _CLOSE
        return [_stack(streams, place, scale, widths, left, 0.0, between) for place in range(count)]

    def fits(scale: float, marked: bool) -> bool:
        return all(block.end <= width for stack in stacked(scale, marked) for block in stack.values())

    # The largest scale with which every stack fits: numbers take room that the votes do not need. Among very many
    # candidates numbers stand only where their blocks have room for them.
    most = width / max(_total(streams, place) for place in range(count))
    marked, scale = fits(most / 4, marked=True), 0.0
    for step in range(1, 12):
        scale += most / 2**step if fits(scale + most / 2**step, marked) else 0.0
    stacks = stacked(scale, marked)
    top = sum(len(key) * size * LINE + 3 for key in keys) + 2 * GAP + len(above) * size * LINE + _NUMBER * LINE
    pitch = 76.0 if count < 10 else 68.0
    places = [round(top + place * pitch, 1) for place in range(count)]
    thick = _thickness(count)
    bottom = places[-1] + thick + 2 * GAP
    figure, axes = canvas(width, round(bottom + len(below) * size * LINE))
    beside = 0.0
    for n, key in enumerate(keys):
        rectangle(axes, 0, beside + 3, 18, _colour(streams, n), 13)
        for line in key:
            write(axes, 28, beside + size * LINE / 2, line, size, weight="bold" if streams[n].bold else "normal")
            beside += size * LINE
        beside += 3
    lines(axes, above, beside + GAP, size)
    for place, stack in enumerate(stacks):
        write(axes, 0, places[place] + thick / 2, str(first + place), size, weight="bold")
        for n, block in stack.items():
            mark = _mark(streams[n], place)
            if marked or text_width(mark, _NUMBER) <= block.size:
                middle = (block.room + block.end) / 2
                write(axes, middle, places[place] - _NUMBER * LINE / 2, mark, _NUMBER, ha="center")
    _fill(axes, streams, moves, stacks, places, scale, down=True)
    lines(axes, below, bottom, size)
    return figure


def _named(stream: Stream) -> str:
    return f"{stream.mark}{'' if stream.quiet else '.'} {stream.label}"


def _thickness(rounds: int) -> int:
    return _THICK if rounds <= _MANY else _THIN


def _cut(text: str, width: float, size: float, *, bold: bool = False, widest: float = _WIDEST) -> list[str]:
    """Lines of about `width`. A longer word makes all wider, up to `widest`, where it is cut: at its hyphen if it has
    one."""
    found = []
    for line in wrap(text, width, size, bold=bold):
        rest = line
        while text_width(rest, size, bold=bold) > widest:
            fits = next(n for n in range(len(rest), 0, -1) if n == 1 or text_width(rest[:n], size) <= widest)
            fits = rest.rfind("-", 1, fits) + 1 or fits
            found.append(rest[:fits])
            rest = rest[fits:]
        found.append(rest)
    return found


def _mark(stream: Stream, place: int) -> str:
    return stream.mark + stream.notes.get(place, "")


def _total(streams: Sequence[Stream], place: int) -> int:
    return sum(stream.values[place] or 0 for stream in streams) or 1


def _thick(value: int | None, scale: float) -> float:
    return max(value * scale, _SEEN) if value else 0.0


def _colour(streams: Sequence[Stream], n: int) -> str:
    return GREY if streams[n].quiet else _COLOURS[n % len(_COLOURS)]


def _stack(
    streams: Sequence[Stream],
    place: int,
    scale: float,
    slot: Callable[[int, int], float],
    begin: float,
    before: float,
    between: float = _BETWEEN,
) -> _Stack:
    """Blocks one after the other, each in a place that holds its words too; ``before`` is kept free in front of it."""
    found: _Stack = {}
    for n, stream in enumerate(streams):
        if stream.values[place] is None:
            continue
        room, size = slot(place, n), _thick(stream.values[place], scale)
        spare = room - before - size
        found[n] = _Block(begin + before + spare / 2, size, begin, begin + room)
        begin += room + between
    return found


def _beside(
    axes: Axes, words: Sequence[str], left: float, block: _Block, size: float, *, ha: str = "left", bold: bool = False
) -> None:
    middle = (block.room + block.end - (len(words) - 1) * size * LINE) / 2
    for place, line in enumerate(words):
        weight = "bold" if bold else "normal"
        write(axes, left, middle + place * size * LINE, line, size, ha=ha, weight=weight)


def _fill(
    axes: Axes,
    streams: Sequence[Stream],
    moves: Sequence[Move],
    stacks: Sequence[_Stack],
    places: Sequence[float],
    scale: float,
    *,
    down: bool,
) -> None:
    """Bands and blocks: all of one colour and strength are one shape, so that the picture stays light."""
    shapes: dict[tuple[int, float], list[Path]] = {}
    for n, stay, outline in _bands(streams, moves, stacks, places, scale):
        shapes.setdefault((n, _STAYS if stay else _GOES), []).append(_path(outline, curved=True, down=down))
    for place, stack in enumerate(stacks):
        for n, block in stack.items():
            if block.size:
                begin, end = places[place], places[place] + _thickness(len(places))
                outline = [(begin, block.begin), (end, block.begin), (end, block.begin + block.size)]
                outline.append((begin, block.begin + block.size))
                shapes.setdefault((n, 1.0), []).append(_path(outline, curved=False, down=down))
    for (n, alpha), paths in sorted(shapes.items(), key=lambda item: item[0][1]):
        compound = Path.make_compound_path(*paths)
        axes.add_artist(PathPatch(compound, facecolor=_colour(streams, n), linewidth=0, alpha=alpha))


def _bands(
    streams: Sequence[Stream],
    moves: Sequence[Move],
    stacks: Sequence[_Stack],
    places: Sequence[float],
    scale: float,
) -> Iterator[tuple[int, bool, list[_Point]]]:
    """Whose each band is, whether it stays, and its outline. At a block bands are in the order of their other ends."""
    for place in range(1, len(stacks)):
        arrived = [move for move in moves if move.round == place]
        got = {n: sum(move.votes for move in arrived if move.target == n) for n in stacks[place]}
        kept = [
            Move(place, n, n, (streams[n].values[place] or 0) - got[n]) for n in stacks[place] if n in stacks[place - 1]
        ]
        every = [move for move in [*arrived, *kept] if move.votes > 0]
        out = _offsets(every, [move.source for move in every], [move.target for move in every], scale)
        into = _offsets(every, [move.target for move in every], [move.source for move in every], scale)
        for move, leaves, comes in zip(every, out, into, strict=True):
            wide = move.votes * scale
            if wide < _SEEN:
                continue
            begin, end = places[place - 1] + _thickness(len(places)), places[place]
            a, b = stacks[place - 1][move.source].begin + leaves, stacks[place][move.target].begin + comes
            yield move.source, move.source == move.target, [(begin, a), (end, b), (end, b + wide), (begin, a + wide)]


def _offsets(moves: Sequence[Move], at: Sequence[int], other: Sequence[int], scale: float) -> list[float]:
    """How far from the beginning of the block ``at`` each band begins."""
    found, filled = [0.0] * len(moves), dict.fromkeys(at, 0.0)
    for place in sorted(range(len(moves)), key=lambda place: other[place]):
        found[place] = filled[at[place]]
        filled[at[place]] += moves[place].votes * scale
    return found


def _path(outline: Iterable[_Point], *, curved: bool, down: bool) -> Path:
    """A closed shape of four corners; ``curved`` along the rounds."""
    a, b, c, d = outline
    middle = (a[0] + b[0]) / 2
    if curved:
        points = [a, (middle, a[1]), (middle, b[1]), b, c, (middle, c[1]), (middle, d[1]), d, a]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    else:
        points, codes = [a, b, c, d, a], [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    rounded = [(round(along, 1), round(across, 1)) for along, across in points]
    return Path([point[::-1] if down else point for point in rounded], codes)
