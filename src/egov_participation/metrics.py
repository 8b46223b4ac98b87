"""What is counted for whoever watches the server: numbers alone, of everybody together.

A label is the name of a route, a method, a status or a word of this program: never a person, an address, a vote, a
tracker or anything else that a visitor could choose, so that the numbers tell of nobody and their list stays short.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import Counter, Histogram

_TIMES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_STEP = 10

_requests = Histogram(
    "egov_request_seconds",
    "Requests and their time; not those that the page cache answered.",
    ["route", "method", "status"],
    buckets=_TIMES,
)
_lane = Histogram("egov_write_wait_seconds", "Time a transaction waited for the writer lane.", buckets=_TIMES)
_jobs = Counter("egov_jobs", "Tries of background jobs.", ["kind", "outcome"])
_casts = Counter("egov_casts", "Ballots that were posted; accepted ones in whole tens.", ["outcome"])
_pages = Counter("egov_page_cache", "Public pages by where they came from.", ["outcome"])
_mails = Counter("egov_mails", "Mails.", ["outcome"])
_registry = Histogram("egov_registry_seconds", "Calls of the register of residents.", ["outcome"], buckets=_TIMES)


@cache
def _request_series(route: str, method: str, status: int) -> Histogram:
    return _requests.labels(route, method, str(status))


def request(route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered.

    Args:
        route: the name of a route, never a path.
        method: one that the route takes; ``-`` for any other word.
    """
    _request_series(route, method, status).observe(seconds)


@contextmanager
def waiting_for_lane() -> Iterator[None]:
    """Around the wait for the writer lane."""
    start = time.perf_counter()
    yield
    _lane.observe(time.perf_counter() - start)


def job(kind: str, outcome: str) -> None:
    """A job was tried: ``done``, ``failed`` (it is tried again) or ``dead``."""
    _jobs.labels(kind, outcome).inc()


class _Tens:
    """Counts up in whole tens: the moment of one ballot must not be read off two looks at a counter."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def add(self) -> None:
        with self._lock:
            self._count += 1
            if self._count % _STEP == 0:
                _casts.labels("accepted").inc(_STEP)


_accepted = _Tens()


def cast_accepted() -> None:
    """A ballot was taken."""
    _accepted.add()


def cast_refused(code: str) -> None:
    """A ballot was refused with this `DomainError.code`."""
    _casts.labels(code).inc()


def page(outcome: str) -> None:
    """A public page was a ``hit`` of the cache, ``unchanged`` for the browser that had it, or a ``miss``."""
    _page_series(outcome).inc()


@cache
def _page_series(outcome: str) -> Counter:
    return _pages.labels(outcome)


def mail(outcome: str) -> None:
    """A mail was ``sent``, ``failed`` (it is tried again) or ``bounced``."""
    _mails.labels(outcome).inc()


def registry_call(outcome: str, seconds: float) -> None:
    """The register was asked: ``found``, ``unknown``, ``failed``, or ``refused`` while the circuit is open."""
    _registry.labels(outcome).observe(seconds)
