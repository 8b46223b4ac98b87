"""What public pages are made of, and the pages, kept for as long as they are right.

The page cache answers for a moment without asking anybody. Here nothing is ever out of date: each request asks the
database whether anything was written since (`read`), and a page is made anew when anything that it is made of
is another one (`page`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, TypeVarTuple, Unpack, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.services import Services
from egov_participation.web.cache import entity_tag
from egov_participation.web.context import services

MOST: Final = 500
"""Readings, and pages, that are kept; beyond it, what was asked for longest ago goes."""

MOST_BYTES: Final = 64_000_000
"""Of all pages together that are kept: whoever asks for many long ones takes no more."""

Stamp = tuple[int, int]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class _Page:
    made_of: tuple[object, ...]
    second: int
    """The time to the second: a page may say how long is left."""
    body: bytes
    headers: list[tuple[bytes, bytes]]


class _Answer(Response):
    """A kept page, made without what Starlette does to make one."""

    def __init__(self, page: _Page) -> None:
        self.status_code, self.background = 200, None
        self.body, self.raw_headers = page.body, [*page.headers]  # what stands around it adds headers to this list


class Readings:
    """What one application keeps. Touched by the event loop's thread alone."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: OrderedDict[tuple[object, ...], tuple[Stamp, Any]] = OrderedDict()
        self._pages: OrderedDict[tuple[object, ...], _Page] = OrderedDict()
        self._bytes = 0

    def stamp(self) -> Stamp:
        """The database's, now."""
        return self._services.database.stamp()

    async def get(self, stamp: Stamp, function: Callable[[Services, Unpack[Ts]], T], *arguments: *Ts) -> T:
        """What `read` says."""
        key = (function, *arguments)
        kept = self._kept.get(key)
        if kept is not None and kept[0] == stamp:
            self._kept.move_to_end(key)
            return cast(T, kept[1])
        found = await run_in_threadpool(function, self._services, *arguments)
        self._kept[key] = stamp, found
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found

    def page(self, key: tuple[object, ...]) -> _Page | None:
        """A page that is kept."""
        found = self._pages.get(key)
        if found is not None:
            self._pages.move_to_end(key)
        return found

    def keep(self, key: tuple[object, ...], made: _Page) -> None:
        """Keep a page in the place of the one before it; what was asked for longest ago goes."""
        before = self._pages.pop(key, None)
        self._pages[key] = made
        self._bytes += len(made.body) - (0 if before is None else len(before.body))
        while len(self._pages) > MOST or self._bytes > MOST_BYTES:
            _, gone = self._pages.popitem(last=False)
            self._bytes -= len(gone.body)


async def read(request: Request, function: Callable[[Services, Unpack[Ts]], T], *arguments: *Ts) -> T:
    """``function(services, *arguments)``, called in a thread, or what it gave before if nothing was committed since.

    Args:
        function: depends on the database and its arguments alone, not on the clock, a session or a setting that may
            change, and returns what nobody changes. What it raises is not kept.
    """
    readings: Readings = request.app.state.readings
    state = request.scope["state"]
    # Once a request, before it reads anything: what is committed meanwhile makes what it has read out of date.
    stamp = state["stamp"] if "stamp" in state else state.setdefault("stamp", readings.stamp())
    return await readings.get(stamp, function, *arguments)


def page(request: Request, made_of: tuple[object, ...], make: Callable[[], Response]) -> Response:
    """The page that `make` makes, or the one that it made of equal things before, in the same second.

    Args:
        made_of: all that the page depends on besides its address, its language and the time.
        make: returns a whole answer, 200.

    Raises:
        RuntimeError: the route is not one to read, so the page may depend on who asks.
    """
    if not request.state.public:
        raise RuntimeError("only a page that is the same for everybody can be kept")
    readings: Readings = request.app.state.readings
    scope, second = request.scope, int(services(request).clock().timestamp())
    fragment = request.headers.get("hx-request") == "true"
    key = (scope["state"]["site"], scope["state"]["lang"], scope["path"], scope["query_string"], fragment)
    kept = readings.page(key)
    if kept is None or kept.second != second or kept.made_of != made_of:
        response = make()
        body = bytes(response.body)
        headers = [*response.raw_headers, (b"etag", entity_tag(body))]
        kept = _Page(made_of, second, body, headers)
        readings.keep(key, kept)
    return _Answer(kept)
