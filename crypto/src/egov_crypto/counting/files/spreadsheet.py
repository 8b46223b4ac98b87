"""The rows of a workbook (.xlsx: ECMA-376, part 1, 18.3 and 18.4), read as a stream and with limits.

Entities are never expanded and nothing outside the file is read: a document type declaration is refused.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, Final
from xml.parsers import expat

from egov_crypto.errors import UsageError

DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What comes of reading a ZIP archive that is none, or is damaged or encrypted."""
MOST_BYTES: Final = 2**30
"""Of one unpacked part: a file of a few megabytes can hold far more."""
MOST_SHARED: Final = 2**26
"""Characters of all shared strings together."""
_DIGITS: Final = 10
"""Of a shared string's number."""
MOST_CELLS: Final = 2**10
"""Columns that a row can have."""
MOST_TEXT: Final = 2**15
"""Characters of a cell's text, as in the programs that write workbooks."""
MOST_SHEETS: Final = 2**10
_MOST_TOKEN: Final = 2**20
"""Bytes of a tag with its attributes."""
_PER_STRING: Final = 16
"""Counted for each shared string beside its characters."""
_CHUNK: Final = 2**16
_COLUMN: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}", re.ASCII)
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_WANTED: Final = frozenset({"v", "t"})
"""Elements that hold text: a cell's value, and text that stands in the cell or among the shared strings."""


def rows(file: IO[bytes], sheet: str | None = None) -> Iterator[list[str]]:
    """The rows of the sheet of that name (the first one unless given) as texts; cells that are not there are empty.

    Raises :class:`UsageError` on what is no workbook, and on what exceeds the limits.
    """
    try:
        with zipfile.ZipFile(file) as book:
            shared = _shared(book)
            yield from _rows(book, _part_of(book, sheet), shared)
    except DAMAGED as error:
        raise UsageError(f"not a workbook that can be read: {error}") from None


def _parse(book: zipfile.ZipFile, name: str, start: Any, end: Any, text: Any) -> Iterator[None]:
    """Parse a part piece by piece; yields after each, so that what handlers collected can be taken away."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise UsageError(f"{name} has a document type declaration, which workbooks do not have")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    parser.buffer_text = True
    read = 0
    try:
        with book.open(name) as part:
            while chunk := part.read(_CHUNK):
                read += len(chunk)
                if read > MOST_BYTES:
                    raise UsageError(f"{name} is larger than {MOST_BYTES >> 20} MB")
                parser.Parse(chunk, False)
                if read - parser.CurrentByteIndex > _MOST_TOKEN + _CHUNK:
                    raise UsageError(f"{name} has a tag of more than {_MOST_TOKEN >> 20} MB")
                yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise UsageError(f"{name} is not XML: {error}") from None
    except KeyError:
        raise UsageError(f"not a workbook: it has no {name}") from None


def _attributes(book: zipfile.ZipFile, name: str, wanted: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == wanted:
            if len(found) == MOST_SHEETS:
                raise UsageError(f"{name} has more than {MOST_SHEETS} of what it should have a few of")
            found.append({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    for _ in _parse(book, name, start, lambda _tag: None, lambda _text: None):
        pass
    return found


def _part_of(book: zipfile.ZipFile, sheet: str | None) -> str:
    sheets = _attributes(book, "xl/workbook.xml", "sheet")
    chosen = next((each for each in sheets if sheet in (None, each.get("name"))), None)
    if chosen is None:
        names = ", ".join(each.get("name", "") for each in sheets)
        raise UsageError(f"there is no sheet {sheet!r}; there are: {names}" if sheet else "the workbook has no sheet")
    relations = {
        each.get("Id"): each.get("Target", "")
        for each in _attributes(book, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    target = relations.get(chosen.get("id", ""), "")
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    if not _SHEET.fullmatch(part):
        raise UsageError(f"the sheet {chosen.get('name', '')!r} is not a table")
    return part


class _Text:
    """Text of the elements that hold some, between the start and the end of an item."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._size = 0
        self._inside = 0
        self._reading = 0  # of Asian texts in the shared strings: not part of the text

    def start(self, tag: str) -> None:
        self._reading += tag == "rPh"
        self._inside += tag in _WANTED

    def end(self, tag: str) -> None:
        self._reading -= tag == "rPh"
        self._inside -= tag in _WANTED

    def text(self, text: str) -> None:
        if self._inside and not self._reading:
            self._size += len(text)
            if self._size > MOST_TEXT:
                raise UsageError(f"the workbook has a text of more than {MOST_TEXT} characters")
            self.parts.append(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        self._size = 0
        return text


def _shared(book: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in book.namelist():
        return []
    strings: list[str] = []
    size = 0
    inner = _Text()

    def end(tag: str) -> None:
        nonlocal size
        inner.end(tag)
        if tag == "si":
            strings.append(inner.take())
            size += len(strings[-1]) + _PER_STRING
            if size > MOST_SHARED:
                raise UsageError("the workbook has too much text")

    for _ in _parse(book, name, lambda tag, _: inner.start(tag), end, inner.text):
        pass
    return strings


def _rows(book: zipfile.ZipFile, part: str, shared: list[str]) -> Iterator[list[str]]:
    done: list[list[str]] = []
    row: list[str] = []
    inner = _Text()
    column, kind = 0, ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal column, kind
        inner.start(tag)
        if tag == "row":
            row.clear()
        elif tag == "c":
            kind = attributes.get("t", "")
            column = _column(attributes.get("r"), len(row))
            inner.take()

    def end(tag: str) -> None:
        inner.end(tag)
        if tag == "row":
            done.append(row.copy())
        elif tag == "c":
            row.extend([""] * (column - len(row)))
            row.append(_value(inner.take(), kind, shared))

    for _ in _parse(book, part, start, end, inner.text):
        yield from done
        done.clear()


def _column(reference: str | None, following: int) -> int:
    """The place of a cell's column, from 0; without a reference it is the one after the cell before."""
    if reference is None:
        if following >= MOST_CELLS:
            raise UsageError(f"the workbook has a row of more than {MOST_CELLS} cells")
        return following
    match = _COLUMN.fullmatch(reference)
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    if not following < number <= MOST_CELLS:
        raise UsageError(f"the workbook has a cell {reference!r} out of its place")
    return number - 1


def _value(text: str, kind: str, shared: list[str]) -> str:
    if kind != "s":
        return text
    if not text.isdecimal() or len(text) > _DIGITS or int(text) >= len(shared):
        raise UsageError("the workbook has a cell whose text is not in it")
    return shared[int(text)]
