"""One line a request: method, the route's pattern, status, time. No address, query, body, identifier or cookie."""

from __future__ import annotations

import time

import structlog
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

CASTING = ("/votes/{uuid}/ballots", "/votes/{uuid}/ballot-file")
"""Where ballots are posted. Rows keep the day of a ballot; a line for each that was taken would keep its second."""


class RequestLogMiddleware:
    """Logs what is needed to see that the service is well, and nothing that links a person to a vote."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = scope.get("route")
            pattern = route.path if isinstance(route, Route) else "-"
            milliseconds = round((time.perf_counter() - start) * 1000, 1)
            if not (scope["method"] == "POST" and pattern.endswith(CASTING) and status < 300):
                log.info("request", method=scope["method"], route=pattern, status=status, ms=milliseconds)
