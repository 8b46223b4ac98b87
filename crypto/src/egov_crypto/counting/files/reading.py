"""Open a file of ballots of any of the formats that are read."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from egov_crypto.counting.files import (
    abif,
    blt,
    cdf,
    cvr,
    dominion,
    hart,
    preflib,
    spreadsheet,
    tally_sheet,
    ward_table,
)
from egov_crypto.counting.files.ballot_file import BallotFile
from egov_crypto.counting.files.layouts import MOST_NAME, Reading
from egov_crypto.errors import UsageError

MOST_BYTES: Final = 2**27
"""Of a file of text: ten million ballots are less."""
MOST_NAMES: Final = 2**16
_START: Final = 2**16
_BLT: Final = re.compile(
    r"(?:[^\S\n]*(?:#.*)?\n)*[^\S\n]*[0-9]+[ \t]+[0-9]+(?:[ \t,]*(?:#.*)?(?:\r?\n|$)|[ \t]+-?[0-9])", re.ASCII
)
"""Each line before the numbers matches in one way, else blank lines alone would take longer than anybody waits."""
_ABIF: Final = re.compile(r"^[ \t]*(?:\{|=[^=\n]*:|[0-9]+[ \t]*:)", re.MULTILINE | re.ASCII)
_TALLY: Final = re.compile(rf"^{tally_sheet.BALLOT.pattern}$", re.MULTILINE | re.ASCII)
_ARCHIVE: Final = b"BELENIOS\0"
"""The name of an archive's first member, with which a tar file begins."""
_DELIMITERS: Final = ",;\t|"


class Format(StrEnum):
    """The formats that are read."""

    BLT = "blt"
    XLSX = "xlsx"
    CSV = "csv"
    ABIF = "abif"
    TALLY = "tally"
    PREFLIB = "preflib"
    WARD = "ward"
    DOMINION = "dominion"
    HART = "hart"
    CDF = "cdf"


def is_archive(file: IO[bytes]) -> bool:
    """Whether ``file`` begins as an election's archive does."""
    return file.read(len(_ARCHIVE)) == _ARCHIVE


def read(file: IO[bytes], name: str, reading: Reading, format_: Format | None = None, sheet: str = "") -> BallotFile:
    """The ballots of ``file``; ``name`` gives a title where it has none, ``reading`` is for cast-vote records.

    Without ``format_`` the file's beginning tells it. Text is UTF-8 or UTF-16 (with its mark), or else Windows-1252.
    Raises :class:`UsageError` on what cannot be read.
    """
    title = Path(name).stem
    if format_ is None and file.read(4) == b"PK\x03\x04":
        format_ = _packed(file)
    file.seek(0)
    if format_ is Format.DOMINION:
        return dominion.read(file, reading)
    if format_ is Format.HART:
        return hart.read(file, reading)
    if format_ is Format.XLSX:
        return cvr.read(spreadsheet.rows(file, sheet or None), reading, title)
    text = _text(file)
    match format_ or _guess(text):
        case Format.BLT:
            return blt.read(text)
        case Format.ABIF:
            return abif.read(text)
        case Format.TALLY:
            return tally_sheet.read(text)
        case Format.CDF:
            return cdf.read(text, reading)
        case Format.PREFLIB:
            return preflib.read(text)
        case Format.WARD:
            return ward_table.read(_rows(text))
        case _:
            return cvr.read(_rows(text), reading, title)


def names(file: IO[bytes]) -> dict[str, str]:
    """A table, as CSV or workbook, of what stands in ballots and whom it means, in its first two columns.

    Raises :class:`UsageError` on what cannot be read.
    """
    packed = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    rows = spreadsheet.rows(file) if packed else _rows(_text(file))
    found: dict[str, str] = {}
    for row in rows:
        code, name = (" ".join(cell.split()) for cell in (*row, "", "")[:2])
        if code and name:
            if len(found) == MOST_NAMES:
                raise UsageError(f"more than {MOST_NAMES} names")
            found[code] = name[:MOST_NAME]
    return found


def _packed(file: IO[bytes]) -> Format:
    """What a ZIP archive is of; a workbook if it is damaged, which is said when it is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except spreadsheet.DAMAGED:
        return Format.XLSX
    if any(name.rpartition("/")[2] == dominion.CANDIDATES for name in names):
        return Format.DOMINION
    return Format.HART if hart.is_one(names) else Format.XLSX


def _text(file: IO[bytes]) -> str:
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise UsageError(f"a file of text with more than {MOST_BYTES >> 20} MB is not read")
    text = _decoded(raw)
    if not text.strip():
        raise UsageError("the file is empty")
    return text


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise UsageError("neither a text nor a workbook")
    return text


def _guess(text: str) -> Format:
    start = text[:_START]
    while start.lstrip().startswith("/*"):  # a comment of BLT files
        start = start.partition("*/")[2].lstrip()
    if _BLT.match(start):
        return Format.BLT
    if cdf.begins(start):
        return Format.CDF
    if _TALLY.search(start):
        return Format.TALLY
    if preflib.START.match(start.lstrip()):
        return Format.PREFLIB
    if ward_table.START.match(start):
        return Format.WARD
    return Format.ABIF if _ABIF.search(start) else Format.CSV


def _rows(text: str) -> Iterator[list[str]]:
    head = text[: text.find("\n") + 1 or len(text)]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise UsageError(f"not a table of comma-separated values: {error}") from None
