"""From Akoma Ntoso (LegalDocML, OASIS, version 3.0) to a document.

What a numbered element is depends on where it stands: a British section is what others call an article, a paragraph is
a point in an article and a subpoint in a point. The structure of words quoted for another act stays words: an amending
act does not have the articles that it puts elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from babel.core import get_global
from lxml import etree
from lxml.etree import _Element as Element

from egov_participation.documents.akn import markup, safety
from egov_participation.documents.akn.markup import child, children, collapsed, name
from egov_participation.documents.akn.parts import Part, document_parts, heading_of, title_block, title_of
from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.legal.language import language_of
from egov_participation.documents.structure import Cell, Document, Kind, Provision, flat, nfc

_DIVISIONS: Final = {
    "tome": Kind.PART,
    "book": Kind.PART,
    "part": Kind.PART,
    "subpart": Kind.SECTION,
    "title": Kind.SECTION,
    "division": Kind.SECTION,
    "subtitle": Kind.SUBSECTION,
    "subdivision": Kind.SUBSECTION,
    "chapter": Kind.CHAPTER,
    "subchapter": Kind.PARAGRAPH,
}
_UNITS: Final = frozenset({"article", "rule"})
_BELOW: Final = frozenset(
    {
        *("paragraph", "subparagraph", "clause", "subclause", "subrule", "alinea", "level", "list", "sublist"),
        *("point", "indent", "item", "proviso", "transitional", "recital"),
    }
)
_ITEMS: Final = frozenset({"point", "indent", "item", "recital"})
"""Each of these is one thing even without a number."""
_HIERARCHY: Final = frozenset({*_DIVISIONS, *_UNITS, *_BELOW, "section", "subsection", "hcontainer", "tblock"})
_FLOWS: Final = frozenset(
    {
        *("content", "intro", "wrapUp", "container", "div", "blockContainer", "blockList", "foreign"),
        *("citations", "recitals", "formula", "longTitle"),
    }
)
_HEADS: Final = frozenset({"num", "heading", "subheading", "meta"})
_DEEPEST: Final = 60
"""Provisions inside of each other: fewer than `hashing.DEEPEST`."""
_NUMBER: Final = re.compile(
    r"\w+(?:[-‑–.]\w+)*(?:\s(?:bis|ter|quater|quinquies|sexies|septies|octies|novies|decies)\b)?"
)
_KAZAKH: Final = re.compile(r"-(?:бап|тарау|бөлім|тармақ|тармақша|параграф|қосымша)$")


def read_akn(source: BinaryIO | Path | bytes) -> Document:
    """Read an act, a bill or another document with provisions.

    Raises:
        DocumentRefusedError: it is no such file, or not one that can be read safely; nothing of it is kept.
    """
    root = safety.parse(source)
    if name(root) != "akomaNtoso":
        raise DocumentRefusedError("akn.other_xml", name=name(root)[:60])
    if not markup.known(etree.QName(root).namespace):
        raise DocumentRefusedError("akn.version", name=(etree.QName(root).namespace or "–")[:120])
    parts = document_parts(root)
    reader = _Reader(root)
    for part in parts:
        reader.part(part)
    provisions = reader.provisions()
    if not provisions:
        raise DocumentRefusedError("akn.empty")
    if any(provision.depth > _DEEPEST for provision in provisions):
        raise DocumentRefusedError("xml.too_deep", most=_DEEPEST)
    dropped = {*reader.words.dropped, *(code for part in parts for code in part.dropped)}
    title = title_of([part.element for part in parts if not part.annex], reader.words)
    return Document(title, _language(root, parts, provisions, reader), provisions, "akn", tuple(sorted(dropped)))


def _language(root: Element, parts: Iterable[Part], provisions: Iterable[Provision], reader: _Reader) -> str:
    """The language that the file names, by its code of two letters; Kazakh and Russian are told by their words."""
    declared = ""
    for element in [*(part.element for part in parts if not part.annex), root]:
        found = next(element.iter("{*}FRBRlanguage"), None)
        if found is not None and (code := (found.get("language") or "").strip().lower()):
            code = code.split("-")[0]
            declared = str(get_global("language_aliases").get(code, code))
            break
    if reader.own and declared:
        return declared
    spoken = language_of((provision.words for provision in provisions), "")
    return spoken if spoken in {"kk", "ru"} else declared or spoken or "und"


@dataclass(slots=True)
class _Draft:
    """A provision that is still being read."""

    kind: Kind
    depth: int
    number: str = ""
    label: str = ""
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    table: tuple[tuple[Cell, ...], ...] = ()
    notes: list[Element] = field(default_factory=list)
    exact: bool = False

    def provision(self) -> Provision:
        text = flat(self.table) if self.table and not self.lines else "\n".join(self.lines)
        return Provision(self.kind, self.depth, self.number, self.label, self.heading, text, self.table)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element stands."""

    draft: _Draft | None
    """The provision that takes the words; None: none is open."""
    depth: int
    """Of what stands inside."""
    article: bool = False
    point: bool = False


class _Reader:
    def __init__(self, root: Element) -> None:
        self.words = markup.Words()
        self._with_articles = _holders(root, _UNITS)
        self._with_units = _holders(root, {*_UNITS, "section"})
        self.own = False
        """Whether an element said which kind it is."""
        self._drafts: list[_Draft] = []

    def provisions(self) -> tuple[Provision, ...]:
        self._notes_of_open()
        return tuple(draft.provision() for draft in self._drafts)

    def part(self, part: Part) -> None:
        """One document of the file: the main one, or an annex."""
        depth = 0
        opening: _Draft | None = None
        if part.annex:
            depth = part.depth + 1
            opening = self._annex(part)
        skip = title_block(part.opening)
        for section in part.opening:
            if section.get(markup.KIND) == "preface":
                continue
            if opening is None:
                opening = self._open(Kind.PREAMBLE, depth)
                depth += 1
            opening.exact = self._exact(section) or opening.exact
            self._flow(section, _Place(opening, depth), skip=skip)
        if opening is not None and not part.annex and not opening.lines and self._drafts[-1] is opening:
            self._drafts.pop()
        depth = part.depth + 1 if part.annex else 0
        for body in part.bodies:
            self._flow(body, _Place(opening if part.annex else None, depth))
        for closing in part.closing:
            ending = self._open(Kind.SIGNATURE, depth)
            ending.exact = self._exact(closing)
            self._flow(closing, _Place(ending, depth + 1))
            if not ending.lines and self._drafts[-1] is ending:
                self._drafts.pop()

    def _annex(self, part: Part) -> _Draft:
        holder = part.holder
        num = None if holder is None else child(holder, "num")
        if holder is not None and self._exact(holder):
            heading = child(holder, "heading")
            draft = self._open(
                Kind.ANNEX,
                part.depth,
                holder.get(markup.NUMBER, ""),
                "" if num is None else self.words.verbatim(num),
                "" if heading is None else self.words.verbatim(heading),
            )
            draft.exact = True
            return draft
        label = self.words.line(num)
        return self._open(Kind.ANNEX, part.depth, _number(label), label, heading_of(part, self.words))

    def _open(self, kind: Kind, depth: int, number: str = "", label: str = "", heading: str = "") -> _Draft:
        self._notes_of_open()
        self._drafts.append(_Draft(kind, depth, number, label, heading))
        return self._drafts[-1]

    def _notes_of_open(self) -> None:
        """Footnotes stand after the words that they belong to, before what stands inside of the provision."""
        if self._drafts and self._drafts[-1].notes:
            draft = self._drafts[-1]
            notes, draft.notes = draft.notes, []
            for note in notes:
                mark = collapsed(note.get("marker") or "")
                self._drafts.append(_Draft(Kind.NOTE, draft.depth + 1, mark, mark, lines=self.words.block_lines(note)))

    def _exact(self, element: Element) -> bool:
        """Whether its words are taken as they stand, because it was written by `write_akn`."""
        own = element.get(markup.KIND) is not None
        self.own = self.own or own
        return own

    def _hierarchy(self, element: Element, place: _Place) -> None:
        """An element with a number, a heading and content, whatever its name."""
        notes: list[Element] = []
        kind = self._kind(element, place)
        exact = self._exact(element)
        num, heading = child(element, "num"), child(element, "heading")
        if exact:
            label = "" if num is None else self.words.verbatim(num)
            number = element.get(markup.NUMBER, "")
            title = "" if heading is None else self.words.verbatim(heading)
        else:
            label = self.words.line(num, notes)
            number = _number(label)
            label = label if number else ""
            title = " ".join(
                part
                for part in (self.words.line(heading, notes), self.words.line(child(element, "subheading"), notes))
                if part
            )
        if kind is None:
            # Nothing of its own: its words are those of what it stands in.
            self._flow(element, place)
            return
        draft = self._open(kind, place.depth, number, label, title)
        draft.exact = exact
        draft.notes += notes
        self._flow(
            element,
            _Place(
                draft,
                place.depth + 1,
                article=place.article or kind is Kind.ARTICLE,
                point=place.point or kind in {Kind.POINT, Kind.SUBPOINT},
            ),
        )
        if not exact and kind is Kind.TEXT and not (draft.lines or draft.heading) and self._drafts[-1] is draft:
            self._drafts.pop()

    def _kind(self, element: Element, place: _Place) -> Kind | None:
        """None for an element that is no provision of its own."""
        own = name(element)
        if (named := element.get(markup.KIND)) in set(Kind):
            return Kind(named)
        numbered = _number(self.words.line(child(element, "num"))) != ""
        headed = self.words.line(child(element, "heading")) != ""
        if own in _UNITS:
            return Kind.ARTICLE
        if own in _DIVISIONS:
            return _DIVISIONS[own]
        if own == "section":
            return Kind.SECTION if element in self._with_articles else Kind.ARTICLE
        if own == "subsection" and not place.article:
            return Kind.SUBSECTION
        if own == "tblock":
            nested = any(name(above) == "tblock" for above in element.iterancestors())
            return Kind.SUBSECTION if nested else Kind.SECTION
        if own == "hcontainer" and not place.article and element in self._with_units:
            return Kind.PARAGRAPH if numbered or headed else None
        if numbered:
            return Kind.SUBPOINT if place.point else Kind.POINT
        return Kind.TEXT if own in _ITEMS or headed else None

    def _flow(self, element: Element, place: _Place, skip: Element | None = None) -> None:
        """What stands inside of an element, in order."""
        for inside in children(element):
            own = name(inside)
            if own in _HEADS:
                continue
            if own in _HIERARCHY:
                self._hierarchy(inside, place)
            elif own == "table":
                self._table(inside, place)
            elif own in _FLOWS or (own not in {"p", "block"} and _has_blocks(inside)):
                self._flow(inside, place, skip)
            elif own in {"ul", "ol"}:
                for item in children(inside, "li"):
                    self._words(item, place)
            elif own == "quotedStructure":
                self._lines(self.words.quoted(inside), place, [])
            elif own == "documentRef":
                self.words.dropped.add("dropped.other_documents")
            elif inside is not skip:
                self._words(inside, place)

    def _words(self, block: Element, place: _Place) -> None:
        if place.draft is not None and place.draft.exact:
            place.draft.lines.append(self.words.verbatim(block))
            return
        notes: list[Element] = []
        self._lines(self.words.lines(block, notes), place, notes)

    def _lines(self, lines: list[str], place: _Place, notes: list[Element]) -> None:
        """Words go to the open provision while nothing stands inside of it; then they are provisions of their own."""
        if not lines:
            return
        if place.draft is not None and self._drafts[-1] is place.draft:
            place.draft.lines += lines
            place.draft.notes += notes
        else:
            draft = self._open(Kind.TEXT, place.depth)
            draft.lines += lines
            draft.notes += notes

    def _table(self, table: Element, place: _Place) -> None:
        if place.draft is not None and place.draft.exact:
            place.draft.table = self.words.rows(table, exact=True)
            return
        rows = self.words.rows(table)
        if any(cell.text for row in rows for cell in row):
            draft = self._open(Kind.TABLE, place.depth, heading=self.words.line(child(table, "caption")))
            draft.table = rows


def _holders(root: Element, names: Iterable[str]) -> set[Element]:
    """The elements in which others of these names stand that are not quoted for another act."""
    found: set[Element] = set()
    for element in root.iter(*(f"{{*}}{one}" for one in names)):
        for above in element.iterancestors():
            if above in found or name(above) in markup.QUOTED:
                break
            found.add(above)
    return found


def _has_blocks(element: Element) -> bool:
    return any(name(inside) in {"p", "table", "blockList", "block"} for inside in children(element))


def _number(label: str) -> str:
    """The number alone of what is printed: ``1-bis`` of "Art. 1-bis.", ``a`` of "(a)", ``5-1`` of "5-1-бап"."""
    found = _NUMBER.findall(nfc(label))
    return _KAZAKH.sub("", found[-1]) if found else ""
