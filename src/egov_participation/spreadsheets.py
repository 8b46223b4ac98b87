"""Lines of CSV (RFC 4180) in which no text is a formula to the spreadsheet that opens them (OWASP, CSV Injection).

A text that begins with what spreadsheets compute gets an apostrophe before it, and so does one that begins with
apostrophes before that: so whoever takes one apostrophe away where `original` does has every text as it was.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""The last four are the same signs as East Asian keyboards write them."""


def harmless(text: str) -> str:
    """The text as a cell holds it."""
    return f"'{text}" if _FORMULA.match(text) else text


def original(cell: str) -> str:
    """The text of a cell that `harmless` made."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_line(cells: Iterable[object]) -> str:
    """One record with its line end; every text in it must have been made `harmless` where somebody else wrote it."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
