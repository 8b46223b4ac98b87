"""Which lines begin a provision, once the lines around each are known.

Words settle most ("Chapter 2"). Numbers alone may be titles that stand over points, and in other languages and other
kinds of document only the style says that a line is a heading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from egov_participation.documents.legal.heads import Head, head_of
from egov_participation.documents.legal.lists import follows, starts
from egov_participation.documents.lines import Line, capitals, one_line
from egov_participation.documents.structure import RANK, Kind

_LADDERS: Final = (
    (Kind.CHAPTER,),
    (Kind.CHAPTER, Kind.PARAGRAPH),
    (Kind.SECTION, Kind.CHAPTER, Kind.PARAGRAPH),
    (Kind.PART, Kind.SECTION, Kind.CHAPTER, Kind.PARAGRAPH),
    (Kind.PART, Kind.SECTION, Kind.SUBSECTION, Kind.CHAPTER, Kind.PARAGRAPH),
)
"""What headings are when only their levels are known, by how many levels there are."""
_LONGEST: Final = 250
_FAR: Final = 30
_ROMAN_TITLE: Final = re.compile(r"(?P<label>(?P<number>[IVXІХ]{1,6})\.)\s+(?P<rest>[^\n]+)$")
"""Cyrillic І and Х are typed for Roman numbers as often as the Latin letters."""
_FEWEST_ROMAN: Final = 2


def heads_of(lines: Sequence[Line], quoted: Collection[int]) -> list[Head | None]:
    """For each line what it begins, or None.

    Args:
        quoted: Places of lines that are quoted, and begin nothing here.
    """
    heads = [None if line.table or line.note or place in quoted else head_of(line) for place, line in enumerate(lines)]
    last = ""
    for place, head in enumerate(heads):
        if head is None or head.kind is not Kind.POINT or "." in head.number:
            continue
        if _is_title(lines[place], head) or _is_over_points(heads, place, last):
            heads[place] = Head(Kind.CHAPTER, head.number, head.label, head.rest)
        else:
            last = head.number
    _by_roman_number(lines, quoted, heads)
    _by_style(lines, quoted, heads)
    return heads


def _could_be_title(head: Head) -> bool:
    return 0 < len(head.rest) <= _LONGEST and head.rest.rstrip()[-1] not in ";:,"


def _is_title(line: Line, head: Head) -> bool:
    """A numbered line that looks like a heading ("1. General provisions"): a chapter, though no word says so."""
    if not _could_be_title(head):
        return False
    ends = head.rest.rstrip()[-1] == "."
    return capitals(head.rest) or line.outline is not None or (line.bold and (line.centred or not ends))


def _is_over_points(heads: Sequence[Head | None], place: int, last: str) -> bool:
    """Titles are counted apart from the points under them: "2. Documents" stands over "6. A bidder …", or over "2.1".

    Args:
        last: Number of the last point before.
    """
    head = heads[place]
    if head is None or not _could_be_title(head) or head.rest.rstrip()[-1] == "." or not head.rest[0].isupper():
        return False
    after = (one for one in heads[place + 1 : place + _FAR] if one is not None and one.kind in RANK)
    point = next((one for one in after if one.kind is not Kind.SUBPOINT), None)
    if point is None or point.kind is not Kind.POINT:
        return False
    if point.number == head.number + ".1":
        return True
    if not point.sure or (follows(head.number, point.number) and head.number != last):
        return False
    return follows(last, point.number) or (starts(head.number) and starts(point.number))


def _by_roman_number(lines: Sequence[Line], quoted: Collection[int], heads: list[Head | None]) -> None:
    """Titles that a Roman number alone begins ("I. General provisions"): one row of them from I on, or none are.

    One such line proves nothing: it may be the initial of somebody's name.
    """
    row: list[tuple[int, Head]] = []
    for place, line in enumerate(lines):
        match = None if place in quoted or line.table or line.note else _ROMAN_TITLE.match(line.printed.strip())
        if match is None:
            continue
        head = Head(Kind.CHAPTER, match["number"], match["label"], match["rest"].strip())
        comes_next = follows(row[-1][1].number, head.number) if row else starts(head.number.replace("І", "I"))
        if comes_next and _could_be_title(head) and head.rest[0].isupper():
            row.append((place, head))
    if len(row) < _FEWEST_ROMAN:
        return
    kind = Kind.SECTION if any(head is not None and head.kind is Kind.CHAPTER for head in heads) else Kind.CHAPTER
    for place, head in row:
        heads[place] = replace(head, kind=kind)


def _by_style(lines: Sequence[Line], quoted: Collection[int], heads: list[Head | None]) -> None:
    """Headings by style alone, if the document has more of them than of those that words tell."""
    styled = [place for place, line in enumerate(lines) if place not in quoted and _is_styled(line, heads[place])]
    named = sum(1 for head in heads if head is not None and head.kind in RANK and RANK[head.kind] <= RANK[Kind.ARTICLE])
    levels = Counter(lines[place].outline or 0 for place in styled)
    if (
        styled
        and len(levels) > 1
        and levels[lines[styled[0]].outline or 0] == 1
        and min(levels) == lines[styled[0]].outline
    ):
        # The only one of its level, over all others: the title of the document.
        levels.pop(lines[styled.pop(0)].outline or 0)
    if len(styled) <= named:
        return
    rungs = sorted(levels)
    ladder = _LADDERS[min(len(rungs), len(_LADDERS)) - 1]
    for place in styled:
        kind = ladder[min(rungs.index(lines[place].outline or 0), len(ladder) - 1)]
        heads[place] = Head(kind, "", "", one_line(lines[place].printed), doubt="heading.style")


def _is_styled(line: Line, head: Head | None) -> bool:
    if line.outline is None or line.table or line.note or (head is not None and head.kind in RANK and head.sure):
        return False
    return 0 < len(line.text) <= _LONGEST and line.text.rstrip()[-1] not in ".;:"
