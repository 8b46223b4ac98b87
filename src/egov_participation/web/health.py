"""For whatever starts, watches or balances the server: whether it lives, can serve, and what it has counted.

These three stand beside the hosts: who watches asks a machine, not a site.
"""

from __future__ import annotations

import hmac
import os

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from egov_participation.logs import describe
from egov_participation.web.context import services
from egov_participation.web.waiting import WaitingWork

log = structlog.get_logger()
_NOT_KEPT = {"Cache-Control": "no-store"}


async def health(_request: Request) -> Response:
    """200 as long as this process answers: otherwise it should be started again."""
    return JSONResponse({"ok": True}, headers=_NOT_KEPT)


def ready(request: Request) -> Response:
    """200 when the migrations are all applied and the database takes writes; else 503: send people elsewhere."""
    database = services(request).database
    try:
        checks = {"migrations": database.is_current(), "database": True}
        database.check_writable()
    except SQLAlchemyError as error:
        log.warning("health.database", **describe(error))
        checks = {"migrations": False, "database": False}
    ok = all(checks.values())
    return JSONResponse({"ok": ok, **checks}, 200 if ok else 503, _NOT_KEPT)


def metrics(request: Request) -> Response:
    """What was counted, for Prometheus, to whoever shows the token; for everybody else there is no such page.

    (Not by the peer's address: behind a proxy on this machine every visitor comes from here.)
    """
    here = services(request)
    file = here.settings.metrics_token_file
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if file is None or not hmac.compare_digest(given.encode(), file.read_bytes().strip()) or not given:
        raise HTTPException(404)
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # of all the processes of one `egov serve --workers N`
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    waiting = CollectorRegistry()
    waiting.register(WaitingWork(here.database, here.clock))
    return Response(
        generate_latest(registry) + generate_latest(waiting), headers=_NOT_KEPT, media_type=CONTENT_TYPE_LATEST
    )


PATHS = frozenset({"/health", "/ready", "/metrics"})
ROUTES = [
    Route("/health", health, name="health"),
    Route("/ready", ready, name="ready"),
    Route("/metrics", metrics, name="metrics"),
]
