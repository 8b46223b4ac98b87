"""Documents as PDF, for who reads, keeps and prints: tagged after PDF/UA-1, in one language, the same bytes every time.

What a document says is data (`Document`); how it is set is ``document.typ``. Setting one holds the interpreter for a
moment in which a server would answer nobody: it is done in a process of its own, one at a time, and what was set is
kept under the hash of what it says.

A PDF has no date but that of the `Document`, and no identifier but what its content gives.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import matplotlib as mpl

STANDARD: Final = "ua-1"
"""PDF/UA-1: the typesetter refuses what a screen reader could not follow: no title, no language, a picture unsaid."""

_TEMPLATE: Final = Path(__file__).with_name("document.typ")
_SECONDS: Final = 60
_KEPT: Final = 64
MOST_WAITING: Final = 4
"""Threads that may be busy with PDFs; the others answer everybody else."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The first of a document has level 1, and no level is left out below it."""

    text: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str
    quiet: bool = False
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Notice:
    """What has to be seen first."""

    text: str
    kind: str = "notice"


@dataclass(frozen=True, slots=True)
class Items:
    """A list with bullets."""

    items: tuple[str, ...]
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class Code:
    """What is compared sign by sign; ``code`` breaks at its blanks."""

    code: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings that are read out with each cell."""

    head: tuple[str, ...]
    rows: tuple[tuple[str | Code, ...], ...]
    widths: tuple[int, ...]
    """Shares of the columns."""
    numeric: tuple[int, ...] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG, and the same in words."""

    svg: str
    alt: str
    width: int = 100
    """Percent of the line."""
    kind: str = "picture"


@dataclass(frozen=True, slots=True)
class Address:
    """An address to click, and as a QR code for who holds the paper."""

    text: str
    url: str
    svg: str
    alt: str
    kind: str = "address"


Block = Heading | Paragraph | Notice | Items | Table | Picture | Address


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF says."""

    LANGUAGES: ClassVar[tuple[str, ...]] = ("kk", "ru", "en")

    lang: str
    title: str
    author: str
    at: datetime
    """Aware: the date in its properties."""
    blocks: Sequence[Block]
    header: str = ""
    """On top of each page."""
    footer: str = ""
    """Beside each page's number."""
    keywords: tuple[str, ...] = ()

    def as_json(self) -> str:
        """What the typesetter is given."""
        value = asdict(self) | {"at": int(self.at.timestamp())}
        return json.dumps(value, ensure_ascii=False, sort_keys=True)


class TypesettingError(Exception):
    """The typesetter refused a document, or did not come to an end."""


class BusyError(Exception):
    """As many wait for the typesetter as may: later."""


_kept: OrderedDict[str, bytes] = OrderedDict()
"""PDFs by the SHA-256 of what they say, the last used last."""
_guard = threading.Lock()
_one_at_a_time = threading.Lock()
_few_at_a_time = threading.BoundedSemaphore(MOST_WAITING)


def made(document: Document) -> bytes:
    """The PDF; kept, so that who asks again has it at once. Blocks for some seconds: for threads.

    Raises:
        BusyError: so many wait already that the threads which answer everybody else would run out.
        TypesettingError: see `typeset`.
    """
    data = document.as_json()
    key = hashlib.sha256(data.encode()).hexdigest()
    found = _found(key)
    if found is not None:
        return found
    if not _few_at_a_time.acquire(blocking=False):
        raise BusyError
    try:
        with _one_at_a_time:  # and whoever waited for the same has it now
            return _found(key) or _keep(key, _in_another_process(data))
    finally:
        _few_at_a_time.release()


def _found(key: str) -> bytes | None:
    with _guard:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
        return found


def _keep(key: str, raw: bytes) -> bytes:
    with _guard:
        _kept[key] = raw
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return raw


def _in_another_process(data: str) -> bytes:
    command = [sys.executable, "-m", "egov_participation.results.pdf"]
    try:
        done = subprocess.run(command, input=data.encode(), capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise TypesettingError(f"no PDF after {_SECONDS} seconds") from error
    if done.returncode:
        raise TypesettingError(done.stderr.decode(errors="replace").strip()[-2000:])
    return done.stdout


def typeset(data: str) -> bytes:
    """The PDF of a `Document.as_json`.

    Raises:
        TypesettingError: the document is not one that PDF/UA allows.
    """
    import typst

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"  # DejaVu Sans: every letter of the three languages
    given: dict[str, Any] = json.loads(data)
    try:
        set_ = typst.compile(
            _TEMPLATE,
            font_paths=[fonts],
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            pdf_standards=[STANDARD],
            timestamp=given["at"],
        )
    except typst.TypstError as error:
        raise TypesettingError(error.diagnostic or error.message) from error
    if not isinstance(set_, bytes):
        raise TypesettingError("not one file")
    return set_


def main() -> None:
    """A `Document.as_json` on standard input, its PDF on standard output."""
    try:
        sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode()))
    except TypesettingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
