"""The small package that verifies, for download: its source, as it runs here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import source
from egov_participation.actions import Action
from egov_participation.web.open_data import OPEN_TO_ALL, has_tag
from egov_participation.web.routing import route


def source_archive(request: Request) -> Response:
    """The archive of sources; its entity tag is its SHA-256."""
    etag = f'"{source.digest()}"'
    headers = {**OPEN_TO_ALL, "ETag": etag, "Cache-Control": "public, no-cache"}
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(source.archive(), media_type="application/gzip", headers=headers)


routes = [route(source.PATH, source_archive, Action.READ, localized=False)]
