"""What changed between two texts, word by word: in one text, or side by side."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Final, Literal

from rapidfuzz.distance import LCSseq

Kind = Literal["same", "removed", "added"]
Part = tuple[Kind, str]
_Block = tuple[bool, int, int, int, int]
"""Whether it is the same, then from where to where in either list of tokens."""
_DEEPEST: Final = 12
_TOKENS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_READABLE: Final = 100_000
"""Up to this product of lengths `difflib` looks for the longest runs, which read best; its time is cubic at worst."""
_LARGEST: Final = 500_000_000
"""Up to this product the longest common subsequence is sought, with a bit of memory for each."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a comparison side by side; a side that has no such line is empty."""

    old: tuple[Part, ...]
    new: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        return any(kind != "same" for kind, _ in (*self.old, *self.new)) or bool(self.old) != bool(self.new)


def word_diff(old: str, new: str) -> list[Part]:
    """The texts in one: what stayed, what was removed from `old`, what was added in `new`, in reading order.

    ``same`` and ``removed`` together are `old`; ``same`` and ``added`` together are `new`. Words, runs of spaces and
    single signs are compared whole. Texts of 50,000 characters take less than a second however they differ; from about
    100,000 characters of nothing but repeated words on, a part is shown as removed and added whole.
    """
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    return list(_merged(before, after))


def side_by_side(old: str, new: str) -> list[Row]:
    """The texts line by line, each line of `old` beside the one of `new` that it became, with what changed in it."""
    rows: list[Row] = []
    left: list[list[Part]] = [[]]
    right: list[list[Part]] = [[]]

    def close() -> None:
        empty: list[Part] = []
        rows.extend(Row(tuple(one), tuple(other)) for one, other in zip_longest(left, right, fillvalue=empty))
        left[:], right[:] = [[]], [[]]

    for kind, text in word_diff(old, new):
        first, *lines = text.split("\n")
        sides = [left, right] if kind == "same" else [left] if kind == "removed" else [right]
        for number, line in enumerate([first, *lines]):
            if number and kind == "same":
                close()
            elif number:
                sides[0].append([])
            for side in sides:
                if line:
                    side[-1].append((kind, line))
    close()
    return rows


def _merged(before: list[str], after: list[str]) -> Iterator[Part]:
    removed, added = "", ""
    for equal, start, end, new_start, new_end in _blocks(before, after):
        same = "".join(before[start:end]) if equal else ""
        if same and (same.strip() or not (removed or added)):
            yield from _changed(removed, added)
            removed, added = "", ""
            yield "same", same
            continue
        # A space alone between two changes belongs to both: changed words are read as one phrase.
        removed += "".join(before[start:end])
        added += "".join(after[new_start:new_end])
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Part]:
    if removed:
        yield "removed", removed
    if added:
        yield "added", added


def _blocks(
    before: Sequence[str], after: Sequence[str], low: int = 0, new_low: int = 0, depth: int = 0
) -> Iterator[_Block]:
    """What stayed and what did not, in order; ``low`` and ``new_low`` are where the two lists begin in the whole."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    if head:
        yield True, low, low + head, new_low, new_low + head
    middle, new_middle = before[head : len(before) - tail], after[head : len(after) - tail]
    at, new_at = low + head, new_low + head
    if len(middle) * len(new_middle) <= _READABLE:
        for tag, start, end, new_start, new_end in SequenceMatcher(
            None, middle, new_middle, autojunk=False
        ).get_opcodes():
            yield tag == "equal", at + start, at + end, new_at + new_start, new_at + new_end
    elif depth < _DEEPEST and (pivots := _pivots(middle, new_middle)):
        borders = [(0, 0), *pivots, (len(middle), len(new_middle))]
        for (start, new_start), (end, new_end) in pairwise(borders):
            stretch, new_stretch = middle[start:end], new_middle[new_start:new_end]
            yield from _blocks(stretch, new_stretch, at + start, new_at + new_start, depth + 1)
    elif len(middle) * len(new_middle) <= _LARGEST:
        for step in LCSseq.opcodes(middle, new_middle):
            yield (
                step.tag == "equal",
                at + step.src_start,
                at + step.src_end,
                new_at + step.dest_start,
                new_at + step.dest_end,
            )
    else:
        yield False, at, at + len(middle), new_at, new_at + len(new_middle)
    if tail:
        end, new_end = low + len(before), new_low + len(after)
        yield True, end - tail, end, new_end - tail, new_end


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    for place, (token, another) in enumerate(zip(one, other, strict=False)):
        if token != another:
            return place
    return min(len(one), len(other))


def _pivots(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Places of tokens that stand once in either text, those that kept their order ("patience diff")."""
    seen, now_seen = Counter(before), Counter(after)
    where = {token: place for place, token in enumerate(after)}
    unique = [(place, where[token]) for place, token in enumerate(before) if seen[token] == now_seen[token] == 1]
    return [unique[place] for place in longest_rising([now for _, now in unique])]


def longest_rising(values: Sequence[int]) -> list[int]:
    """The places of a longest strictly rising subsequence, in order."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        at[length : length + 1] = [place]
    chain: list[int] = []
    place = at[-1] if at else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]
