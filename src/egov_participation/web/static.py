"""Files under ``/static``: cached for good under an address with their hash, checked again each time without."""

from __future__ import annotations

import hashlib
import mimetypes
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from egov_participation import paths

# What the operating system's own table says differs, and browsers refuse a module of another type.
for _type, _ending in (("text/javascript", ".js"), ("image/svg+xml", ".svg"), ("font/woff2", ".woff2")):
    mimetypes.add_type(_type, _ending)


_urls: dict[str, tuple[float, str]] = {}


@cache
def _version(name: str, _changed: int) -> str:
    return hashlib.sha256((paths.static_dir() / name).read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a static file, which changes when the file does.

    Raises:
        FileNotFoundError: there is no such file.
    """
    known = _urls.get(name)
    if known is None or known[0] < time.monotonic():
        # Looked at again after a second: whoever works on a file sees it, and a page does not look six times each.
        url = f"/static/{name}?v={_version(name, (paths.static_dir() / name).stat().st_mtime_ns)}"
        known = _urls[name] = (time.monotonic() + 1, url)
    return known[1]


class CachedStaticFiles(StaticFiles):
    """Starlette's static files, with `Cache-Control`."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        asked = parse_qs(scope["query_string"].decode("ascii", "replace")).get("v")
        name = Path(full_path).relative_to(paths.static_dir().resolve()).as_posix()
        fresh = asked == [_version(name, stat_result.st_mtime_ns)]
        # Modules import each other by plain names, without the hash: those are asked for again, and answered 304.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return response
