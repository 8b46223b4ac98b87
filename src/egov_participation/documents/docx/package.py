"""The ZIP of a .docx, opened with care.

Everything is decided before anything is unpacked: from the signature of the file, the ZIP's directory and the content
types. Parts are unpacked one at a time, into memory, none larger than its directory entry says. (Open Packaging
Conventions: ECMA-376 part 2.)
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self
from xml.parsers import expat

from lxml import etree
from lxml.etree import _Element as Element

from egov_participation.documents.docx.markup import MAIN, STRICT
from egov_participation.documents.errors import DocumentRefusedError

LARGEST_FILE: Final = 25 * 1024 * 1024
LARGEST_PART: Final = 40 * 1024 * 1024
LARGEST_UNPACKED: Final = 200 * 1024 * 1024
MOST_PARTS: Final = 2000
_TIGHTEST: Final = ((2 * 1024 * 1024, 120), (16 * 1024 * 1024, 300))
"""From how many bytes on a part may be how many times larger than it is packed: XML, and what is never unpacked here.
Word's own text becomes 10 to 30 times larger, a blank picture a few hundred times."""
_LONGEST_PROLOG: Final = 64 * 1024
"""The first element must begin, and its namespaces be said, within so many bytes."""

_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_KINDS: Final = (
    (b"%PDF", "file.pdf"),
    (b"{\\rtf", "file.rtf"),
    (b"\x89PNG", "file.image"),
    (b"\xff\xd8\xff", "file.image"),
    (b"GIF8", "file.image"),
    (b"BM", "file.image"),
    (b"II*\x00", "file.image"),
    (b"MM\x00*", "file.image"),
    (b"RIFF", "file.image"),
    (b"MZ", "file.program"),
    (b"\x7fELF", "file.program"),
    (b"Rar!", "file.archive"),
    (b"7z\xbc\xaf", "file.archive"),
    (b"\x1f\x8b", "file.archive"),
)
_PROGRAMS: Final = re.compile(
    r"\.(?:exe|com|scr|msi|dll|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|sh|cpl|pif|reg|apk|app)", re.IGNORECASE
)
_ARCHIVES: Final = re.compile(r"\.(?:zip|rar|7z|gz|tar|xz|bz2|cab|iso|img)", re.IGNORECASE)
_FETCHED: Final = re.compile(r"(?:https?|ftp|smb|file:/{4,}|mhtml|ms-\w+):|\\\\|//", re.IGNORECASE)
_FETCHING: Final = frozenset(
    {"attachedTemplate", "oleObject", "subDocument", "frame", "package", "control", "externalLink"}
)
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, OverflowError
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of a ``.rels`` part: what kind of thing (last word of its type), and where."""

    kind: str
    target: str
    external: bool


class Package:
    """An opened .docx. Close it, or use it in a ``with``.

    Raises:
        DocumentRefusedError: it is no .docx, is damaged, could harm, or is larger than is read.
    """

    def __init__(self, source: BinaryIO | Path) -> None:
        self._own = source.open("rb") if isinstance(source, Path) else None
        stream: BinaryIO = source if self._own is None else self._own  # type: ignore[assignment]
        try:
            _check_kind(stream)
            try:
                self._zip = zipfile.ZipFile(stream)
            except _DAMAGE as damage:
                raise DocumentRefusedError("file.damaged") from damage
            self._entries = self._checked_entries()
            self._check_content()
            self.main = self._main_part()
            self.relations = self.relations_of(self.main)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened here."""
        if self._own is not None:
            self._own.close()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def names(self) -> Iterator[str]:
        """Names of all parts, as the file spells them."""
        return (entry.filename for entry in self._entries.values())

    def read(self, name: str) -> bytes:
        """One part, unpacked."""
        entry = self._entries[name.lower()]
        try:
            with self._zip.open(entry) as part:
                data = part.read(entry.file_size + 1)
        except _DAMAGE as damage:
            raise DocumentRefusedError("file.damaged", [name]) from damage
        if len(data) != entry.file_size:
            raise DocumentRefusedError("file.damaged", [name])
        return data

    def markup(self, name: str) -> bytes:
        """One part that is XML, without a document type, its namespace in the usual form."""
        data = self.read(name)
        _check_prolog(data, name)
        return data.replace(STRICT.encode(), MAIN.encode()) if STRICT.encode() in data[:4096] else data

    def root(self, name: str) -> Element:
        """One XML part as a tree."""
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(self.markup(name), parser)
        except etree.XMLSyntaxError as broken:
            raise DocumentRefusedError("docx.broken_xml", [name]) from broken

    def related(self, kind: str) -> Iterator[str]:
        """Parts that the main one names as of this kind (``styles``, ``footnotes``)."""
        for relation in self.relations:
            if relation.kind == kind and not relation.external:
                name = _resolved(self.main, relation.target)
                if name in self:
                    yield name

    def relations_of(self, name: str) -> tuple[Relation, ...]:
        """What a part (or, with an empty name, the file) refers to."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", base + ".rels")
        if rels not in self:
            return ()
        return tuple(
            Relation(
                (relation.get("Type") or "").rpartition("/")[2],
                relation.get("Target") or "",
                (relation.get("TargetMode") or "").lower() == "external",
            )
            for relation in self.root(rels).iterfind("{*}Relationship")
        )

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        entries = self._zip.infolist()
        if len(entries) > MOST_PARTS:
            raise DocumentRefusedError("docx.too_many_parts", count=len(entries), most=MOST_PARTS)
        found: dict[str, zipfile.ZipInfo] = {}
        unpacked = 0
        for entry in entries:
            name = entry.orig_filename
            if _leads_out(name):
                raise DocumentRefusedError("docx.bad_name", [name[:200]])
            if entry.filename.lower() in found:
                raise DocumentRefusedError("docx.duplicate_part", [entry.filename])
            if entry.flag_bits & 0x1:
                raise DocumentRefusedError("file.password")
            if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise DocumentRefusedError("file.damaged", [entry.filename])
            unpacked += entry.file_size
            size, times = _TIGHTEST[not entry.filename.lower().endswith((".xml", ".rels"))]
            tight = entry.file_size > size and entry.file_size > times * max(entry.compress_size, 1)
            if tight or entry.file_size > LARGEST_PART or unpacked > LARGEST_UNPACKED:
                raise DocumentRefusedError("docx.bomb", [entry.filename])
            found[entry.filename.lower()] = entry
        _check_overlaps(entries)
        return found

    def _check_content(self) -> None:
        names = set(self._entries)
        if "mimetype" in names and b"opendocument" in self.read("mimetype")[:100]:
            raise DocumentRefusedError("file.odt")
        if "[content_types].xml" not in names:
            raise DocumentRefusedError("file.archive")
        for name in names:
            extension = posixpath.splitext(name)[1]
            if posixpath.basename(name) in {"vbaproject.bin", "vbadata.xml"}:
                raise DocumentRefusedError("docx.macros")
            if _PROGRAMS.fullmatch(extension) or name.startswith("word/activex/"):
                raise DocumentRefusedError("docx.embedded_program", [name])
            if _ARCHIVES.fullmatch(extension):
                raise DocumentRefusedError("docx.embedded_archive", [name])
            if extension not in {".xml", ".rels"}:
                self._check_binary(name)
        types = self.root("[Content_Types].xml")
        if any("macroenabled" in (item.get("ContentType") or "").lower() for item in types):
            raise DocumentRefusedError("docx.macros")
        for rels in [name for name in names if name.endswith(".rels")]:
            self._check_relations(rels)

    def _check_binary(self, name: str) -> None:
        entry = self._entries[name]
        try:
            with self._zip.open(entry) as part:
                start = part.read(8)
                packed = start == _COMPOUND and _wide("Ole10Native") in part.read(entry.file_size)
        except _DAMAGE as damage:
            raise DocumentRefusedError("file.damaged", [entry.filename]) from damage
        if packed or start.startswith((b"MZ", b"\x7fELF")):
            raise DocumentRefusedError("docx.embedded_program", [entry.filename])

    def _check_relations(self, rels: str) -> None:
        for relation in self.root(rels).iterfind("{*}Relationship"):
            kind = (relation.get("Type") or "").rpartition("/")[2]
            target = relation.get("Target") or ""
            external = (relation.get("TargetMode") or "").lower() == "external"
            if kind == "vbaProject":
                raise DocumentRefusedError("docx.macros")
            if kind == "aFChunk":
                raise DocumentRefusedError("docx.inserted_file", [target[:200]])
            if external and kind in _FETCHING and _FETCHED.match(target):
                raise DocumentRefusedError("docx.external", [target[:200]])

    def _main_part(self) -> str:
        for relation in self.relations_of(""):
            if relation.kind == "officeDocument" and not relation.external:
                name = _resolved("", relation.target)
                if name not in self:
                    raise DocumentRefusedError("docx.no_document")
                if posixpath.basename(name).lower() in {"workbook.xml", "presentation.xml"}:
                    raise DocumentRefusedError("file.not_word")
                return name
        if "word/document.xml" in self:
            return "word/document.xml"
        raise DocumentRefusedError("docx.no_document")


def _check_kind(stream: BinaryIO) -> None:
    """Refuse what is no ZIP by its first bytes, whatever its name says."""
    size = stream.seek(0, 2)
    if size == 0:
        raise DocumentRefusedError("file.empty")
    if size > LARGEST_FILE:
        raise DocumentRefusedError("file.too_large", most=LARGEST_FILE // (1024 * 1024))
    stream.seek(0)
    start = stream.read(512)
    if start.startswith(_COMPOUND):
        stream.seek(0)
        whole = stream.read(LARGEST_FILE)
        if _wide("EncryptedPackage") in whole:
            raise DocumentRefusedError("file.password")
        raise DocumentRefusedError("file.doc" if _wide("WordDocument") in whole else "file.unknown")
    for signature, code in _OTHER_KINDS:
        if start.startswith(signature):
            raise DocumentRefusedError(code)
    if not start.startswith(b"PK"):
        text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        raise DocumentRefusedError(
            "file.web_page" if text.startswith((b"<!doctype html", b"<html")) else "file.unknown"
        )
    stream.seek(0)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return "\\" in name or ".." in parts or parts[0] == "" or ":" in parts[0] or any(ord(char) < 0x20 for char in name)


def _check_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes are how a small file unpacks to any size."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise DocumentRefusedError("docx.bomb", [entry.filename])
        end = entry.header_offset + 30 + entry.compress_size


def _check_prolog(data: bytes, name: str) -> None:
    """Refuse a document type (and with it every entity) before a tree is made: OPC allows none (part 2, 6.2.5)."""
    parser = expat.ParserCreate()
    begun: list[str] = []

    def doctype(*_: object) -> None:
        raise DocumentRefusedError("docx.entities", [name])

    def element(tag: str, _attributes: object) -> None:
        begun.append(tag)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(data[:_LONGEST_PROLOG], False)
        if begun:
            return
    except expat.ExpatError as broken:
        raise DocumentRefusedError("docx.broken_xml", [name]) from broken
    raise DocumentRefusedError("docx.broken_xml", [name])


def _resolved(part: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
