"""How much a request may send."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000
"""Bytes; nothing that people or programs send here is near it."""


class BodyLimitMiddleware:
    """Counts a body while it arrives, before anything parses it, and stops with 413.

    The refusal is raised where the body is read, so that it becomes an error page like every other. (Starlette's own
    limit answers in plain text.)
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        size = int(announced) if announced.isdigit() else 0
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            if size > self.limit:
                raise HTTPException(413)
            message = await receive()
            if message["type"] == "http.request":
                arrived += len(message.get("body", b""))
                if arrived > self.limit:
                    raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
