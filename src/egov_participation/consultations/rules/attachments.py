"""Which files may go with a comment: told by what is in them, never by what they are called."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Final

from egov_participation.consultations.rules.commenting import LARGEST_FILE
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.writing import one_line

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS: Final = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", DOCX: ".docx"}
_BEGINNINGS: Final = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_ZIP: Final = b"PK\x03\x04"
_MOST_PARTS: Final = 5000
_LONGEST_NAME: Final = 80


def media_type(content: bytes) -> str:
    """What a file is.

    Raises:
        DomainError: 422 ``file.size``, ``file.type``, ``file.macros``.
    """
    if len(content) > LARGEST_FILE:
        raise DomainError(422, N_("The file is larger than 5 MB."), code="file.size")
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            return found
    if content.startswith(_ZIP) and _is_docx(content):
        return DOCX
    raise DomainError(
        422, N_("This file is none of those that can be put here: PDF, DOCX, JPEG, PNG."), code="file.type"
    )


def _is_docx(content: bytes) -> bool:
    names = docx_parts(content)
    if has_programs(names):
        raise DomainError(
            422, N_("This file holds programs (macros). Save it without them, or as a PDF."), code="file.macros"
        )
    return bool(names)


def docx_parts(content: bytes) -> frozenset[str]:
    """The names of all parts of a Word file; none if it is no Word file, or has more parts than any has.

    The list of the parts alone is read: nothing is unpacked.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return frozenset()
    is_word = len(names) <= _MOST_PARTS and {"[Content_Types].xml", "word/document.xml"} <= set(names)
    return frozenset(names) if is_word else frozenset()


def has_programs(names: frozenset[str]) -> bool:
    """Whether a part is what a computer would run."""
    return any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names)


def file_name(given: str, found: str) -> str:
    """What a file is called: what its owner calls it, with the ending that its content has."""
    name = one_line(given.replace("\\", "/").rpartition("/")[2])
    stem, dot, ending = name.rpartition(".")
    stem = stem if dot and len(ending) <= 5 else name
    return (stem.strip(". ")[:_LONGEST_NAME] or "file") + ENDINGS[found]
