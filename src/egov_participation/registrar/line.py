"""The line on which the platform puts its small questions to the registrar's own process: HTTP on this machine.

A ballot waits for an answer, so no more of HTTP is done here than the two sides speak: a question is one write, and
connections stay open. Who is asked with which words, `client` knows.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from http.client import HTTPException, HTTPResponse
from typing import Final
from urllib.parse import urlsplit

SOCKET: Final = "unix:"
_CONNECT: Final = 2.0
_KEPT: Final = 4.0
"""Seconds that a connection may lie unused: the other side closes it after five."""

LineError = (OSError, HTTPException)
"""What `Line.post` raises."""


class Line:
    """Connections to one address. Safe to share between threads.

    Args:
        url: ``unix:/PATH`` or ``http://127.0.0.1:PORT``.
    """

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix(SOCKET) if url.startswith(SOCKET) else ""
        place = urlsplit(url)
        self._address = (place.hostname or "", place.port or 80)
        self._host = "registrar" if self._path else place.netloc
        self._unused = deque[tuple[float, socket.socket]]()

    def post(self, path: str, content: bytes, secret: str, seconds: float) -> tuple[int, bytes]:
        """Ask, and return the answer's status and content.

        Args:
            content: JSON.
            seconds: how long each step of the answer may take.

        Raises:
            OSError, HTTPException: there was no whole answer. Whether the question arrived is not known.
        """
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {secret}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        connection = self._take()
        try:
            connection.settimeout(seconds)
            connection.sendall(head.encode("latin-1") + content)
            with HTTPResponse(connection, method="POST") as response:
                response.begin()
                answer = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._unused.append((time.monotonic(), connection))
        return response.status, answer

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._unused:
            self._unused.pop()[1].close()

    def _take(self) -> socket.socket:
        """A connection that was used before and is well, or a new one."""
        try:
            while True:
                used, connection = self._unused.pop()
                if time.monotonic() - used < _KEPT and not _is_readable(connection):
                    return connection
                connection.close()
        except IndexError:
            return self._connect()

    def _connect(self) -> socket.socket:
        if not self._path:
            return socket.create_connection(self._address, _CONNECT)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(_CONNECT)
            connection.connect(self._path)
        except BaseException:
            connection.close()
            raise
        return connection


def _is_readable(connection: socket.socket) -> bool:
    """Whether something came that nobody asked for: the other side's end."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
