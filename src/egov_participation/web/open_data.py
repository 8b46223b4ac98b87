"""Answers that any site's programs may read, with entity tags: whoever has what is asked for is told 304."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.web.security import OPEN_DATA_HEADERS

OPEN_TO_ALL: Final[Mapping[str, str]] = {
    **OPEN_DATA_HEADERS,
    "Access-Control-Expose-Headers": "ETag, Accept-Ranges, Content-Length, Content-Range",
}
"""Programs on other sites may read this, without anybody's cookies."""
ASKED_AGAIN: Final = "public, no-cache"
"""Kept by whoever likes, and asked for again each time: answered with 304 as long as nothing changed."""


def has_tag(request: Request, etag: str) -> bool:
    """Whether the asker has this state already (``If-None-Match``)."""
    given = request.headers.get("if-none-match", "")
    mine = etag.removeprefix("W/")
    return given.strip() == "*" or mine in (tag.strip().removeprefix("W/") for tag in given.split(","))


def json_answer(request: Request, value: Any) -> Response:
    """Compact JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return file_answer(request, body, "application/json")


def file_answer(
    request: Request,
    raw: bytes,
    media_type: str,
    name: str = "",
    *,
    shown: bool = False,
    cache: str = ASKED_AGAIN,
) -> Response:
    """Bytes that are a file.

    Args:
        name: under which it is saved; empty if it is not offered for saving.
        shown: a browser shows it at once, if it can.
        cache: the header ``Cache-Control``.
    """
    etag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
    headers = {**OPEN_TO_ALL, "ETag": etag, "Cache-Control": cache}
    if name:
        headers["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{name}"'
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(raw, media_type=media_type, headers=headers)
