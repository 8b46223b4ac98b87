"""An end for a whole request: the client's own timeouts begin anew with each byte that comes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self


class Deadline:
    """Shuts a request's connection some time after it began: whoever reads from it then finds its end.

    `watch` goes with the request as httpx's extension ``trace``, which tells of the connection that was made; so the
    client must keep no connections from earlier requests.
    """

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def watch(self, event: str, about: Mapping[str, object]) -> None:
        """Take note of the connection; TLS makes another one of it."""
        if event not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        found = getattr(about["return_value"], "get_extra_info")("socket")  # noqa: B009 - of a type we do not import
        with self._lock:
            self._socket = found
            over = self._over
        if over:
            self._cut()

    @property
    def is_over(self) -> bool:
        """Whether the time is over: then what was cut off may look like an end, or like an error."""
        return self._over

    def check(self) -> None:
        """Make sure that the time is not over.

        Raises:
            TimeoutError: it is.
        """
        if self._over:
            raise TimeoutError

    def _end(self) -> None:
        with self._lock:
            self._over = True
        self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Of the plain socket, below TLS: its thread is in the midst of reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
