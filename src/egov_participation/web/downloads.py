"""Files that are sent while they are made, to whoever reads them, however slowly.

A download holds a thread only while a piece is made, never while one is read: whoever reads slowly keeps nobody from
a file. Pieces of all files are made by few threads, in turn: many downloads slow each other, and not the pages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Final

from anyio import CapacityLimiter, move_on_after, to_thread
from anyio.lowlevel import RunVar
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

MAKERS: Final = 4
"""Threads that make pieces, of the forty of a process."""
PATIENCE: Final = 600.0
"""Seconds after which a reader who takes nothing is left. Linux says that there is room again only when a third of what
may wait in a connection is gone, which is up to four megabytes: so phones at three kilobytes a second are not idle.
"""
_TAKEN: Final = 2**16

_makers: RunVar[CapacityLimiter] = RunVar("makers of downloads")


class Download(StreamingResponse):
    """What `pieces` yields, which are made in threads, one after the other."""

    def __init__(
        self,
        pieces: Iterable[bytes],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(_slices(iter(pieces)), status_code, headers, media_type)
        self._patience = patience

    async def stream_response(self, send: Send) -> None:
        """Send all of it; a reader who takes nothing for too long gets no more, and sees that it is not the whole."""

        async def patiently(message: Message) -> None:
            with move_on_after(self._patience) as waiting:
                await send(message)
            if waiting.cancelled_caught:
                raise _NobodyReads

        try:
            await super().stream_response(patiently)
        except _NobodyReads:
            return  # the server closes a connection whose answer has no end


class _NobodyReads(Exception):
    """A reader took nothing for too long; not a timeout of what makes the pieces, which is a fault."""


async def _slices(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces in such parts that a slow reader is no idle one."""
    limiter = _makers.get(None)
    if limiter is None:
        _makers.set(limiter := CapacityLimiter(MAKERS))
    while (piece := await to_thread.run_sync(next, pieces, None, limiter=limiter)) is not None:
        for start in range(0, len(piece), _TAKEN):
            yield piece[start : start + _TAKEN]
