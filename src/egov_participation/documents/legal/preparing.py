"""Lines as the author meant them: tables that only place words are undone, lines glued together are parted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from egov_participation.documents.legal.heads import Head, head_of
from egov_participation.documents.legal.lists import value
from egov_participation.documents.legal.marks import annex_of, has_initials, is_approval, is_note, is_signature
from egov_participation.documents.lines import Line, one_line
from egov_participation.documents.structure import RANK, Kind

_BEGUN = re.compile(r"(?:[ндт][ыі]ң|ына|іне|ана|ене|ға|ге|қа|ке|да|де|мен|бен|пен)\s*$")
"""Ends of Kazakh words that what belongs to them follows: "of the Republic", "to the Rules"."""
_ONLY_ANNEX = re.compile(r"\s*(?:\d+(?:-\d+)*\s?-\s?)?қосымша\s*$", re.IGNORECASE)
_KAZAKH_OFFICE = re.compile(r"\s*(?:президенті|премьер-министрі|\w*министрі|төрағасы)(?!\w)(?!.*[;:,]$)", re.IGNORECASE)
_DATED = re.compile(r"\s*\d{4}\s+жылғы(?!.*[.;:]\s*$)", re.IGNORECASE)
"""The date and number of the order in such a label."""
_ONLY_APPROVED = re.compile(r"\s*(?:№.{0,40})?бекітіл(?:ген|ді)\s*\.?\s*$", re.IGNORECASE)
_MOST_BEFORE = 4
_ENDED = (".", ";", ":", ")", "»", '"')

_SENTENCES = re.compile(r"(?<=[.;)»\"])\s+(?=[А-ЯӘҒҚҢӨҰҮҺІA-Z§\d])")
_MOST_SENTENCES = 200
_FAR = 400

Known = dict[Kind, set[tuple[int, ...]]]
"""The numbers of the headings that begin a line, by kind."""


def unwrapped(lines: Iterable[Line]) -> Iterator[Line]:
    """Tables that hold a stamp ("Annex 1 to …" at the right margin) or a signature become lines."""
    for line in lines:
        yield from _stamp(line) if line.table else [line]


def _stamp(line: Line) -> list[Line]:
    filled = [cell.text for row in line.table for cell in row if cell.text.strip()]
    if len(filled) == 1:
        text = filled[0]
        stamp = Line(one_line(text), right=True, gap=line.gap)
        if annex_of(stamp) is not None or is_approval(stamp):
            return [stamp]
    small = len(line.table) <= 3 and 0 < len(filled) <= 4
    if small and is_signature(filled[0]) and (len(filled) == 1 or any(has_initials(text) for text in filled[1:])):
        return [Line(one_line(" ".join(filled)), gap=line.gap)]
    return [line]


def together(lines: Iterable[Line]) -> Iterator[Line]:
    """Labels that Kazakh acts write over several lines become one: "… қағидаларына", "1-қосымша"."""
    before: list[Line] = []
    for line in lines:
        if not line.table and _goes_with(before, line):
            merged = [one_line(part.text) for part in (*before, line)]
            yield replace(line, text=" ".join(merged), gap=before[0].gap)
            before = []
        elif not line.table and not line.note and _is_begun(before, line):
            before.append(line)
            if len(before) > _MOST_BEFORE:
                yield before.pop(0)
        else:
            yield from before
            yield line
            before = []
    yield from before


def _is_begun(before: list[Line], line: Line) -> bool:
    return len(line.text) < 200 and (_BEGUN.search(line.text) is not None or bool(before and _DATED.match(line.text)))


def _goes_with(before: list[Line], line: Line) -> bool:
    return bool(before) and any(kind.match(line.text) for kind in (_ONLY_ANNEX, _KAZAKH_OFFICE, _ONLY_APPROVED))


def apart(lines: Iterable[Line]) -> list[Line]:
    """Lines parted where a soft line break, or nothing, stands before a new provision."""
    broken = [part for line in lines for part in _at_breaks(line)]
    heads = [None if line.table else head_of(line) for line in broken]
    known: Known = {}
    for head in heads:
        if head is not None and _is_heading(head) and (counted := value(head.number)) is not None:
            known.setdefault(head.kind, set()).add(counted)
    found: list[Line] = []
    for line, head in zip(broken, heads, strict=True):
        found.extend([line] if line.table or (head is not None and _is_heading(head)) else _at_headings(line, known))
    return found


def _at_breaks(line: Line) -> Iterator[Line]:
    if line.table or line.note or "\n" not in line.text:
        yield line
        return
    parts: list[str] = []
    heads: list[bool] = []
    for part in line.text.split("\n"):
        piece = part.strip(" ")
        if not parts:
            parts.append(piece)
            continue
        head = head_of(replace(line, text=piece, label="")) if piece else None
        before = parts[-1].rstrip()
        named = head is not None and _is_heading(head) and before.endswith(_ENDED)
        item = head is not None and head.sure and head.kind in RANK and before.endswith((".", ";", ":"))
        if piece and (named or item or (is_note(piece) and before)):
            parts.append(piece)
            heads.append(named)
        else:
            parts[-1] = f"{parts[-1]}\n{piece}"
    yield replace(line, text=parts[0].strip())
    for part, named in zip(parts[1:], heads, strict=True):
        yield replace(line, text=part.strip(), label="", gap=False, doubt="heading.glued" if named else line.doubt)


def _at_headings(line: Line, known: Known) -> Iterator[Line]:
    """Part a line where a heading that is missing elsewhere stands amid it.

    Known by its word and number, by a sentence that ends before it, and because its number is missing from the row.
    """
    for match in islice(_SENTENCES.finditer(line.text), _MOST_SENTENCES):
        head = head_of(Line(line.text[match.end() : match.end() + _FAR]))
        if head is None or not _is_heading(head) or not head.rest[:1].isupper():
            continue
        counted, others = value(head.number), known.get(head.kind, set())
        if counted is None or counted in others:
            continue
        if {counted[0] - 1, counted[0] + 1} <= {other[0] for other in others}:
            yield replace(line, text=line.text[: match.start()])
            yield replace(line, text=line.text[match.end() :], label="", gap=False, note=False, doubt="heading.glued")
            return
    yield line


def _is_heading(head: Head) -> bool:
    return head.kind in RANK and RANK[head.kind] <= RANK[Kind.ARTICLE]
