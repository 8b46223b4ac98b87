"""``/health``: whether this process can serve, for whatever starts, watches or balances it."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from egov_participation.logs import describe
from egov_participation.web.context import services

log = structlog.get_logger()


def health(request: Request) -> Response:
    """200 when the migrations are all applied and the database takes writes; else 503."""
    database = services(request).database
    try:
        checks = {"migrations": database.is_current(), "database": True}
        database.check_writable()
    except SQLAlchemyError as error:
        log.warning("health.database", **describe(error))
        checks = {"migrations": False, "database": False}
    ok = all(checks.values())
    return JSONResponse({"ok": ok, **checks}, 200 if ok else 503, {"Cache-Control": "no-store"})
