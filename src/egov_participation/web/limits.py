"""How much a request may send."""

from __future__ import annotations

from collections.abc import Sequence
from re import Pattern

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000
"""Bytes; nothing that people or programs send here is near it, but for files on routes that say so."""


class BodyLimitMiddleware:
    """Counts a body while it arrives, before anything parses it, and stops with 413.

    The refusal, whose detail is the limit in megabytes, is raised where the body is read, so that it becomes an error
    page like every other. (Starlette's own limit answers in plain text.)

    Args:
        larger: paths to which more may be sent, with how much.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY, larger: Sequence[tuple[Pattern[str], int]] = ()) -> None:
        self.app = app
        self.limit = limit
        self._larger = tuple(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        size = int(announced) if announced.isdigit() else 0
        limit = next((more for path, more in self._larger if path.fullmatch(scope["path"])), self.limit)
        too_large = HTTPException(413, str(limit // 1_000_000))
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            if size > limit:
                raise too_large
            message = await receive()
            if message["type"] == "http.request":
                arrived += len(message.get("body", b""))
                if arrived > limit:
                    raise too_large
            return message

        await self.app(scope, counted, send)
