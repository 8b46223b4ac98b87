"""Tables of contents: they repeat every heading, and would double the whole structure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from egov_participation.documents.legal.heads import Head, head_of
from egov_participation.documents.lines import Line, one_line
from egov_participation.documents.structure import RANK, Kind

_TITLE: Final = re.compile(
    r"(?:оглавление|содержание|мазмұны|contents|table of contents|المحتويات)\s*[.:]?", re.IGNORECASE
)
_TO_PAGE: Final = re.compile(r"(?:\t|\.{3,}|…|_{3,})\s*\d{1,4}\s*$")
_TAIL: Final = 40
"""Characters at the end of a line that are looked at: rows of dots may be long."""
_FEWEST: Final = 3
_MOST_TABLES: Final = 5


def without_contents(lines: Sequence[Line]) -> tuple[list[Line], bool]:
    """The lines without those of contents, and whether there were any."""
    drop = {place for place, line in enumerate(lines) if line.contents}
    titles = [place for place, line in enumerate(lines) if not line.contents and _is_title(line)]
    for place in titles[:_MOST_TABLES]:
        drop.update(_listed(lines, place))
    drop.update(_leading_to_pages(lines))
    return [line for place, line in enumerate(lines) if place not in drop], bool(drop)


def _is_title(line: Line) -> bool:
    return len(line.text) < 60 and _TITLE.fullmatch(one_line(line.text)) is not None


def _leads(text: str) -> bool:
    return _TO_PAGE.search(text[-_TAIL:]) is not None


def _listed(lines: Sequence[Line], title: int) -> range:
    """From the title to before the heading that comes a second time; nothing if none does."""
    seen: set[tuple[Kind, str]] = set()
    for place in range(title + 1, len(lines)):
        head = _heading(lines[place])
        if head is not None:
            key = (head.kind, head.number)
            if key in seen and key == _first(lines, title):
                return range(title, place)
            seen.add(key)
        if lines[place].contents or _leads(lines[place].text):
            continue
        if head is None and len(lines[place].text) > 300:
            break
    entries = 0
    while title + entries + 1 < len(lines) and _leads(lines[title + entries + 1].text):
        entries += 1
    listed = entries or (title + 1 < len(lines) and lines[title + 1].contents)
    return range(title, title + entries + 1) if listed else range(0)


def _first(lines: Sequence[Line], title: int) -> tuple[Kind, str] | None:
    for line in lines[title + 1 :]:
        if (head := _heading(line)) is not None:
            return head.kind, head.number
    return None


def _heading(line: Line) -> Head | None:
    if line.table:
        return None
    head = head_of(
        Line(
            line.text[:-_TAIL] + _TO_PAGE.sub("", line.text[-_TAIL:]),
            line.label,
            line.bold,
            line.centred,
            line.right,
            line.outline,
        )
    )
    return head if head is not None and head.kind in RANK and RANK[head.kind] <= RANK[Kind.ARTICLE] else None


def _leading_to_pages(lines: Sequence[Line]) -> set[int]:
    """Rows of lines that all end in the number of a page, without a title over them."""
    found: set[int] = set()
    row: list[int] = []
    for place, line in enumerate([*lines, Line("")]):
        if not line.table and _leads(line.text):
            row.append(place)
            continue
        if len(row) >= _FEWEST:
            found.update(row)
        row = []
    return found
