"""Names of Akoma Ntoso 3.0, and the words inside of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element as Element

from egov_participation.documents.structure import Cell, nfc

NAMESPACE: Final = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_NAMESPACES: Final = re.compile(
    r"http://docs\.oasis-open\.org/legaldocml/ns/akn/3\.0(/(WD|CSD)\d+)?|http://Inhaltsdaten\.LegalDocML\.de/1\.8(\.\d+)?/"
)
"""The standard and its last drafts, which much was published in; Germany's profile."""
OWN: Final = "urn:egov-participation:akn"
KIND: Final = f"{{{OWN}}}kind"
"""Says which `Kind` an element is, or that it is the ``preface`` with the title; what has it is read back exactly."""
NUMBER: Final = f"{{{OWN}}}number"
NOTHING: Final = "none"
"""The kind of a cell that is none."""

_BREAKS: Final = frozenset({"eol", "br"})
_SILENT: Final = frozenset({"noteRef", "eop", "meta"})
QUOTED: Final = frozenset({"quotedStructure", "embeddedStructure"})
_BLOCKS: Final = frozenset({"p", "block", "listIntroduction", "listWrapUp", "li", "blockContainer"})
_WIDEST: Final = 1000


def known(namespace: str | None) -> bool:
    """Whether it is a version that is read here."""
    return namespace is not None and _NAMESPACES.fullmatch(namespace) is not None


def name(element: Element) -> str:
    """The local name."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, *names: str) -> Iterator[Element]:
    """Its child elements of the same namespace, all or those with one of the names."""
    namespace = str(element.tag).rpartition("}")[0]
    for child in element:
        own, _, local = str(child.tag).rpartition("}")
        if own == namespace and (not names or local in names):
            yield child


def child(element: Element, wanted: str) -> Element | None:
    """The first child of that name."""
    return next(children(element, wanted), None)


def collapsed(text: str) -> str:
    """The words of one line, parted by single spaces."""
    return " ".join(nfc(text).split())


class Words:
    """Takes the words out of elements, and remembers what it left out."""

    def __init__(self) -> None:
        self.dropped: set[str] = set()

    def lines(self, element: Element, notes: list[Element] | None = None) -> list[str]:
        """The words of a block, parted where it breaks the line.

        Args:
            notes: Footnotes that are met are put here.
        """
        return [line for part in "".join(self._inline(element, notes)).split("\n") if (line := collapsed(part))]

    def line(self, element: Element | None, notes: list[Element] | None = None) -> str:
        """The words of an element as one line; nothing of None."""
        return "" if element is None else " ".join(self.lines(element, notes))

    def verbatim(self, element: Element) -> str:
        """The words exactly as they stand."""
        return "".join(element.itertext())

    def rows(self, table: Element, *, exact: bool = False) -> tuple[tuple[Cell, ...], ...]:
        """The cells of a table; their words as they stand when ``exact``."""
        found: list[tuple[Cell, ...]] = []
        for part in children(table, "tr", "thead", "tbody", "tfoot"):
            for row in [part] if name(part) == "tr" else children(part, "tr"):
                cells = [
                    self._cell(cell, part, exact) for cell in children(row, "td", "th") if cell.get(KIND) != NOTHING
                ]
                found.append(tuple(cells))
        return tuple(found)

    def _cell(self, cell: Element, part: Element, exact: bool) -> Cell:
        lines = [self.verbatim(block) for block in children(cell, "p")] if exact else self.block_lines(cell)
        header = name(cell) == "th" or name(part) == "thead"
        return Cell("\n".join(lines), _span(cell.get("colspan")), _span(cell.get("rowspan")), header)

    def block_lines(self, element: Element, notes: list[Element] | None = None) -> list[str]:
        """The lines of all blocks in an element, a number before the words that it numbers."""
        found: list[str] = []
        label: list[str] = []

        def add(lines: list[str]) -> None:
            if lines:
                found.extend([" ".join([*label, lines[0]]), *lines[1:]])
                label.clear()

        def walk(block: Element) -> None:
            own = name(block)
            if own == "num":
                label.extend(self.lines(block, notes))
            elif own in {"heading", "subheading", "caption"} or (own in _BLOCKS and not _holds_blocks(block)):
                add(self.lines(block, notes))
            elif own == "table":
                add([" ".join(cell.text.split()) for row in self.rows(block) for cell in row if cell.text])
            elif own not in _SILENT:
                inside = list(children(block))
                if inside and not (block.text or "").strip():
                    for one in inside:
                        walk(one)
                else:
                    add(self.lines(block, notes))

        for block in children(element):
            walk(block)
        if label:
            found.append(" ".join(label))
        return found or self.lines(element, notes)

    def quoted(self, element: Element, notes: list[Element] | None = None) -> list[str]:
        """Provisions quoted for another act, as lines between their quotation marks."""
        self.dropped.add("dropped.quoted_structure")
        text = "\n".join(self.block_lines(element, notes))
        return f"{element.get('startQuote') or ''}{text}{element.get('endQuote') or ''}".split("\n") if text else []

    def _inline(self, element: Element, notes: list[Element] | None) -> Iterator[str]:
        # A line feed of the file is a blank; only what breaks a line becomes one.
        yield _blank(element.text)
        for part in element:
            own = name(part)
            if own in _BREAKS:
                yield "\n"
            elif own == "authorialNote":
                if notes is None:
                    self.dropped.add("dropped.notes")
                else:
                    notes.append(part)
            elif own == "del":
                self.dropped.add("dropped.deleted_words")
            elif own == "img":
                self.dropped.add("dropped.picture")
            elif own in QUOTED:
                yield "\n" + "\n".join(self.quoted(part, notes)) + "\n"
            elif own in _BLOCKS:
                yield "\n"
                yield from self._inline(part, notes)
                yield "\n"
            elif own not in _SILENT:
                quotes = own == "quotedText"
                yield (part.get("startQuote") or "") if quotes else ""
                yield from self._inline(part, notes)
                yield (part.get("endQuote") or "") if quotes else ""
            yield _blank(part.tail)


def _blank(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _holds_blocks(block: Element) -> bool:
    return any(name(inside) in _BLOCKS or name(inside) in {"table", "blockList"} for inside in children(block))


def _span(value: str | None) -> int:
    return min(max(int(value), 1), _WIDEST) if value is not None and re.fullmatch(r"[0-9]{1,4}", value) else 1
