"""The readers of files, by what a file is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from egov_participation.documents.akn import read_akn
from egov_participation.documents.docx import read_docx
from egov_participation.documents.structure import Document

Progress = Callable[[int, int], None]
"""Told how much of how much is read."""


def _docx(content: bytes, progress: Progress) -> Document:
    return read_docx(io.BytesIO(content), progress)


def _akn(content: bytes, _progress: Progress) -> Document:
    return read_akn(content)


READERS: Final[dict[str, Callable[[bytes, Progress], Document]]] = {"docx": _docx, "akn": _akn}
"""Each reads the bytes of a file; raises DocumentRefusedError."""
