"""The archive as a file that anyone downloads, whole or the part that is new to them.

It only ever grows: whoever has its first N bytes asks for ``Range: bytes=N-``. The entity tag is the head's hash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.voting import service
from egov_participation.voting.service import ArchiveFile
from egov_participation.web.context import services
from egov_participation.web.downloads import Download
from egov_participation.web.open_data import ASKED_AGAIN, OPEN_TO_ALL, has_tag
from egov_participation.web.routing import route

_RANGE: Final = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` to before `stop`."""

    start: int
    stop: int


class UnsatisfiableError(Exception):
    """A range that lies outside of the file: 416."""


def archive(request: Request) -> Response:
    """The archive: 200, or 206 with one ``Range``; 304 if it has not grown; 416 beyond its end."""
    file = service.archive_file(services(request), request.path_params["uuid"])
    headers = {
        **OPEN_TO_ALL,
        "ETag": file.etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": ASKED_AGAIN,
        "Content-Disposition": f'attachment; filename="{file.uuid}.bel"',
    }
    if has_tag(request, file.etag):
        return Response(status_code=304, headers=headers)
    try:
        part = wanted_part(request.headers, file)
    except UnsatisfiableError:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
    sent = part or Part(0, file.size)
    headers["Content-Length"] = str(sent.stop - sent.start)
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    body = () if request.method == "HEAD" else file.chunks(sent.start, sent.stop)
    status = 200 if part is None else 206
    return Download(body, status, headers, media_type="application/x-tar")


def wanted_part(headers: Mapping[str, str], file: ArchiveFile) -> Part | None:
    """The part that ``Range`` asks for; None for the whole file: no range, several of them, or another unit.

    ``If-Range`` with an older tag asks for the whole, as HTTP has it, although the older bytes would still be right.

    Raises:
        UnsatisfiableError: the range begins beyond the end.
    """
    if_range = headers.get("if-range")
    if if_range is not None and if_range.strip() != file.etag:
        return None
    match = _RANGE.fullmatch(headers.get("range", "").strip())
    if match is None or match[0].count("-") != 1 or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), file.size)
        if length == 0:
            raise UnsatisfiableError
        return Part(file.size - length, file.size)
    start, last = int(match[1]), int(match[2]) if match[2] else file.size - 1
    if match[2] and last < start:
        return None  # not a range at all: to be ignored (RFC 9110, section 14.1.1)
    if start >= file.size:
        raise UnsatisfiableError
    return Part(start, min(last + 1, file.size))


routes = [route("/votes/{uuid}/archive.bel", archive, Action.READ, localized=False)]
