"""Where an archive is read from: a file, standard input, or an address of the web."""

import argparse
import io
import re
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

from egov_crypto import since
from egov_crypto.archive import setup_end
from egov_crypto.cli import pace
from egov_crypto.cli.pace import PacedHandler, PacedSecureHandler
from egov_crypto.cli.progress import Progress
from egov_crypto.errors import ArchiveError
from egov_crypto.since import Grown

ATTEMPTS: Final = 6
"""How often a download is taken up again without getting any further."""
PAUSE: float = 0.5
"""Seconds before the first of them; twice as long before each other."""

GRACE: float = 300.0
"""Seconds that a download may take besides those that its bytes may: a site may be restarted meanwhile."""
RATE: Final = 65_536 / 30
"""Bytes a second that a whole download must keep up, however often its connection breaks."""
GIB: Final = 1 << 30
MAX_ARCHIVE: Final = 4 * GIB
"""Bytes that are downloaded of an archive; that of a million voters has some 3 GiB."""
MAX_SETUP: Final = 1 << 30
"""Bytes that a set-up may have; that of a million voters has some 70 million."""

_PAGE: Final = re.compile(
    r"(?P<site>.*?)(?:/api/v[0-9]+|/[a-z]{2})?/votes/(?P<uuid>[1-9A-HJ-NP-Za-km-z]{14,64})(?:/.*)?"
)
_LENGTH: Final = re.compile("[0-9]{1,18}", re.ASCII)
_RANGE: Final = re.compile(r"bytes (?:(?P<first>[0-9]{1,18})-[0-9]{1,18}|\*)/(?P<total>[0-9]{1,18})", re.ASCII)


def is_address(where: str) -> bool:
    """Whether ``where`` is an address rather than a file's name."""
    return "://" in where


def archive_address(where: str) -> str:
    """The archive's address for the address of any page of a vote, in any language; other addresses stay as they are.

    Raises :class:`ArchiveError` unless it is http or https.
    """
    try:
        parts = urlsplit(where)
        known = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:
        known = None
    if not known or not where.isascii():
        raise ArchiveError(f"{where} is neither a file nor an address of ASCII that starts with http:// or https://")
    page = _PAGE.fullmatch(parts.path)
    if page is None or parts.path.endswith(".bel"):
        return where
    return parts._replace(path=f"{page['site']}/votes/{page['uuid']}/archive.bel", query="", fragment="").geturl()


@contextmanager
def open_archive(where: str, progress: Progress, limit: int = MAX_ARCHIVE) -> Iterator[BinaryIO]:
    """The archive at ``where`` as a seekable file: a path, ``-`` for standard input, or an address, from which no more
    than ``limit`` bytes are taken.

    Raises :class:`ArchiveError` if it cannot be reached, :class:`OSError` if it cannot be read.
    """
    if where != "-" and not is_address(where):
        with Path(where).open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as file:
        if where == "-":
            shutil.copyfileobj(sys.stdin.buffer, file)
        else:
            download(archive_address(where), file, progress, limit)
        file.seek(0)
        yield cast(BinaryIO, file)


def check_since(kept: str, file: BinaryIO, progress: Progress) -> Grown:
    """Check that the archive in ``file`` only grew since ``kept``: a file or address of the archive as it was, a file
    with heads, or a head itself.

    Raises what :mod:`egov_crypto.since` raises, :class:`ArchiveError` if it cannot be reached, :class:`OSError`.
    """
    if kept.lstrip().startswith("{") or since.is_head(kept):
        return since.check_heads(since.parse_head(kept), file, progress)
    with open_archive(kept, progress) as old:
        first = old.read(1)
        old.seek(0)
        if first != b"{" and not first.isdigit():
            return since.check_grown(old, file, progress)
        text = old.read(since.MAX_KEPT).decode("utf-8", "replace")
        return since.check_heads(since.parse_head(text), file, progress)


def read_setup(where: str) -> bytes:
    """The archive at ``where`` up to its Setup event, or the whole of a file that starts as JSON does.

    No more is downloaded than that: whoever makes a ballot needs no other ballots.
    """
    if is_address(where):
        url = archive_address(where)
        try:
            with _request(url, 0) as answer:
                return _setup_from(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ArchiveError(f"{url} answers {error.code} {error.reason}") from None
        except (OSError, HTTPException) as error:
            raise ArchiveError(f"{url} cannot be reached: {getattr(error, 'reason', None) or error}") from None
    with open_archive(where, Progress()) as file:
        return _setup_from(file)


def _setup_from(stream: BinaryIO | HTTPResponse) -> bytes:
    """As :func:`read_setup`; what has come is looked at each time when it has doubled."""
    raw = stream.read(1 << 16)
    while True:
        more = stream.read(len(raw)) if len(raw) < MAX_SETUP else b""
        if raw.startswith(b"{"):
            if not more:
                return raw.strip()
        else:
            end = setup_end(io.BytesIO(raw))
            if end is not None:
                return raw[:end]
            if not more:
                raise ArchiveError("this archive ends within its set-up")
        raw += more


def read_beside(url: str, name: str, limit: int) -> bytes | None:
    """The document ``name`` that is published beside an archive's address; None if it is not there.

    Raises :class:`ArchiveError` if that cannot be told. More than ``limit`` bytes are not read.
    """
    address = url.rpartition("/")[0] + "/" + name
    try:
        with _request(address, 0) as answer:
            return answer.read(limit + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in {404, 410}:
                return None
            raise ArchiveError(f"{address} answers {error.code} {error.reason}") from None
    except (OSError, HTTPException) as error:
        raise ArchiveError(f"{address} cannot be reached: {getattr(error, 'reason', None) or error}") from None


def add_limit(parser: argparse.ArgumentParser) -> None:
    """The option ``--max-archive GIB``, of a command that downloads archives."""
    parser.add_argument(
        "--max-archive",
        type=_limit,
        default=MAX_ARCHIVE,
        metavar="GIB",
        help=f"download no archive that has more (default: {MAX_ARCHIVE // GIB})",
    )


def _limit(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,5}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of GiB")
    return int(text) * GIB


def download(url: str, file: BinaryIO, progress: Callable[[str, int, int], None], limit: int = MAX_ARCHIVE) -> None:
    """Write what is at ``url`` to ``file``; a connection that breaks is taken up again where it broke.

    Raises :class:`ArchiveError` if it cannot be had whole, has more than ``limit`` bytes, or takes longer than `GRACE`
    and `RATE` say: neither disk nor time is a server's to take.
    """
    have = furthest = failures = 0
    total: int | None = None
    start = time.monotonic()
    while total is None or have < total:
        began = time.monotonic()
        _check_pace(url, began - start, furthest)
        pace.left()
        try:
            answer = _request(url, have)
        except urllib.error.HTTPError as error:
            with error:
                total = _total_of(error) if error.code == 416 else None
                if total == have:
                    return
                raise ArchiveError(f"{url} answers {error.code} {error.reason}") from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if not furthest or failures == ATTEMPTS:
                raise ArchiveError(f"{url} cannot be reached: {reason}") from None
            failures += 1
            time.sleep(PAUSE * 2**failures)
            continue
        with answer:
            first, total = _start(answer, have)
            _check_size(url, total or 0, limit)
            have = first
            file.seek(have)
            file.truncate()
            while piece := _read(answer):
                file.write(piece)
                have += len(piece)
                _check_size(url, have, limit)
                _check_pace(url, time.monotonic() - start, have)
                progress("download", have, total or 0)
        if total is None:  # the server did not say how much it is
            if piece is None:
                raise ArchiveError(f"{url} broke off after {have} bytes")
            return
        dripped = time.monotonic() - began >= pace.PATIENCE and have - first < pace.PACE * pace.PATIENCE
        failures = failures + 1 if have <= furthest or dripped else 0
        furthest = max(have, furthest)
        if have < total and failures == ATTEMPTS:
            raise ArchiveError(f"{url} broke off at {have} of {total} bytes")
        time.sleep(PAUSE * 2**failures if have < total else 0)


def _check_size(url: str, size: int, limit: int) -> None:
    if size > limit:
        raise ArchiveError(f"{url} has more than {limit / GIB:g} GiB, which --max-archive may raise")


def _check_pace(url: str, seconds: float, have: int) -> None:
    if seconds > GRACE + have / RATE:
        raise ArchiveError(f"{url} comes too slowly: {have} bytes in {seconds:.0f} seconds")


_at_home: bool = False


@contextmanager
def at_home() -> Iterator[None]:
    """In here, nothing is fetched from where an address leads on to, unless it is the same host's."""
    global _at_home
    before, _at_home = _at_home, True
    try:
        yield
    finally:
        _at_home = before


class _Redirecting(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: urllib.request.Request, *answer: Any) -> urllib.request.Request | None:
        here, there = urlsplit(req.full_url), urlsplit(answer[-1])
        is_elsewhere = (here.scheme, here.netloc) != (there.scheme, there.netloc)
        if (_at_home and is_elsewhere) or (here.scheme, there.scheme) == ("https", "http"):
            raise ArchiveError(f"{req.full_url} leads to {answer[-1]}: give that address, if it is right")
        return super().redirect_request(req, *answer)

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError as error:
            fp.close()
            raise ArchiveError(f"{req.full_url} leads to what is no address: {error}") from None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _request(url: str, have: int) -> HTTPResponse:
    headers = {"User-Agent": pace.AGENT, **({"Range": f"bytes={have}-"} if have else {})}
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        PacedHandler,
        PacedSecureHandler,
        _Redirecting,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,  # so that a redirection to another scheme is refused in words
    ):
        opener.add_handler(handler())
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  the handlers above know http and https only
    return cast(HTTPResponse, opener.open(request, timeout=pace.PATIENCE))


def _start(answer: HTTPResponse, have: int) -> tuple[int, int | None]:
    """At which byte of the whole the answer's body starts, and how long the whole is."""
    if answer.status == 206:
        match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if match is None or match["first"] is None or int(match["first"]) != have:
            raise ArchiveError("the server answers with another part than was asked for")
        return have, int(match["total"])
    length = answer.headers.get("Content-Length", "")
    if length and not _LENGTH.fullmatch(length):
        raise ArchiveError(f"the server answers with a length that is none: {length[:40]!r}")
    return 0, int(length) if length else None


def _total_of(error: urllib.error.HTTPError) -> int | None:
    match = _RANGE.fullmatch(error.headers.get("Content-Range", ""))
    return int(match["total"]) if match else None


def _read(answer: HTTPResponse) -> bytes | None:
    """The next piece of the body; empty at its end, None if the connection broke."""
    try:
        return answer.read1(1 << 16)
    except (OSError, HTTPException):
        return None
