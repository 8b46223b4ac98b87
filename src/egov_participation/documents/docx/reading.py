"""From the parts of a .docx to a document."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree
from lxml.etree import _Element as Element

from egov_participation.documents.docx.changes import changes, looks_changed
from egov_participation.documents.docx.markup import COMPATIBILITY, W
from egov_participation.documents.docx.numbering import Numbering
from egov_participation.documents.docx.package import Package
from egov_participation.documents.docx.styles import Styles
from egov_participation.documents.docx.tables import rows_of
from egov_participation.documents.docx.words import WordReader
from egov_participation.documents.errors import MOST_PLACES, DocumentRefusedError
from egov_participation.documents.legal import document_of
from egov_participation.documents.legal.heads import head_of
from egov_participation.documents.lines import Line, one_line, paragraphs, shortened
from egov_participation.documents.structure import RANK, Document

_BLOCKS: Final = (W + "p", W + "tbl", W + "sdt", W + "customXml", W + "altChunk", COMPATIBILITY + "AlternateContent")
_WRAPPERS: Final = frozenset({W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo"})
_NOWHERE: Final = -1
"""Place of what stands under no heading: notes are in a part of their own."""
_STEP: Final = 100
"""Progress is told about this many times."""
_MOST_PARAGRAPHS: Final = 200_000
"""Empty ones and those in cells too: what they cost is time, whatever they hold."""


def read_docx(source: BinaryIO | Path, progress: Callable[[int, int], None] | None = None) -> Document:
    """Read a document of Word.

    Args:
        source: A file that can be sought in, or its path; at most 25 MB.
        progress: Told how much of how much is read (bytes of the main part), about a hundred times.

    Raises:
        DocumentRefusedError: see `errors.REFUSALS`; nothing of the file is kept then.
    """
    with Package(source) as package:
        reader = _Reader(package)
        lines = reader.lines(progress)
    return document_of(lines, "docx", sorted(reader.dropped))


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        styles, numbering = next(package.related("styles"), None), next(package.related("numbering"), None)
        self._styles = Styles(None if styles is None else package.root(styles))
        self._numbering = Numbering(None if numbering is None else package.root(numbering))
        self._words = WordReader(self._styles)
        self._lines: list[Line] = []
        self._gap = False
        self._paragraphs = 0
        self._notes: dict[tuple[str, str], Element] = {}
        self._changes: list[tuple[int, str]] = []
        self.dropped: set[str] = set()

    def lines(self, progress: Callable[[int, int], None] | None) -> list[Line]:
        self._collect_notes()
        data = self._package.markup(self._package.main)
        told = 0
        for block, done in _blocks(data, self._package.main):
            self._check_changes(block)
            self._block(block)
            if progress is not None and done * _STEP // len(data) > told:
                told = done * _STEP // len(data)
                progress(done, len(data))
        if self._changes:
            raise DocumentRefusedError("docx.tracked_changes", self._places(), count=len(self._changes))
        if progress is not None:
            progress(len(data), len(data))
        self._note_the_rest()
        return self._lines

    def _block(self, block: Element) -> None:
        tag = block.tag
        if tag == W + "p":
            self._paragraph(block)
        elif tag == W + "tbl":
            self._table(block)
        elif tag in _WRAPPERS:
            contents = tag == W + "sdt" and _is_contents(block)
            before = len(self._lines)
            for child in block:
                self._block(child)
            if contents:
                self._lines[before:] = [_in_contents(line) for line in self._lines[before:]]
        elif tag == W + "altChunk":
            raise DocumentRefusedError("docx.inserted_file")
        elif tag == COMPATIBILITY + "AlternateContent":
            for child in block.find(COMPATIBILITY + "Choice") or ():
                self._block(child)

    def _paragraph(self, paragraph: Element) -> None:
        self._count()
        look = self._styles.paragraph(paragraph.find(W + "pPr"))
        contents = self._words.in_contents
        words = self._words.read(paragraph, look)
        if not words.text.strip():
            self._gap = True
        else:
            label = self._numbering.label(look.list_, look.level or 0) if look.list_ else None
            self._lines.append(
                Line(
                    words.text.strip(" \n"),
                    label or "",
                    words.bold,
                    look.place == "center",
                    look.place in {"right", "end"},
                    look.outline if look.outline is not None else 0 if look.name == "title" else None,
                    self._gap or words.new_page,
                    False,
                    contents or self._words.in_contents or (look.name or "").startswith("toc "),
                    words.struck,
                )
            )
            self._gap = False
        for note in words.notes:
            self._note(*note)
        for box in words.boxes:
            for block in box:
                self._block(block)

    def _count(self) -> None:
        self._paragraphs += 1
        if self._paragraphs > _MOST_PARAGRAPHS:
            raise DocumentRefusedError("document.too_long", most=_MOST_PARAGRAPHS)

    def _table(self, table: Element) -> None:
        rows = rows_of(table, self._cell)
        if any(cell.text for row in rows for cell in row):
            self._lines.append(Line("", gap=self._gap, table=rows))
        self._gap = False

    def _cell(self, cell: Element) -> str:
        """The words of a cell: its paragraphs, and those of tables in it, as lines of their own."""
        self._count()
        outer, self._lines = self._lines, []
        for block in cell:
            self._block(block)
        inner, self._lines = self._lines, outer
        texts: list[str] = []
        for line in inner:
            if line.table:
                texts.extend(one_line(nested.text) for row in line.table for nested in row if nested.text)
            else:
                texts.append(paragraphs(line.printed))
        return "\n".join(text for text in texts if text)

    def _collect_notes(self) -> None:
        for kind in ("footnote", "endnote"):
            for part in self._package.related(kind + "s"):
                for note in self._package.root(part).iterfind(W + kind):
                    if note.get(W + "type") in {None, "normal"}:
                        self._notes[kind, note.get(W + "id", "")] = note
                        self._check_changes(note, _NOWHERE)

    def _note(self, kind: str, key: str) -> None:
        note = self._notes.pop((kind, key), None)
        if note is None:
            return
        outer, self._lines = self._lines, []
        for block in note:
            self._block(block)
        inner, self._lines = self._lines, outer
        text = "\n".join(one_line(line.printed) for line in inner)
        if text:
            self._lines.append(Line(text, note=True))

    def _check_changes(self, block: Element, at: int | None = None) -> None:
        place = len(self._lines) if at is None else at
        self._changes.extend((place, words) for words in changes(block))
        if looks_changed(block):
            self.dropped.add("dropped.changes_of_looks")

    def _places(self) -> list[str]:
        """Each paragraph with changes, in the words of the nearest heading and those that were changed."""
        words: dict[int, list[str]] = {}
        for at, changed in self._changes:
            words.setdefault(at, []).append(changed)
        found: dict[str, None] = {}
        for at, parts in words.items():
            if len(found) == MOST_PLACES:
                break
            heading = next((line for line in reversed(self._lines[: at + 1]) if _heads(line)), None)
            place = [] if heading is None else [shortened(heading.printed)]
            place += [f"«{shortened(text)}»"] if (text := " … ".join(part for part in parts if part)) else []
            found[": ".join(place)] = None
        return [place for place in found if place]

    def _note_the_rest(self) -> None:
        self.dropped.update("dropped." + what for what in self._words.seen)
        if self._numbering.unknown_form:
            self.dropped.add("dropped.number_form")
        if any("/embeddings/" in name.lower() for name in self._package.names()):
            self.dropped.add("dropped.embedded")
        for kind in ("header", "footer"):
            for part in self._package.related(kind):
                root = self._package.root(part)
                if any(char.isalpha() for text in root.iter(W + "t") for char in text.text or ""):
                    self.dropped.add("dropped.header_footer")


def _blocks(data: bytes, name: str) -> Iterator[tuple[Element, int]]:
    """The blocks of the body one by one, forgotten when the next is asked for, and how many bytes are behind."""
    stream = io.BytesIO(data)
    body = W + "body"
    try:
        for _event, block in etree.iterparse(
            stream, events=("end",), tag=_BLOCKS, resolve_entities=False, no_network=True, huge_tree=False,
            load_dtd=False, remove_comments=True, remove_pis=True,
        ):  # fmt: skip
            parent = block.getparent()
            if parent is None or parent.tag != body:
                continue
            yield block, stream.tell()
            block.clear()
            while block.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as broken:
        raise DocumentRefusedError("docx.broken_xml", [name]) from broken


def _is_contents(control: Element) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and "contents" in gallery.get(W + "val", "").lower()


def _in_contents(line: Line) -> Line:
    return Line(line.text, line.label, contents=True, table=line.table)


def _heads(line: Line) -> bool:
    head = head_of(line)
    return line.outline is not None or (head is not None and head.kind in RANK)
