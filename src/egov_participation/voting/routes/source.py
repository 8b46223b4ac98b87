"""What is offered as a file besides what pages load: the small package that verifies, and what the booth as one file
is made of, which whoever verifies the site compares with its entry in the log."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import offline_file, source
from egov_participation.actions import Action
from egov_participation.web.open_data import OPEN_TO_ALL, file_answer, has_tag
from egov_participation.web.routing import route


def source_archive(request: Request) -> Response:
    """The archive of sources; its entity tag is its SHA-256."""
    etag = f'"{source.digest()}"'
    headers = {**OPEN_TO_ALL, "ETag": etag, "Cache-Control": "public, no-cache"}
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(source.archive(), media_type="application/gzip", headers=headers)


def booth_program(request: Request) -> Response:
    """The script in the booth as one file."""
    return file_answer(request, offline_file.program().encode(), "text/javascript; charset=utf-8")


def booth_style(request: Request) -> Response:
    """Its style sheet."""
    return file_answer(request, offline_file.style().encode(), "text/css; charset=utf-8")


routes = [
    route(source.PATH, source_archive, Action.READ, localized=False),
    route(offline_file.PROGRAM_PATH, booth_program, Action.READ, localized=False),
    route(offline_file.STYLE_PATH, booth_style, Action.READ, localized=False),
]
