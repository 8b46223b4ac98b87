"""What stands before the first numbered provision: the title among the stamps, forms, places and dates."""

from __future__ import annotations

from collections.abc import Sequence

from egov_participation.documents.legal.marks import is_form, is_note, names_act
from egov_participation.documents.lines import Line, capitals, one_line

_FAR = 40
"""No title stands after so many lines."""
_LONGEST = 600


def split_front(lines: Sequence[Line], *, structured: bool) -> tuple[str, set[int]]:
    """The title, and the places of lines that are not part of it.

    Args:
        structured: Something numbered follows; without it everything but a clear title is text.
    """
    taken = _title(lines, structured)
    title = " ".join(one_line(lines[place].text) for place in taken)
    return title, {place for place in range(len(lines)) if place not in taken}


def _title(lines: Sequence[Line], structured: bool) -> range:
    usable = [place for place, line in enumerate(lines[:_FAR]) if _can_be(line)]
    for place in usable:
        if names_act(lines[place].text) and (lines[place].shows_heading or structured):
            return _run(lines, place)
    for place in usable:
        if lines[place].shows_heading:
            return _run(lines, place)
    if structured and usable and len(lines[usable[0]].text) < 200:
        return range(usable[0], usable[0] + 1)
    return range(0)


def _can_be(line: Line) -> bool:
    text = one_line(line.text)
    if line.table or line.note or line.right or not text or len(text) > _LONGEST:
        return False
    return any(char.isalpha() for char in text) and not is_form(text) and not is_note(text) and text[-1] not in ";:,"


def _run(lines: Sequence[Line], first: int) -> range:
    """The line and those after it that look the same and follow at once."""
    line = lines[first]
    end = first + 1
    while end < len(lines) and _can_be(lines[end]) and not lines[end].gap:
        after = lines[end]
        if (after.bold, after.centred, after.outline) != (line.bold, line.centred, line.outline):
            break
        if not (after.bold or after.centred) or capitals(after.text) != capitals(line.text):
            break
        end += 1
    return range(first, end)
