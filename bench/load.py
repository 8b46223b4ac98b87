"""A client that asks one address again and again over connections that stay open: as little work as possible, so that
what is measured is the server.

python -m bench.load URL SECONDS CONNECTIONS    prints how many answers came a second, and how many in all

With ``%d`` in the URL each request has another number there, so that nobody has its answer already.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from itertools import count, repeat
from typing import cast
from urllib.parse import urlsplit

import uvloop

_PATIENCE = 30.0
"""Seconds."""


class _Asker(asyncio.Protocol):
    """One connection: the next request leaves when the last answer is whole."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._buffer = b""
        self.answers = 0
        self.begun = asyncio.Event()
        self.over = False
        self.failure: str | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is one by its methods alone
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            self.failure = head.partition(b"\r\n")[0].decode()
        size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(self._buffer) < end + 4 + size:
            return
        self._buffer = b""
        self.answers += 1
        self.begun.set()
        assert self._transport is not None
        if self.over or self.failure:
            self._transport.close()
        else:
            self._transport.write(next(self._requests))


async def ask(url: str, seconds: float, connections: int) -> tuple[float, int]:
    """Answers a second, and how many there were in all.

    Raises:
        RuntimeError: an answer was not 200.
    """
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: text/html\r\n\r\n".encode()
    requests = (request % number for number in count()) if "%d" in target else repeat(request)
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Asker(requests), parts.hostname or "", parts.port or 80)
        for _ in range(connections)
    ]
    askers = [asker for _, asker in made]
    # Each has begun: what is counted is the pace, not the start.
    await asyncio.wait_for(asyncio.gather(*(asker.begun.wait() for asker in askers)), _PATIENCE)
    start, before = time.perf_counter(), sum(asker.answers for asker in askers)
    await asyncio.sleep(seconds)
    elapsed, after = time.perf_counter() - start, sum(asker.answers for asker in askers)
    for asker in askers:
        asker.over = True
    failures = {asker.failure for asker in askers} - {None}
    for transport, _ in made:
        transport.close()
    if failures:
        raise RuntimeError(f"{url}: {failures}")
    if after == before:
        raise RuntimeError(f"{url}: no answer")
    return (after - before) / elapsed, after


if __name__ == "__main__":
    print(*uvloop.run(ask(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
