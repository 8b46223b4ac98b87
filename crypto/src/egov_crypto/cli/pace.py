"""Connections on which an answer must begin, and go on, in time: a server that drips is not waited for."""

import io
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from socket import SocketIO, socket
from typing import Any, Final, cast

PATIENCE: float = 30.0
"""Seconds in which an answer must begin and, if it is small, be there."""
PACE: Final = 5_000
"""Bytes a second that a larger one must keep up."""
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""What asks, as it says itself. Who tells that it verifies may be shown what nobody else is."""


_end: float | None = None
"""When nothing is waited for any more; of all threads."""


@contextmanager
def ending(seconds: float) -> Iterator[None]:
    """In here, what is asked for is given up after so many seconds, however much has come."""
    global _end
    before, _end = _end, time.monotonic() + seconds
    try:
        yield
    finally:
        _end = before


def left() -> float:
    """Seconds that are left of that. Raises :class:`TooSlowError` if none are."""
    if _end is None:
        return PATIENCE
    seconds = _end - time.monotonic()
    if seconds <= 0:
        raise TooSlowError("the time that it may take altogether is over")
    return seconds


class TooSlowError(TimeoutError):
    """An answer comes, but so slowly that it would never be whole."""


class Paced:
    """A socket as ``http.client`` uses it, with one clock for each answer."""

    def __init__(self, inner: socket) -> None:
        self._inner = inner
        self._started = 0.0
        self._received = self._wanted = 0

    def start(self, wanted: int) -> None:
        """The time of one question begins, and of an answer of so many bytes at most."""
        self._started, self._received, self._wanted = time.monotonic(), 0, wanted
        self._inner.settimeout(min(left(), PATIENCE))

    def sendall(self, data: bytes) -> None:
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self, self._inner.makefile("rb", buffering=0)))

    def close(self) -> None:
        self._inner.close()

    def before_reading(self) -> None:
        """Raises :class:`TooSlowError` if the time is over; else no read may take longer than what is left of it."""
        seconds = time.monotonic() - self._started
        more = PATIENCE + min(self._received, self._wanted) / PACE - seconds
        if more <= 0:
            raise TooSlowError(f"{self._received} bytes came in {seconds:.0f} seconds")
        self._inner.settimeout(min(more, PATIENCE, left()))

    def after_reading(self, count: int) -> None:
        self._received += count


class _Reading(io.RawIOBase):
    """What an answer is read from; the connection outlives it."""

    def __init__(self, paced: Paced, inner: SocketIO) -> None:
        self._paced, self._inner = paced, inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._paced.before_reading()
        count = self._inner.readinto(buffer) or 0
        self._paced.after_reading(count)
        return count

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Pacing(HTTPConnection):
    """What both kinds do alike."""

    wanted: int = 1 << 62
    """The most bytes that the next answer may have."""

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket, Paced(self.sock))

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is None:
            self.connect()
        cast(Paced, self.sock).start(self.wanted)
        super().request(*args, **options)


class PacedConnection(_Pacing):
    """For http."""


class PacedSecureConnection(_Pacing, HTTPSConnection):
    """For https."""


class PacedHandler(urllib.request.HTTPHandler):
    """For ``urllib``."""

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(PacedConnection, request)


class PacedSecureHandler(urllib.request.HTTPSHandler):
    """For ``urllib``."""

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(PacedSecureConnection, request)
