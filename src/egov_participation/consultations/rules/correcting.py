"""Corrections of a text that was read from a file: each replaces a run of provisions by others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from egov_participation.documents.hashing import DEEPEST
from egov_participation.documents.lines import one_line
from egov_participation.documents.structure import RANK, Kind, Provision, nfc
from egov_participation.errors import DomainError
from egov_participation.i18n import N_

_NUMBERED: Final = re.compile(r"\s*((\d+(?:-\d+)*|[^\W\d_])([.)]))\s+(?=\S)")
_TITLED: Final = frozenset({Kind.PART, Kind.SECTION, Kind.SUBSECTION, Kind.CHAPTER, Kind.PARAGRAPH, Kind.ANNEX})
"""What is called something and says nothing itself: words that belong to it are its heading's."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """``length`` provisions from ``place`` on are replaced by these."""

    place: int
    length: int
    provisions: tuple[tuple[Provision, int | None], ...]
    """Each with the place of the one that it was, whose lineage it keeps; None: it is another one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What an official typed of a provision."""

    kind: Kind
    number: str
    label: str
    heading: str
    text: str


def extent(provisions: Sequence[Provision], place: int) -> int:
    """How many provisions one is with all that stand in it."""
    end = place + 1
    while end < len(provisions) and provisions[end].depth > provisions[place].depth:
        end += 1
    return end - place


def changed(provisions: Sequence[Provision], place: int, typed: Typed) -> Replacement:
    """Another kind, number, heading or text; nothing is doubted any more. A table's words stay.

    The label follows the number, where it was left as it stood.
    """
    before = provisions[place]
    number, label = one_line(nfc(typed.number)), one_line(nfc(typed.label))
    if label == before.label and number != before.number and before.number and before.number in label:
        label = label.replace(before.number, number, 1)
    text = before.text if before.table else _paragraphs(typed.text)
    after = replace(
        before,
        kind=before.kind if before.table else typed.kind,
        number=number,
        label=label,
        heading=one_line(nfc(typed.heading)),
        text=text,
        doubt="",
    )
    if not (after.label or after.words):
        raise DomainError(
            422, N_("Nothing is left of it. Delete it, if it is no text of the act."), code="correction.empty"
        )
    return Replacement(place, 1, ((after, place),))


def indented(provisions: Sequence[Provision], place: int, by: int) -> Replacement:
    """One level further in (1) or out (-1), with all that stands in it.

    Raises:
        DomainError: 422 ``correction.depth``: there is nothing that it could stand in, or it stands outermost.
    """
    depth = provisions[place].depth + by
    deepest = provisions[place - 1].depth + 1 if place else 0
    if not 0 <= depth <= min(deepest, DEEPEST):
        raise DomainError(422, N_("It cannot stand there: nothing above it holds it."), code="correction.depth")
    run = range(place, place + extent(provisions, place))
    if max(provisions[each].depth for each in run) + by > DEEPEST:
        raise DomainError(422, N_("It cannot stand there: nothing above it holds it."), code="correction.depth")
    moved = ((replace(provisions[each], depth=provisions[each].depth + by), each) for each in run)
    return Replacement(place, len(run), tuple(moved))


def joined(provisions: Sequence[Provision], place: int) -> Replacement:
    """Made a part of the one before it, as it was printed: of its heading if that one has no text, else of its text.

    Raises:
        DomainError: 422 ``correction.join``: there is none before, or one of the two is a table.
    """
    if not place or provisions[place].table or provisions[place - 1].table:
        raise DomainError(422, N_("It cannot be joined with what stands before it."), code="correction.join")
    before, this = provisions[place - 1], provisions[place]
    printed = [" ".join(part for part in (this.label, this.heading) if part), this.text]
    words = "\n".join(part for part in printed if part)
    if before.kind in _TITLED and not before.text:
        whole = replace(before, heading=one_line(f"{before.heading} {words}"), doubt="")
    else:
        whole = replace(before, text="\n".join(part for part in (before.text, words) if part), doubt="")
    inside = range(place + 1, place + extent(provisions, place))
    shift = min(0, before.depth - this.depth)
    raised = ((replace(provisions[each], depth=provisions[each].depth + shift), each) for each in inside)
    return Replacement(place - 1, 2 + len(inside), ((whole, place - 1), *raised))


def split(provisions: Sequence[Provision], place: int, line: int) -> Replacement:
    """Divided before a line of its text (from 1 on). What begins with a number is taken for a point or sub-point.

    Raises:
        DomainError: 422 ``correction.split``: there is no such line, or it is a table.
    """
    before = provisions[place]
    lines = before.text.split("\n")
    first = 0 if before.heading or before.label else 1
    if before.table or not first <= line < len(lines):
        raise DomainError(422, N_("Choose the line that the new provision begins with."), code="correction.split")
    text = "\n".join(lines[line:])
    kind, number, label = Kind.TEXT, "", ""
    if found := _NUMBERED.match(text):
        kind = Kind.POINT if found[3] == "." and found[2][0].isdigit() else Kind.SUBPOINT
        number, label, text = found[2], found[1], text[found.end() :]
    holds = before.kind in RANK and (kind is Kind.TEXT or RANK[before.kind] < RANK[kind])
    depth = min(before.depth + 1 if holds else before.depth, DEEPEST)
    rest = replace(before, text="\n".join(lines[:line]), doubt="")
    return Replacement(place, 1, ((rest, place), (Provision(kind, depth, number, label, "", text), None)))


def deleted(provisions: Sequence[Provision], place: int) -> Replacement:
    """Taken out; what stood in it moves one level out.

    Raises:
        DomainError: 422 ``correction.last``: it is the only one.
    """
    if len(provisions) == 1:
        raise DomainError(422, N_("A draft has one provision at least."), code="correction.last")
    inside = range(place + 1, place + extent(provisions, place))
    raised = ((replace(provisions[each], depth=provisions[each].depth - 1), each) for each in inside)
    return Replacement(place, 1 + len(inside), tuple(raised))


def _paragraphs(text: str) -> str:
    lines = (one_line(line) for line in nfc(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"))
    return "\n".join(line for line in lines if line)
