"""How much a request may send."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000
"""Bytes; nothing that people or programs send here is near it, but for files on routes that say so."""

_TAKEN: Final = "max_body"
"""In a scope's ``state``: the bytes that are taken of this request."""


def take_more(scope: Scope, size: int) -> None:
    """Take so many bytes of this request. To be said once it is known that whoever sends it may come: an address alone
    says nothing, since others lead to routes that are for anybody."""
    scope["state"][_TAKEN] = size


class BodyLimitMiddleware:
    """Counts a body while it arrives, before anything parses it, and stops with 413.

    The refusal, whose detail is the limit in megabytes, is raised where the body is read, so that it becomes an error
    page like every other. (Starlette's own limit answers in plain text.) `take_more` says where the limit is another.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        size = int(announced) if announced.isdigit() else 0
        state, arrived = scope.setdefault("state", {}), 0

        async def counted() -> Message:
            nonlocal arrived
            limit = state.get(_TAKEN, MAX_BODY)
            if size > limit:
                raise _too_large(limit)
            message = await receive()
            if message["type"] == "http.request":
                arrived += len(message.get("body", b""))
                if arrived > limit:
                    raise _too_large(limit)
            return message

        await self.app(scope, counted, send)


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, str(limit // 1_000_000))
