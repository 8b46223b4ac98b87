"""Text that an act quotes: an amending law holds "Статья 5. …" of the law it amends, which is no article of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from egov_participation.documents.lines import Line

_LONGEST: Final = 1500
"""A quotation that does not end within so many lines was never closed."""
_OPENING: Final = "«“„\"'‘"
_PAIRS: Final = {"«": "»", "“": "”", "„": "“", "‘": "’"}
_ENDS: Final = " .;,:)"


def quoted_lines(lines: Sequence[Line]) -> tuple[set[int], set[int]]:
    """Places of lines inside quotations that begin a line after a colon.

    Returns:
        The places of all lines quoted, and those of first lines whose quotation is never closed (they alone are then
        taken as quoted, for the official to look at).
    """
    inside: set[int] = set()
    unclosed: set[int] = set()
    place = 0
    while place < len(lines):
        if _opens(lines, place):
            end = _end(lines, place)
            if end is None:
                unclosed.add(place)
                end = place
            inside.update(range(place, end + 1))
            place = end
        place += 1
    return inside, unclosed


def _opens(lines: Sequence[Line], place: int) -> bool:
    text = lines[place].printed.lstrip()
    if not text or text[0] not in _OPENING or place == 0:
        return False
    before = next((line for line in reversed(lines[max(place - 3, 0) : place]) if line.text.strip()), None)
    return before is not None and before.text.rstrip().endswith((":", ": "))


def _end(lines: Sequence[Line], start: int) -> int | None:
    """Where the quotation is balanced; else where its last sign may have closed an inner one too: «… «О закупках».»."""
    opening = lines[start].printed.lstrip()[0]
    closing = _PAIRS.get(opening, opening)
    depth, shared = 0, None
    for place in range(start, min(start + _LONGEST, len(lines))):
        if place > start and _opens(lines, place):
            break
        text = lines[place].printed
        ends = text.rstrip(_ENDS).endswith(closing)
        if opening == closing:
            depth = (depth + text.count(opening)) % 2
        else:
            depth += text.count(opening) - text.count(closing)
        if ends and depth <= 0:
            return place
        if ends and depth == 1 and shared is None:
            shared = place
    return shared
