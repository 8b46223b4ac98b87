"""Public pages, kept for a moment as they were answered, and answered 304 to browsers that have them.

Only what is the same for everybody is kept: answers 200 of routes to read, whole, without a cookie, not ``no-store``.
Every commit of this process makes all that is kept out of date, so that nobody misses what they themselves have just
done; what other processes write shows when the moment is over (on PostgreSQL a second later at most: `web.reading`).
What is said to be ``immutable``, such as a tile of the transparency log, is right for good: it goes to make room.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from egov_participation import metrics
from egov_participation.clock import Clock
from egov_participation.database import Database

MAX_BYTES: Final = 32_000_000
MAX_PAGE: Final = 500_000
"""Bytes of all that is kept, and of one page of it."""

_NOTHING: Final = timedelta()

Key = tuple[bytes, str, bytes, bool]
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Page:
    headers: Headers
    body: bytes
    etag: bytes
    generation: int
    """Of the database, before the page was made."""
    made_at: datetime
    """By the application's clock: a vote closes by it."""
    until: float
    """By the machine's clock, which nobody sets."""
    for_good: bool
    """It never changes."""


class PageCacheMiddleware:
    """Stands outside of everything else: what is kept has passed through all of it once.

    Args:
        seconds: how long an answer is kept; 0 keeps none.
        max_bytes: beyond it, what was asked for longest ago goes.
    """

    def __init__(
        self, app: ASGIApp, database: Database, clock: Clock, seconds: float, max_bytes: int = MAX_BYTES
    ) -> None:
        self.app = app
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._kept = timedelta(seconds=seconds)
        self._max_bytes = max_bytes
        self._pages: OrderedDict[Key, _Page] = OrderedDict()  # touched by the event loop's thread alone
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        # Of headers that come twice the first counts, as it does for whoever makes the page: else one would be kept as
        # another.
        host: bytes | None = None
        asked: bytes | None = None
        known, part = b"", False
        for name, value in scope["headers"]:
            if name == b"host":
                host = value if host is None else host
            elif name == b"hx-request":
                asked = value if asked is None else asked
            elif name == b"if-none-match":
                known = value
            elif name == b"range":
                part = True
        key = (host or b"", scope["path"], scope["query_string"], asked == b"true")
        page = None if part else self._fresh(key)
        if page is None:
            await self.app(scope, receive, _Keeping(self, key, known, scope, send))
            return
        unchanged = await _answer(page, known, scope["method"] == "HEAD", send)
        metrics.page("unchanged" if unchanged else "hit")

    def _fresh(self, key: Key) -> _Page | None:
        page = self._pages.get(key)
        if page is None:
            return None
        if page.for_good:
            self._pages.move_to_end(key)
            return page
        age = self._clock() - page.made_at
        if (
            page.generation != self._database.generation
            or page.until < time.monotonic()
            or not _NOTHING <= age <= self._kept
        ):
            self._drop(key)
            return None
        self._pages.move_to_end(key)
        return page

    def begin(self) -> tuple[int, datetime]:
        """What is noted before a page is made: whatever is committed meanwhile must make it out of date."""
        return self._database.generation, self._clock()

    def keep(self, key: Key, page: _Page) -> None:
        """Keep a page, in the place of an older one and of what was asked for longest ago."""
        metrics.page("miss")
        if not self._seconds or len(page.body) > MAX_PAGE:
            return
        self._drop(key)
        self._pages[key] = page
        self._bytes += len(page.body)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= len(page.body)

    @property
    def seconds(self) -> float:
        """How long an answer is kept."""
        return self._seconds


class _Keeping:
    """Holds an answer back until it is whole, if it is one to keep; lets everything else through at once."""

    def __init__(self, cache: PageCacheMiddleware, key: Key, known: bytes, scope: Scope, send: Send) -> None:
        self._cache, self._key, self._known, self._scope, self._send = cache, key, known, scope, send
        self._generation, self._made_at = cache.begin()
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_public(message):
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        if message["type"] != "http.response.body" or message.get("more_body"):  # a file, or a stream
            await self._send(start)
            await self._send(message)
            return
        page = self._page(start["headers"], message.get("body", b""))
        if self._scope["method"] == "GET":
            self._cache.keep(self._key, page)
        await _answer(page, self._known, self._scope["method"] == "HEAD", self._send)

    def _is_public(self, start: Message) -> bool:
        if start["status"] != 200 or not self._scope.get("state", {}).get("public"):
            return False
        given = dict(start["headers"])
        if b"set-cookie" in given or b"content-encoding" in given:
            return False
        if given.get(b"vary", b"hx-request").lower() != b"hx-request":
            return False
        control = given.get(b"cache-control", b"")
        return b"no-store" not in control and b"private" not in control

    def _page(self, headers: Headers, body: bytes) -> _Page:
        given = dict(headers)
        etag = given.get(b"etag") or entity_tag(body)
        added = {
            b"etag": etag,
            b"cache-control": b"public, max-age=0, s-maxage=%d" % max(1, round(self._cache.seconds)),
        }
        return _Page(
            headers=[*headers, *((name, value) for name, value in added.items() if name not in given)],
            body=body,
            etag=etag,
            generation=self._generation,
            made_at=self._made_at,
            until=time.monotonic() + self._cache.seconds,
            for_good=b"immutable" in given.get(b"cache-control", b""),
        )


def entity_tag(body: bytes) -> bytes:
    """A strong entity tag, in quotes."""
    return b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'


async def _answer(page: _Page, known: bytes, head: bool, send: Send) -> bool:
    """Send a page, or that it is unchanged where the browser has it. Returns whether it had it."""
    unchanged = bool(known) and (
        known == b"*" or page.etag in (tag.strip().removeprefix(b"W/") for tag in known.split(b","))
    )
    if unchanged:
        headers = [entry for entry in page.headers if entry[0] not in (b"content-length", b"content-type")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": page.headers})
    await send({"type": "http.response.body", "body": b"" if unchanged or head else page.body})
    return unchanged
