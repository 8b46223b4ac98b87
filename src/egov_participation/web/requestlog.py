"""One line a request: its number, method, the route's name, status, time. No address, path, query, body or cookie.

The same numbers, added up, are what `metrics` shows, and a trace holds no more than they do.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import structlog
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from egov_participation import logs, metrics, tracing
from egov_participation.settings import Settings
from egov_participation.web.proxies import is_trusted, request_number

CASTING = frozenset({"voting.cast", "voting.cast_file"})
"""Where ballots are posted. Rows keep the day of a ballot; a line for each that was taken would keep its second."""
WATCHING = frozenset({"health", "ready", "metrics"})
"""What machines ask every few seconds is logged only with the level ``debug``."""
OWN = "own_request"
"""In a scope's ``state``: the platform asks itself, of which nothing is logged and counted."""
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class RequestLogMiddleware:
    """Logs what is needed to see that the service is well, and nothing that links a person to a vote."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._trusted = settings.trusted_proxies
        self._booth = urlsplit(settings.booth_url).netloc.encode()

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

        number = request_number(scope, self._trusted)
        state = scope.setdefault("state", {})
        state["request_number"] = number
        structlog.contextvars.bind_contextvars(request=number)
        method = scope["method"] if scope["method"] in _METHODS else "-"
        with self._traced(scope, method) as span:
            try:
                await self.app(scope, receive, watched)
            finally:
                route = route_name(scope)
                if not (state.get(OWN) or (method == "POST" and route in CASTING and status < 300)):
                    seconds = time.perf_counter() - start
                    metrics.request(route, method, status, seconds)
                    logs.line(
                        "debug" if route in WATCHING else "info",
                        "request",
                        method=method,
                        route=route,
                        status=status,
                        ms=round(seconds * 1000, 1),
                        request=number,
                    )
                    span.answered(route, status)
                structlog.contextvars.unbind_contextvars("request")

    def _traced(self, scope: Scope, method: str) -> AbstractContextManager[tracing.RequestSpan]:
        """A span, but for what is posted to the booth: it would have the moment of each ballot."""
        if method == "POST" and any(
            name == b"host" and value.lower() == self._booth for name, value in scope["headers"]
        ):
            return tracing.unseen()
        return tracing.request(method, self._from_outside(scope))

    def _from_outside(self, scope: Scope) -> Mapping[str, str]:
        """The trace that a trusted proxy has begun, if it has."""
        if not tracing.is_on() or not scope["client"] or not is_trusted(scope["client"][0], self._trusted):
            return {}
        return {str(n, "latin-1"): str(v, "latin-1") for n, v in scope["headers"] if n == b"traceparent"}


def route_name(scope: Scope) -> str:
    """The name of the route that a request came to; ``-`` where it came to none."""
    route = scope.get("route")
    return route.name if isinstance(route, Route) else "-"
