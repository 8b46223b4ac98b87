"""Casting as voters do it: over HTTP, two web processes, PostgreSQL, the load made on the same two cores.

What verification alone allows is measured on the same ballots in turn, by two processes that do nothing else. Of what a
cast takes beyond it, nothing is left out: the session, the registrar's word, the archive's head, the mail of alarm, the
receipt, and the disk, for which PostgreSQL waits at every commit as it does in earnest.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import multiprocessing
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Final, cast
from urllib.request import Request, urlopen

import psutil
import uvloop
from psycopg import sql
from rich.console import Console
from tests.postgresql import PostgreSQL, running
from tests.voting.making import MadeVote, make_vote, verified

from bench.measure import Figure
from egov_crypto import ballot
from egov_crypto.election import Election
from egov_crypto.question import Question
from egov_participation import keyring, rooms
from egov_participation.app import create_services
from egov_participation.database import Schema, UnitOfWork, migrate
from egov_participation.identity.models import LoginSession
from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.identity.service.tokens import hash_token
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.web.csrf import HEADER

VOTERS: Final = int(os.environ.get("BENCH_VOTERS", "3000"))
ROUNDS: Final = 5
PROCESSES: Final = 2
CONNECTIONS: Final = 12
"""Of each process."""
PATIENCE: Final = 240.0
SHARE: Final = 0.40
MAIN: Final = "https://vote.example.org"
BOOTH: Final = "https://booth.example.org"
"""A proxy that speaks TLS would stand before the processes; here the load speaks to them as it would."""
FIVE: Final = Question(("A", "B", "C", "D", "E"), "?", 1, 1, blank=False)


@dataclass(frozen=True)
class Prepared:
    """An open vote with a ballot of each voter and what the voter's browser would send along."""

    services: Services
    vote: MadeVote
    ballots: list[bytes]
    requests: list[bytes]


@dataclass(frozen=True)
class Site:
    """The web server that was started."""

    port: int
    process: psutil.Process
    registrar: psutil.Process


@dataclass(frozen=True)
class Round:
    """How many a second, and seconds of processor time each: of verifying, and of casting (all processes)."""

    verified: float
    verified_cost: float
    cast: float
    cast_cost: float
    web_cost: float
    registrar_cost: float
    database_cost: float


def measure(console: Console) -> list[Figure]:
    """The share, and what it is made of: medians of rounds."""
    folder = Path(tempfile.mkdtemp(prefix="egov-bench-"))
    try:
        with running(folder / "lock") as server, console.status("Casting: voters and their ballots") as status:
            prepared = _prepare(server, folder)
            _in_earnest(server)
            with _pool(prepared.vote.election) as pool, _web(prepared, folder) as site:
                rounds = []
                size = len(prepared.ballots) // (ROUNDS + 1)
                for number in range(ROUNDS + 1):
                    status.update(f"Casting: round {number} of {ROUNDS}")
                    found = _round(prepared, pool, site, server, slice(number * size, (number + 1) * size))
                    if number:  # the first one warms up
                        rounds.append(found)
            _check(prepared, size * (ROUNDS + 1))
    finally:
        shutil.rmtree(folder)

    def median(name: str) -> float:
        return float(statistics.median(getattr(found, name) for found in rounds))

    share = statistics.median(found.cast / found.verified for found in rounds)
    # The same as processor time: hardly touched by what else the machine does.
    cheap = statistics.median(found.verified_cost / found.cast_cost for found in rounds)
    return [
        Figure("verifying alone, two processes", median("verified"), "ballots a second"),
        Figure("casting over HTTP, two web processes", median("cast"), "ballots a second"),
        Figure("casting / verifying alone", share, at_least=SHARE),
        Figure("the same, by processor time", cheap),
        Figure("one ballot verified, processor time", 1000 * median("verified_cost"), "ms"),
        Figure("one ballot cast, processor time of all processes", 1000 * median("cast_cost"), "ms"),
        Figure("… of which the web processes", 1000 * median("web_cost"), "ms"),
        Figure("… of which the registrar", 1000 * median("registrar_cost"), "ms"),
        Figure("… of which the database", 1000 * median("database_cost"), "ms"),
    ]


def _prepare(server: PostgreSQL, folder: Path) -> Prepared:
    rooms.load("models")
    settings = Settings(
        database_url=server.create("bench"),
        keys_dir=folder / "keys",
        base_url=MAIN,
        booth_url=BOOTH,
        registrar_database_url=f"sqlite:///{folder / 'registrar.sqlite3'}",
        registrar_keys_dir=folder / "registrar-keys",
        worker=False,
    )
    migrate(settings.database_url)
    migrate(settings.registrar_database_url, Schema.REGISTRAR)
    services = create_services(settings)
    vote = make_vote(services, voters=VOTERS, trustees=1, questions=[FIVE], lasts=timedelta(days=1))
    with _pool(vote.election) as pool:
        ballots = pool.map(_make, enumerate(vote.credentials), chunksize=32)
    key = keyring.secret(settings.keys_dir, "csrf")
    requests = []
    with services.database.uow() as tx:
        for person, raw in zip(vote.people, ballots, strict=True):
            token = _enter(services, tx, person, vote.uuid)
            proof = hmac.new(key, hashlib.sha256(token.encode()).hexdigest().encode(), hashlib.sha256).hexdigest()
            requests.append(_request(vote.uuid, token, proof, raw))
        tx.commit()
    return Prepared(services, vote, ballots, requests)


def _enter(services: Services, tx: UnitOfWork, person: str, vote: str) -> str:
    """Open a booth's session as the door does, without the door; its token."""
    now = services.clock()
    main = sessions.open_main(tx, person, assurance=1, method=Method.MAILED_CODE, agent="bench", replaced=None, now=now)
    tx.flush()
    row = tx.get(LoginSession, hash_token(main))
    assert row is not None
    return sessions.open_booth(tx, row, vote, now)


def _request(vote: str, token: str, proof: str, raw: bytes) -> bytes:
    """A cast as the booth's program sends it."""
    head = (
        f"POST /votes/{vote}/ballots HTTP/1.1",
        f"Host: {BOOTH.removeprefix('https://')}",
        f"Origin: {BOOTH}",
        "Sec-Fetch-Site: same-origin",
        "X-Forwarded-For: 203.0.113.7",
        "X-Forwarded-Proto: https",
        "Accept: */*",
        "Accept-Language: kk",
        "User-Agent: Mozilla/5.0 (bench)",
        f"Cookie: __Host-booth={token}",
        f"{HEADER}: {proof}",
        "Content-Type: application/json",
        f"Content-Length: {len(raw)}",
    )
    return "\r\n".join((*head, "", "")).encode() + raw


def _in_earnest(server: PostgreSQL) -> None:
    """The tests' server does not wait for the disk; this one does from here on."""
    with server.connect("postgres") as connection:
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


@contextmanager
def _web(prepared: Prepared, folder: Path) -> Iterator[Site]:
    """``egov serve`` with two processes and ``egov registrar serve``, as an operator starts them."""
    settings = prepared.services.settings
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "secret").write_text(secrets.token_urlsafe(32))
    (folder / "secret").chmod(0o600)
    environment = {
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
    egov = Path(sys.executable).with_name("egov")
    commands: list[list[str | Path]] = [
        [egov, "registrar", "serve"],
        [egov, "serve", "--port", str(port), "--workers", str(PROCESSES)],
    ]
    with (folder / "log").open("wb") as log:
        started = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for command in commands]
        try:
            end = time.monotonic() + PATIENCE
            while not (_answers(port) and (folder / "registrar.sock").exists()):
                if any(process.poll() is not None for process in started) or time.monotonic() > end:
                    raise RuntimeError((folder / "log").read_text())
                time.sleep(0.1)
            registrar, web = (psutil.Process(process.pid) for process in started)
            yield Site(port, web, registrar)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        urlopen(
            Request(f"http://127.0.0.1:{port}/ready", headers={"Host": MAIN.removeprefix("https://")}), timeout=5
        ).close()
    except OSError:
        return False
    return True


def _round(prepared: Prepared, pool: Pool, site: Site, server: PostgreSQL, part: slice) -> Round:
    """Verify a part of the ballots with two processes, then cast the same ones."""
    ballots, requests = prepared.ballots[part], prepared.requests[part]
    start = time.perf_counter()
    cost = sum(pool.imap_unordered(_verify, ballots, chunksize=8))
    verified_rate = len(ballots) / (time.perf_counter() - start)
    watched = (site.process, site.registrar, _postmaster(server))
    before = [_processor(process) for process in watched]
    own = time.process_time()
    seconds = uvloop.run(_cast(site.port, requests))
    load = time.process_time() - own
    web, registrar, database = (_processor(process) - earlier for process, earlier in zip(watched, before, strict=True))
    count = len(ballots)
    return Round(
        verified=verified_rate,
        verified_cost=cost / count,
        cast=count / seconds,
        cast_cost=(web + registrar + database + load) / count,
        web_cost=web / count,
        registrar_cost=registrar / count,
        database_cost=database / count,
    )


def _processor(process: psutil.Process) -> float:
    """Seconds of processor time of a process and those that it started, the ended ones too."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _postmaster(server: PostgreSQL) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


class _Voter(asyncio.Protocol):
    """One connection, over which one voter after another casts."""

    def __init__(self, requests: Iterator[bytes], failures: list[str]) -> None:
        self._requests, self._failures = requests, failures
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
        if not head.startswith(b"HTTP/1.1 201"):
            self._failures.append(self._buffer.decode(errors="replace"))
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("closed in the middle"))


async def _cast(port: int, requests: Sequence[bytes]) -> float:
    """Seconds until each request was answered with 201.

    Raises:
        RuntimeError: one was not.
    """
    loop, queue, failures = asyncio.get_running_loop(), iter(requests), list[str]()
    start = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Voter(queue, failures), "127.0.0.1", port)
        for _ in range(PROCESSES * CONNECTIONS)
    ]
    await asyncio.wait_for(asyncio.gather(*(voter.over for _, voter in made)), 10 * PATIENCE)
    if failures:
        raise RuntimeError(failures[0])
    return time.perf_counter() - start


def _check(prepared: Prepared, count: int) -> None:
    """What was counted here stands in the archive, and the archive verifies."""
    report = verified(prepared.services, prepared.vote.uuid).report
    if (report.ballots, report.voters) != (count, count):
        raise RuntimeError(f"{report.ballots} ballots stand in the archive, {count} were cast")


@contextmanager
def _pool(election: Election) -> Iterator[Pool]:
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _start, (election.raw,)) as pool:
        yield pool


_election: Election  # of a process of the pool, set once when it starts


def _start(raw: bytes) -> None:
    global _election
    _election = Election.parse(raw)


def _make(voter: tuple[int, str]) -> bytes:
    number, text = voter
    return ballot.make(_election, text, [[int(answer == number % 5) for answer in range(5)]])


def _verify(raw: bytes) -> float:
    start = time.process_time()
    ballot.parse_and_verify(_election, raw)
    return time.process_time() - start
