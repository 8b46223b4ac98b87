"""Casting as voters do it: over HTTP, two web processes, PostgreSQL, the load made on the same two cores.

What verification alone allows is measured on the same ballots in turn, by two processes that do nothing else. Of what a
cast takes beyond it, nothing is left out: the session, the registrar's word, the archive's head, the mail of alarm, the
receipt, and the disk, for which PostgreSQL waits at every commit as it does in earnest.
"""

from __future__ import annotations

import hashlib
import hmac
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console
from tests.postgresql import PostgreSQL, running
from tests.voting.making import MadeVote, make_vote, verified

from bench.measure import Figure
from bench.serving import BOOTH, MAIN, PROCESSES, Site, in_earnest, post, postmaster, processor, web
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
SHARE: Final = 0.40
FIVE: Final = Question(("A", "B", "C", "D", "E"), "?", 1, 1, blank=False)


@dataclass(frozen=True)
class Prepared:
    """An open vote with a ballot of each voter and what the voter's browser would send along."""

    services: Services
    vote: MadeVote
    ballots: list[bytes]
    requests: list[bytes]


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
            in_earnest(server)
            with _pool(prepared.vote.election) as pool, web(prepared.services.settings, folder) as site:
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


def _round(prepared: Prepared, pool: Pool, site: Site, server: PostgreSQL, part: slice) -> Round:
    """Verify a part of the ballots with two processes, then cast the same ones."""
    ballots, requests = prepared.ballots[part], prepared.requests[part]
    start = time.perf_counter()
    cost = sum(pool.imap_unordered(_verify, ballots, chunksize=8))
    verified_rate = len(ballots) / (time.perf_counter() - start)
    watched = (site.process, site.registrar, postmaster(server))
    before = [processor(process) for process in watched]
    own = time.process_time()
    seconds = uvloop.run(post(site.port, requests, 201))
    load = time.process_time() - own
    web, registrar, database = (processor(process) - earlier for process, earlier in zip(watched, before, strict=True))
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
