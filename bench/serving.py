"""``egov serve`` and ``egov registrar serve`` as an operator starts them, on PostgreSQL that waits for the disk; and a
client that posts one prepared request after another."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast
from urllib.request import Request, urlopen

import psutil
from psycopg import sql
from tests.postgresql import PostgreSQL

from egov_participation.settings import Settings

PROCESSES: Final = 2
CONNECTIONS: Final = 12
"""Of each process."""
PATIENCE: Final = 240.0
MAIN: Final = "https://vote.example.org"
BOOTH: Final = "https://booth.example.org"
"""A proxy that speaks TLS would stand before the processes; here the load speaks to them as it would."""


@dataclass(frozen=True)
class Site:
    """The web server that was started."""

    port: int
    process: psutil.Process
    registrar: psutil.Process


def in_earnest(server: PostgreSQL) -> None:
    """The tests' server does not wait for the disk; this one does from here on."""
    with server.connect("postgres") as connection:
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def environment_of(settings: Settings, folder: Path) -> dict[str, str]:
    """What the processes are told; makes the secret that platform and registrar share."""
    (folder / "secret").write_text(secrets.token_urlsafe(32))
    (folder / "secret").chmod(0o600)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "EGOV_DATABASE_URL": settings.database_url,
        "EGOV_KEYS_DIR": str(settings.keys_dir),
        "EGOV_BASE_URL": settings.base_url,
        "EGOV_BOOTH_URL": settings.booth_url,
        "EGOV_MAIL_FROM": "no-reply@vote.example.org",
        "EGOV_CONTACT": "help@vote.example.org",
        "EGOV_TRUSTED_PROXIES": "127.0.0.1",
        "EGOV_WORKER": "false",
        "EGOV_REGISTRAR_URL": f"unix:{folder / 'registrar.sock'}",
        "EGOV_REGISTRAR_TOKEN_FILE": str(folder / "secret"),
        "EGOV_REGISTRAR_DATABASE_URL": settings.registrar_database_url,
        "EGOV_REGISTRAR_KEYS_DIR": str(settings.registrar_keys_dir),
    }


@contextmanager
def web(settings: Settings, folder: Path, *, worker: bool = False) -> Iterator[Site]:
    """The site with two processes and the registrar.

    Args:
        worker: whether a process does the background jobs, as ``egov worker``.
    """
    port = free_port()
    environment = environment_of(settings, folder)
    egov = Path(sys.executable).with_name("egov")
    commands: list[list[str | Path]] = [
        [egov, "registrar", "serve"],
        [egov, "serve", "--port", str(port), "--workers", str(PROCESSES)],
    ]
    if worker:
        commands.append([egov, "worker"])
    with (folder / "log").open("wb") as log:
        started = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for command in commands]
        try:
            end = time.monotonic() + PATIENCE
            while not (answers(port) and (folder / "registrar.sock").exists()):
                if any(process.poll() is not None for process in started) or time.monotonic() > end:
                    raise RuntimeError((folder / "log").read_text())
                time.sleep(0.1)
            registrar, site = (psutil.Process(process.pid) for process in started[:2])
            yield Site(port, site, registrar)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(PATIENCE)


def free_port() -> int:
    """One that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def answers(port: int, path: str = "/ready") -> bool:
    """Whether somebody answers there."""
    try:
        urlopen(
            Request(f"http://127.0.0.1:{port}{path}", headers={"Host": MAIN.removeprefix("https://")}), timeout=5
        ).close()
    except OSError:
        return False
    return True


def processor(process: psutil.Process) -> float:
    """Seconds of processor time of a process and those that it started, the ended ones too."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def postmaster(server: PostgreSQL) -> psutil.Process:
    """The process of a server that all its others come from."""
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


class _Poster(asyncio.Protocol):
    """One connection, over which one request after another is posted."""

    def __init__(self, requests: Iterator[bytes], expected: bytes, failures: list[str]) -> None:
        self._requests, self._expected, self._failures = requests, expected, failures
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self.over.done():
            self.over.set_result(None)
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if not end or len(body) < size:
            return
        if not head.startswith(self._expected):
            self._failures.append(self._buffer.decode(errors="replace"))
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("closed in the middle"))


async def post(
    port: int, requests: Sequence[bytes], expected: int, connections: int = PROCESSES * CONNECTIONS
) -> float:
    """Seconds until each request was answered with that status.

    Raises:
        RuntimeError: one was not.
    """
    loop, queue, failures = asyncio.get_running_loop(), iter(requests), list[str]()
    begins = f"HTTP/1.1 {expected}".encode()
    start = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Poster(queue, begins, failures), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.wait_for(asyncio.gather(*(poster.over for _, poster in made)), 10 * PATIENCE)
    if failures:
        raise RuntimeError(failures[0])
    return time.perf_counter() - start


async def post_at_pace(
    port: int, requests: Sequence[bytes], expected: int, rate: float, connections: int = 200
) -> list[float]:
    """Post so many requests a second, each at its moment whether earlier ones were answered or not.

    Returns:
        Seconds from each one's moment to its answer.

    Raises:
        RuntimeError: one was answered otherwise.
    """
    begins, waits, failures = f"HTTP/1.1 {expected}".encode(), list[float](), list[str]()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            moment, request = await queue.get()
            if not request:
                break
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            await reader.readexactly(size)
            waits.append(time.perf_counter() - moment)
            if not head.startswith(begins):
                failures.append(head.decode(errors="replace"))
        writer.close()

    posters = [asyncio.create_task(one()) for _ in range(connections)]
    await asyncio.sleep(0.5)
    start = time.perf_counter()
    for number, request in enumerate(requests):
        moment = start + number / rate
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        queue.put_nowait((moment, request))
    for _ in posters:
        queue.put_nowait((0.0, b""))
    await asyncio.wait_for(asyncio.gather(*posters), 10 * PATIENCE)
    if failures:
        raise RuntimeError(failures[0])
    return waits
