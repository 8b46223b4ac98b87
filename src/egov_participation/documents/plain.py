"""Pasted text: lines without any looks."""

from __future__ import annotations

from typing import Final

from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.legal import document_of
from egov_participation.documents.lines import Line
from egov_participation.documents.structure import Document, nfc

LONGEST: Final = 3_000_000
"""Characters."""
_MOST_LINES: Final = 200_000


def read_text(text: str) -> Document:
    """Read text that was pasted, one paragraph a line.

    Raises:
        DocumentRefusedError: ``document.too_long``, ``document.no_text`` or ``document.two_languages``.
    """
    lines = text.splitlines()
    if len(text) > LONGEST or len(lines) > _MOST_LINES:
        raise DocumentRefusedError("document.too_long", most=_MOST_LINES)
    found: list[Line] = []
    gap = False
    for line in lines:
        words = nfc("".join(char for char in line if char >= " " or char == "\t")).strip()
        if words:
            found.append(Line(words, gap=gap))
        gap = not words
    return document_of(found, "text")
