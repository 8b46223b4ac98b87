"""Whoever downloads slowly, or takes nothing any more, keeps nobody from a file, and holds nothing for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from starlette.types import Message

from egov_participation.web.downloads import MAKERS, PATIENCE, Download

_SCOPE = {"type": "http", "asgi": {"spec_version": "2.3"}}
"""As uvicorn says it."""


def in_loop(function: Callable[..., Awaitable[None]], *arguments: object) -> None:
    """Run it in a thread: in this one the loop of the browser's tests is running."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(anyio.run, function, *arguments).result()


class _Reader:
    """A connection: what was sent to it, and whether it takes any of the file."""

    def __init__(self, *, takes: bool) -> None:
        self.takes = takes
        self.stalled = anyio.Event()
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "http.response.body" and not self.takes:
            self.stalled.set()
            await anyio.sleep_forever()

    async def receive(self) -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    @property
    def got(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def has_all(self) -> bool:
        return self.sent[-1].get("more_body") is False


def test_many_who_take_nothing_keep_nobody_from_a_file() -> None:
    idle, reader = [_Reader(takes=False) for _ in range(3 * MAKERS)], _Reader(takes=True)

    async def download() -> None:
        async with anyio.create_task_group() as others:
            for one in idle:
                others.start_soon(Download([b"a", b"b"]), _SCOPE, one.receive, one.send)
            for one in idle:
                await one.stalled.wait()
            with anyio.fail_after(30):
                await Download([b"a", b"b"])(_SCOPE, reader.receive, reader.send)
            others.cancel_scope.cancel()

    in_loop(download)
    assert (reader.got, reader.has_all) == (b"ab", True)
    assert not any(one.has_all for one in idle)


def test_who_takes_nothing_is_left_and_nothing_more_is_made_for_them() -> None:
    made: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            made.append(number)
            yield b"x" * 1_000_000

    reader = _Reader(takes=False)
    in_loop(Download(pieces(), patience=0.0), _SCOPE, reader.receive, reader.send)
    assert made == [0]
    assert not reader.has_all, "the server closes the connection: whoever reads on sees that the file is cut off"
    assert len(reader.got) <= 2**16, "so little that a slow reader is no idle one"


def test_what_makes_the_file_may_fail_and_that_is_not_taken_for_a_reader_who_left() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise TimeoutError("the database")

    reader = _Reader(takes=True)
    with pytest.raises(TimeoutError, match="the database"):
        in_loop(Download(pieces()), _SCOPE, reader.receive, reader.send)
    assert not reader.has_all


def test_a_file_is_sent_whole_in_small_parts() -> None:
    reader = _Reader(takes=True)
    pieces = [bytes([number]) * 150_000 for number in range(3)]
    in_loop(Download(pieces), _SCOPE, reader.receive, reader.send)
    assert reader.has_all
    assert reader.got == b"".join(pieces)
    assert max(len(message.get("body", b"")) for message in reader.sent) <= 2**16


def test_a_phone_at_the_edge_of_the_net_is_no_idle_reader() -> None:
    room = 4 * 2**20 // 3  # bytes that are gone before Linux says that there is room again, with its own defaults
    assert room / PATIENCE < 3_000, "bytes a second"
