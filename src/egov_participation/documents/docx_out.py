"""From a document to a file of Word that ministries can work on, and that is read back to the same provisions."""

from __future__ import annotations

import datetime as dt
import functools
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any, Final

import docx
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from lxml import etree

from egov_participation.documents.structure import Cell, Document, Kind, Provision

_LEVELS: Final = {
    Kind.ANNEX: 1,
    Kind.PART: 1,
    Kind.SECTION: 1,
    Kind.SUBSECTION: 2,
    Kind.CHAPTER: 2,
    Kind.PARAGRAPH: 3,
    Kind.ARTICLE: 4,
}
"""Levels of headings."""
_LANGUAGES: Final = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_FONT: Final = "Times New Roman"
_NOT_XML: Final = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MADE: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""The same time in all files, so that the same document gives the same bytes."""
_name: Final = functools.cache(qn)


def write_docx(document: Document) -> bytes:
    """The document as a .docx: headings are headings, tables tables; the same input gives the same bytes.

    A line feed in a text is a line break within its paragraph. Signs that XML cannot hold become U+FFFD.
    """
    word = docx.Document()
    _prepare(word, document)
    if document.title:
        _paragraph(word, document.title, "Title", centred=True)
    for place, provision in enumerate(document.provisions):
        _provision(word, provision, first=place == 0)
    return _packed(word)


def _prepare(word: WordDocument, document: Document) -> None:
    properties = word.core_properties
    properties.title = _clean(document.title)[:255]
    properties.language = document.language
    properties.author = properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = properties.last_printed = _MADE
    properties.revision = 1
    tag = _LANGUAGES.get(document.language, document.language)
    normal = word.styles["Normal"]
    names = ["Normal", "Title", "Caption", *(f"Heading {level}" for level in sorted(set(_LEVELS.values())))]
    for name in names:
        style: Any = word.styles[name]
        style.font.name = _FONT
        style.font.size = Pt(12)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), _FONT)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), tag)
        if document.language in _RIGHT_TO_LEFT:
            language.set(qn("w:bidi"), tag)
    if document.language in _RIGHT_TO_LEFT:
        normal.element.get_or_add_pPr().append(OxmlElement("w:bidi"))


def _provision(word: WordDocument, provision: Provision, *, first: bool) -> None:
    level = _LEVELS.get(provision.kind)
    style = "" if level is None else f"Heading {level}"
    if provision.kind is Kind.ANNEX:
        # The label stands at the right margin of a new page, the heading under it.
        if provision.label:
            _paragraph(word, provision.label, right=True, new_page=not first)
        if provision.heading:
            _paragraph(word, provision.heading, style, centred=True, new_page=not (first or provision.label))
    elif level is not None and provision.heading:
        centred = provision.kind is not Kind.ARTICLE
        _paragraph(word, _joined(provision.label, provision.heading), style, centred=centred)
    elif provision.kind is Kind.TABLE:
        if provision.heading:
            _paragraph(word, provision.heading, "Caption")
    elif provision.label or provision.heading:
        # Without a heading the words begin behind the number.
        text = _joined(provision.label, provision.heading, provision.text)
        if provision.kind is Kind.POINT and provision.label.isalnum():
            # A number with no sign after it stands before a tab: "5 days" is no point 5.
            text = text.replace(" ", "\t", 1)
        bold = level is not None and not provision.text
        _paragraph(word, text, style if bold else "", centred=bold and provision.kind is not Kind.ARTICLE)
        _table(word, provision.table)
        return
    if provision.table:
        _table(word, provision.table)
    elif provision.text:
        _paragraph(word, provision.text, italic=provision.kind is Kind.NOTE, bold=provision.kind is Kind.SIGNATURE)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _paragraph(
    word: WordDocument,
    text: str,
    style: str = "",
    *,
    centred: bool = False,
    right: bool = False,
    new_page: bool = False,
    italic: bool = False,
    bold: bool = False,
) -> None:
    """A paragraph at the end. (Made of its elements: python-docx looks through all styles for each.)"""
    paragraph = OxmlElement("w:p")
    if style or new_page or centred or right:
        properties = _sub(paragraph, "w:pPr")
        if style:
            _sub(properties, "w:pStyle").set(_name("w:val"), style.replace(" ", ""))
        if new_page:
            _sub(properties, "w:pageBreakBefore")
        if centred or right:
            _sub(properties, "w:jc").set(_name("w:val"), "center" if centred else "right")
    run = _sub(paragraph, "w:r")
    if bold or italic:
        _sub(_sub(run, "w:rPr"), "w:b" if bold else "w:i")
    run.text = _clean(text)
    _append(word, paragraph)


def _append(word: WordDocument, element: Any) -> None:
    """At the end, before the properties of the last section."""
    word.element.body.sectPr.addprevious(element)


def _table(word: WordDocument, rows: Sequence[Sequence[Cell]]) -> None:
    """A table with its merged cells. (Made of its elements: looking a cell up takes python-docx the whole table.)"""
    if not rows:
        return
    grid = _grid(rows)
    width = max(1, *(len(row) for row in grid))
    table = OxmlElement("w:tbl")
    style = _sub(_sub(table, "w:tblPr"), "w:tblStyle")
    style.set(_name("w:val"), "TableGrid")
    columns = _sub(table, "w:tblGrid")
    for _ in range(width):
        _sub(columns, "w:gridCol")
    for cells, row in zip(rows, grid, strict=True):
        line = _sub(table, "w:tr")
        if cells and all(cell.header for cell in cells):
            _sub(_sub(line, "w:trPr"), "w:tblHeader")
        for cell, begins in row:
            _cell(line, cell, begins=begins)
        if not row:
            _cell(line, Cell("", width), begins=True)
    _append(word, table)
    # Word joins tables that follow one another without a paragraph between them.
    _append(word, OxmlElement("w:p"))


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[tuple[Cell, bool]]]:
    """For each row its cells and, between them, those from above that reach into it; whether each begins here."""
    found: list[list[tuple[Cell, bool]]] = []
    growing: dict[int, tuple[Cell, int]] = {}
    for row in rows:
        line: list[tuple[Cell, bool]] = []
        column = 0
        waiting = list(row)
        below: dict[int, tuple[Cell, int]] = {}
        while waiting or any(at >= column for at in growing):
            if column in growing:
                cell, left = growing.pop(column)
                line.append((cell, False))
            elif waiting:
                cell = waiting.pop(0)
                left = cell.rows
                line.append((cell, True))
            else:
                column = min(at for at in growing if at >= column)
                continue
            if left > 1:
                below[column] = cell, left - 1
            column += cell.columns
        growing = below
        found.append(line)
    return found


def _cell(row: Any, cell: Cell, *, begins: bool) -> None:
    element = _sub(row, "w:tc")
    properties = _sub(element, "w:tcPr")
    if cell.columns > 1:
        _sub(properties, "w:gridSpan").set(_name("w:val"), str(cell.columns))
    if cell.rows > 1:
        merge = _sub(properties, "w:vMerge")
        if begins:
            merge.set(_name("w:val"), "restart")
    for text in cell.text.split("\n") if begins else [""]:
        paragraph = _sub(element, "w:p")
        if text:
            run = paragraph.add_r()
            run.text = _clean(text)


def _sub(parent: Any, name: str) -> Any:
    return etree.SubElement(parent, _name(name))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _packed(word: WordDocument) -> bytes:
    """The package, with the same time at each part."""
    raw = io.BytesIO()
    word.save(raw)
    packed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w") as target:
        for entry in source.infolist():
            named = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            named.external_attr = 0o600 << 16
            target.writestr(named, source.read(entry), zipfile.ZIP_DEFLATED, 6)
    return packed.getvalue()
