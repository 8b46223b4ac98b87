"""A server that never comes to an end: it sends a byte at a time, for half a minute."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HEADS = {"head": b"HTTP/1.1 200 OK\r\nX: ", "body": b"HTTP/1.1 200 OK\r\n\r\n"}
"""What it sends at once, so that the bytes after it are in the middle of the head or of the body."""


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """Its address, for one connection."""
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(head)
            try:
                for _ in range(1500):
                    if ended.wait(0.02):
                        break
                    connection.sendall(b" ")
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()
