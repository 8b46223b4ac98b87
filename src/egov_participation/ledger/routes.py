"""``/log/…``: what observers' programs read. No page, no language, no session."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.ledger import service
from egov_participation.web.context import services
from egov_participation.web.routing import route

_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
_A_MOMENT = {"Cache-Control": "public, max-age=1"}
_A_MINUTE = {"Cache-Control": "public, max-age=60"}


def checkpoint(request: Request) -> Response:
    """The latest checkpoint.

    Raises:
        DomainError: 503 ``log.not_published``.
    """
    return Response(service.checkpoint(services(request)), headers=_A_MOMENT, media_type="text/plain")


def key(request: Request) -> Response:
    """The log's verifier keys, one a line, the present one first.

    Raises:
        DomainError: 503 ``log.not_published``.
    """
    keys = service.verifier_keys(services(request))
    if not keys:
        raise service.not_published()
    lines = "".join(f"{key}\n" for key in keys)
    return Response(lines, headers=_A_MINUTE, media_type="text/plain")


def tile(request: Request) -> Response:
    """A tile or a bundle.

    Raises:
        DomainError: 404 ``log.no_tile``.
    """
    # The path as it came, and not the route's part of it, which a newline at the end would be missing from.
    path = request.scope["path"].removeprefix("/log/")
    return Response(service.tile(services(request), path), headers=_FOR_GOOD, media_type="application/octet-stream")


routes = [
    route("/log/checkpoint", checkpoint, Action.READ, localized=False),
    route("/log/key", key, Action.READ, localized=False),
    route("/log/tile/{path:path}", tile, Action.READ, localized=False),
]
