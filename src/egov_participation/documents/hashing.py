"""One spelling of a document: what an agency signs, and what anybody hashes again with a JSON library and SHA-256.

The form is canonical JSON (RFC 8785) in UTF-8: members sorted by name, nothing between tokens, only what must be
escaped is, numbers whole. Python's standard library writes it as
``json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()``. The value is::

    {"format": "egov-document-v1", "language": "ru", "title": "…", "provisions": [PROVISION, …]}
    PROVISION = {"depth": 0, "heading": "…", "kind": "article", "label": "Статья 1.", "number": "1",
                 "table": [[{"columns": 1, "header": false, "rows": 1, "text": "…"}, …], …], "text": "…"}

Every member is always there; texts are NFC. What an importer was unsure of, and which file the text came from, is not
in it: two imports of the same words have the same hash.

- Hash of a document: SHA-256 of ``egov-document-v1``, a zero byte and that JSON.
- Hash of a provision's text: SHA-256 of ``egov-provision-v1``, a zero byte and the canonical JSON of
  ``{"heading": …, "table": …, "text": …}``. Kind, number, label and depth are left out, so that a provision which was
  only renumbered or moved keeps its hash, and one whose hash changed has other words.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from egov_participation.documents.structure import Cell, Document, Kind, Provision

FORMAT: Final = "egov-document-v1"
_DOCUMENT: Final = b"egov-document-v1\0"
_PROVISION: Final = b"egov-provision-v1\0"
DEEPEST: Final = 63
"""Greatest depth of a provision: deeper than any act, and a bound for whoever walks the tree."""
_WIDEST: Final = 1000
"""Greatest number of rows or columns that one cell spans."""


class CanonicalFormError(ValueError):
    """A document that has no canonical form, or bytes that are not exactly one."""


def canonical(document: Document) -> bytes:
    """The one spelling of a document.

    Raises:
        CanonicalFormError: a text is not NFC or holds half a surrogate pair, or a depth or span is out of range.
    """
    return _dump(
        {
            "format": FORMAT,
            "language": _text(document.language),
            "title": _text(document.title),
            "provisions": [_provision(provision) for provision in document.provisions],
        }
    )


def parse(raw: bytes) -> Document:
    """The document that `canonical` wrote as ``raw``; `parse` and `canonical` undo each other.

    Raises:
        CanonicalFormError: it is not exactly what `canonical` writes for it.
    """
    try:
        value = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise CanonicalFormError("not JSON in UTF-8") from None
    members = _members(value, {"format": str, "language": str, "title": str, "provisions": list})
    if members["format"] != FORMAT:
        raise CanonicalFormError("another format")
    document = Document(
        title=members["title"],
        language=members["language"],
        provisions=tuple(_read_provision(item) for item in members["provisions"]),
    )
    if canonical(document) != raw:
        raise CanonicalFormError("not the canonical spelling")
    return document


def document_hash(document: Document) -> bytes:
    """SHA-256 over the canonical form, 32 bytes. Raises CanonicalFormError as `canonical` does."""
    return hashlib.sha256(_DOCUMENT + canonical(document)).digest()


def text_hash(provision: Provision) -> bytes:
    """SHA-256 over the words of a provision, 32 bytes: what changes when its words do, wherever it stands.

    Raises:
        CanonicalFormError: as `canonical`.
    """
    words = {name: value for name, value in _provision(provision).items() if name in {"heading", "table", "text"}}
    return hashlib.sha256(_PROVISION + _dump(words)).digest()


def _dump(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _provision(provision: Provision) -> dict[str, Any]:
    return {
        "depth": _within(provision.depth, 0, DEEPEST),
        "heading": _text(provision.heading),
        "kind": Kind(provision.kind).value,
        "label": _text(provision.label),
        "number": _text(provision.number),
        "table": [[_cell(cell) for cell in row] for row in provision.table],
        "text": _text(provision.text),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "columns": _within(cell.columns, 1, _WIDEST),
        "header": bool(cell.header),
        "rows": _within(cell.rows, 1, _WIDEST),
        "text": _text(cell.text),
    }


def _text(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalFormError("a text is not in composed form (NFC)")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalFormError("a text holds half of a surrogate pair") from None
    return text


def _within(number: int, least: int, most: int) -> int:
    if type(number) is not int or not least <= number <= most:
        raise CanonicalFormError(f"{number!r} is not between {least} and {most}")
    return number


def _read_provision(value: object) -> Provision:
    members = _members(
        value, {"depth": int, "heading": str, "kind": str, "label": str, "number": str, "table": list, "text": str}
    )
    try:
        kind = Kind(members["kind"])
    except ValueError:
        raise CanonicalFormError("no such kind of provision") from None
    table = tuple(tuple(_read_cell(cell) for cell in _row(row)) for row in members["table"])
    return Provision(
        kind=kind,
        depth=members["depth"],
        number=members["number"],
        label=members["label"],
        heading=members["heading"],
        text=members["text"],
        table=table,
    )


def _row(value: object) -> list[object]:
    if not isinstance(value, list):
        raise CanonicalFormError("a row of a table is a list of cells")
    return value


def _read_cell(value: object) -> Cell:
    members = _members(value, {"columns": int, "header": bool, "rows": int, "text": str})
    return Cell(text=members["text"], columns=members["columns"], rows=members["rows"], header=members["header"])


def _members(value: object, types: Mapping[str, type]) -> dict[str, Any]:
    """``value`` as an object with exactly these members, each of exactly its type (a boolean is no number)."""
    if not isinstance(value, dict) or value.keys() != types.keys():
        raise CanonicalFormError(f"an object with {', '.join(types)} is wanted")
    for name, wanted in types.items():
        if type(value[name]) is not wanted:
            raise CanonicalFormError(f"{name} is no {wanted.__name__}")
    return value
