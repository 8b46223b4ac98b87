"""Signing as people do it: over HTTP, two web processes, the registrar, PostgreSQL, the load made on the same cores.

The yardstick does the same writes and nothing else: a bare Starlette handler, in two processes too, that takes the
challenge away and puts the attestation into the registrar's database, then the signature and what the counts must add
into the platform's, with a commit for each. What a signing takes beyond it: the session, the form and its token, the
petition, the registrar on its line, the register, the code, the pseudonym, a made and a checked signature of Ed25519.

There are two of it. One writes by the driver alone. The other, which the figure is held against, writes through the
database layer that every handler of the platform goes through, and is as bare otherwise: the layer's own cost is that
of all pages, and no part of signing. A signing has less to write than either: those who sign at the same moment share
one commit in each database (`petitions.service.lane`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psutil
import psycopg
import uvloop
from rich.console import Console
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.engine import make_url
from sqlmodel import select
from tests.petitions.making import Petitions
from tests.postgresql import PostgreSQL, running

from bench.measure import Figure
from bench.serving import (
    BOOTH,
    MAIN,
    PATIENCE,
    PROCESSES,
    Site,
    answers,
    free_port,
    in_earnest,
    post,
    post_at_pace,
    postmaster,
    processor,
    web,
)  # fmt: skip
from egov_participation import keyring, rooms
from egov_participation.app import create_services
from egov_participation.database import Database, Schema, migrate, table_of
from egov_participation.identity.models import LoginSession
from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.petitions import keys
from egov_participation.petitions.models import Signature
from egov_participation.petitions.service import counting, signatures
from egov_participation.petitions.service.signatures import Promise
from egov_participation.registrar import rules as registrar_rules
from egov_participation.registrar.models import Asked, Attested
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.service.challenges import digest
from egov_participation.services import Services
from egov_participation.settings import Settings

ROUNDS: Final = 5
EACH: Final = int(os.environ.get("BENCH_SIGNERS", "600"))
"""Signers of a round."""
PACE, SECONDS = float(os.environ.get("BENCH_PACE", "330")), int(os.environ.get("BENCH_SECONDS", "60"))
"""Ten times the record of the United Kingdom's site, which is two thousand a minute."""
SHARE: Final = 0.50
CONNECTIONS: Final = 16
"""Of the load, on either side: with more the bare handler's threads wait for each other."""
CODE: Final = "00000000"


@dataclass(frozen=True)
class Prepared:
    """An open petition, and people who are signed in."""

    services: Services
    reference: str
    people: list[tuple[str, str, str]]
    """Person id, session's token, the forms' token."""


@dataclass(frozen=True)
class Round:
    """How many a second, and seconds of processor time each."""

    bare: float
    bare_cost: float
    layers: float
    layers_cost: float
    signed: float
    signed_cost: float
    web_cost: float
    registrar_cost: float
    database_cost: float


def measure(console: Console) -> list[Figure]:
    """The share, and what it is made of: medians of rounds; then the pace that is held."""
    folder = Path(tempfile.mkdtemp(prefix="egov-bench-"))
    paced = int(PACE * SECONDS)
    try:
        with running(folder / "lock") as server, console.status("Signing: people in the register") as status:
            prepared = _prepare(server, folder, (ROUNDS + 1) * EACH + paced)
            in_earnest(server)
            rounds = []
            settings = prepared.services.settings
            with web(settings, folder) as site, _bare(prepared, folder) as bare:
                for number in range(ROUNDS + 1):
                    status.update(f"Signing: round {number} of {ROUNDS}")
                    found = _round(prepared, bare, site, server, slice(number * EACH, (number + 1) * EACH))
                    if number:  # the first one warms up
                        rounds.append(found)
            status.update(f"Signing: {PACE:.0f} a second for {SECONDS} seconds")
            waits = _at_pace(prepared, folder, slice((ROUNDS + 1) * EACH, None)) if paced else []
            _check(prepared)
    finally:
        shutil.rmtree(folder)

    def median(name: str) -> float:
        return float(statistics.median(getattr(found, name) for found in rounds))

    def ratio(one: str, other: str) -> float:
        return float(statistics.median(getattr(found, one) / getattr(found, other) for found in rounds))

    held = [
        Figure(f"{PACE:.0f} a second for {SECONDS} s: half were answered within", 1000 * _share_of(waits, 0.5), "ms"),
        Figure("… 99 of 100 within", 1000 * _share_of(waits, 0.99), "ms", at_most=1000),
    ]
    return [
        Figure("a bare handler that does the same writes, by the driver alone", median("bare"), "a second"),
        Figure("the same through the platform's database layer", median("layers"), "a second"),
        Figure("signing over HTTP, two web processes and the registrar", median("signed"), "a second"),
        Figure("signing / the bare handler by the driver alone", ratio("signed", "bare")),
        Figure("the same, by processor time", ratio("bare_cost", "signed_cost")),
        Figure("signing / the bare handler through the layer", ratio("signed", "layers"), at_least=SHARE),
        Figure("the same, by processor time", ratio("layers_cost", "signed_cost")),
        Figure("one of the bare handler's, processor time", 1000 * median("bare_cost"), "ms"),
        Figure("… through the layer", 1000 * median("layers_cost"), "ms"),
        Figure("one signature, processor time of all processes", 1000 * median("signed_cost"), "ms"),
        Figure("… of which the web processes", 1000 * median("web_cost"), "ms"),
        Figure("… of which the registrar", 1000 * median("registrar_cost"), "ms"),
        Figure("… of which the database", 1000 * median("database_cost"), "ms"),
        *(held if waits else []),
    ]


def _share_of(waits: Sequence[float], share: float) -> float:
    return sorted(waits)[int(share * (len(waits) - 1))] if waits else 0.0


def _prepare(server: PostgreSQL, folder: Path, count: int) -> Prepared:
    rooms.load("models")
    settings = Settings(
        database_url=server.create("bench"),
        keys_dir=folder / "keys",
        base_url=MAIN,
        booth_url=BOOTH,
        registrar_database_url=server.create("bench_registrar"),
        registrar_keys_dir=folder / "registrar-keys",
        worker=False,
    )
    migrate(settings.database_url)
    migrate(settings.registrar_database_url, Schema.REGISTRAR)
    services = create_services(settings)
    petitions = Petitions(services)
    ids = petitions.residents(count)
    reference = petitions.make()
    key, now, people = keyring.secret(settings.keys_dir, "csrf"), services.clock(), []
    with services.database.uow() as tx:
        for person in ids:
            token = sessions.open_main(
                tx, person, assurance=1, method=Method.MAILED_CODE, agent="bench", replaced=None, now=now
            )
            proof = hmac.new(key, hashlib.sha256(token.encode()).hexdigest().encode(), hashlib.sha256).hexdigest()
            people.append((person, token, proof))
        tx.commit()
    return Prepared(services, reference, people)


def _requests(prepared: Prepared, part: slice) -> list[bytes]:
    """What the browsers of people send who hold the code that the registrar mailed."""
    registrar = prepared.services.registrar
    assert isinstance(registrar, LocalRegistrar)
    means, about, now = registrar.means, f"{prepared.reference} attest", prepared.services.clock()
    box, rows, requests = keys.box(prepared.services.settings.keys_dir), [], []
    for person, token, proof in prepared.people[part]:
        challenge, known = secrets.token_urlsafe(24), means.residents.person(person)
        assert known is not None
        rows.append(
            {
                "id_hash": digest(challenge),
                "about": about,
                "owner": means.vault.owner(prepared.reference, known[1].digits),
                "way": "code",
                "secret": means.vault.code_hash(challenge, CODE),
                "tries": 0,
                "created_at": now,
                "expires_at": now + registrar_rules.CHALLENGE_LIFETIME,
            }
        )
        form = {"csrf_token": proof, "challenge": challenge, "code": CODE, "shown": "yes", "tell": "no"}
        form["as"] = box.close("Сынақ С.", f"name:{prepared.reference}:{person}").hex()
        requests.append(_request(f"/en/petitions/{prepared.reference}/sign", token, urlencode(form).encode()))
    with means.database.uow() as tx:
        tx.session.execute(insert(table_of(Asked)), rows)
        tx.commit()
    with prepared.services.database.uow() as tx:  # they were on the page before a moment ago
        tx.session.execute(update(table_of(LoginSession)).values(last_seen_at=now))
        tx.commit()
    return requests


def _request(path: str, token: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1",
        f"Host: {MAIN.removeprefix('https://')}",
        f"Origin: {MAIN}",
        "Sec-Fetch-Site: same-origin",
        f"X-Forwarded-For: 203.0.{random.randrange(256)}.{random.randrange(256)}",
        "X-Forwarded-Proto: https",
        "Accept: text/html",
        "User-Agent: Mozilla/5.0 (bench)",
        f"Cookie: __Host-session={token}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _round(prepared: Prepared, bare: tuple[int, psutil.Process], site: Site, server: PostgreSQL, part: slice) -> Round:
    """The bare handler's writes and as many signatures; which goes first, changes."""
    count = part.stop - part.start
    requests = _requests(prepared, part)
    database = postmaster(server)
    found: dict[str, float] = {}

    def write(name: str, path: str) -> None:
        port, process = bare
        before, own = [processor(process), processor(database)], time.process_time()
        request = f"POST {path} HTTP/1.1\r\nHost: bare\r\nContent-Length: 0\r\n\r\n".encode()
        seconds = uvloop.run(post(port, [request] * count, 200, CONNECTIONS))
        spent = processor(process) - before[0] + processor(database) - before[1] + time.process_time() - own
        found.update({name: count / seconds, f"{name}_cost": spent / count})

    def sign() -> None:
        watched = (site.process, site.registrar, database)
        before, own = [processor(process) for process in watched], time.process_time()
        seconds = uvloop.run(post(site.port, requests, 303, CONNECTIONS))
        load = time.process_time() - own
        costs = [processor(process) - earlier for process, earlier in zip(watched, before, strict=True)]
        found.update(signed=count / seconds, signed_cost=(sum(costs) + load) / count)
        found.update(zip(("web_cost", "registrar_cost", "database_cost"), (c / count for c in costs), strict=True))

    turns: list[Callable[[], None]] = [partial(write, "bare", "/"), partial(write, "layers", "/layers"), sign]
    for each in turns if part.start // count % 2 else reversed(turns):
        each()
    return Round(**found)


def _at_pace(prepared: Prepared, folder: Path, part: slice) -> list[float]:
    """Seconds that each waited, with the worker that counts, enters and publishes meanwhile."""
    requests = _requests(prepared, part)
    with web(prepared.services.settings, folder, worker=True) as site:
        return uvloop.run(post_at_pace(site.port, requests, 303, PACE))


def _check(prepared: Prepared) -> None:
    """Everybody's signature is there once, and counted."""
    while counting.count(prepared.services):
        pass
    with prepared.services.database.read() as session:
        rows = session.exec(select(Signature.pseudonym)).all()
    if len(set(rows)) != len(rows) or len(rows) < ROUNDS * EACH:
        raise RuntimeError(f"{len(rows)} signatures stand there of {len(set(rows))} people")


# -- the yardstick -----------------------------------------------------------------------------------------------------

_ATTESTATION: Final = """INSERT INTO registrar_attestation
 (petition, owner, turn, act, pseudonym, sealed_iin, day, region, form, waiting_since)
 VALUES (%s, %s, 1, 'attest', %s, %s, %s, 'KZ-75', '', now())"""
_CHALLENGE: Final = "DELETE FROM registrar_challenge WHERE id_hash = %s"
_SIGNATURE: Final = """WITH put AS (INSERT INTO petition_signature
 (petition_id, person_hash, person_sealed, pseudonym, region, day, signed_at, name, way, state, code, network, promise)
 VALUES (%s, %s, %s, %s, 'KZ-75', %s, now(), 'Сынақ С.', 'electronic', 'valid', '', %s, %s)
 ON CONFLICT DO NOTHING RETURNING petition_id, region, day, way)
 INSERT INTO petition_delta (petition_id, region, day, way, change)
 SELECT petition_id, region, day, way, 1 FROM put"""


def write(platform: psycopg.Connection[Any], registrar: psycopg.Connection[Any], petition: int, reference: str) -> None:
    """What a signing writes, with a commit in each database."""
    owner, pseudonym, today = secrets.token_bytes(32), secrets.token_bytes(64), date(2026, 11, 28)
    with registrar.transaction():
        registrar.execute(_CHALLENGE, (owner,))
        registrar.execute(_ATTESTATION, (reference, owner, pseudonym, secrets.token_bytes(72), today))
    values = (
        petition,
        owner,
        secrets.token_bytes(72),
        pseudonym,
        today,
        secrets.token_bytes(16),
        secrets.token_bytes(400),
    )
    with platform.transaction():
        platform.execute(_SIGNATURE, values)


def write_in_layers(platform: Database, registrar: Database, petition: int, reference: str) -> None:
    """The same through `Database.uow`."""
    owner, pseudonym, today = secrets.token_bytes(32), secrets.token_bytes(64), date(2026, 11, 28)
    now, sealed = datetime.now(UTC), secrets.token_bytes(72)
    values = {
        "petition": reference,
        "owner": owner,
        "turn": 1,
        "act": "attest",
        "pseudonym": pseudonym,
        "sealed_iin": sealed,
        "day": today,
        "region": "KZ-75",
        "form": "",
        "waiting_since": now,
    }
    with registrar.uow() as tx:
        tx.session.execute(_DELETED, {"id": owner})
        tx.session.execute(_ATTESTED, values)
        tx.commit()
    promise = Promise(secrets.token_bytes(400), pseudonym, today, "KZ-75")
    row = signatures.row_of(petition, promise, now, person_hash=owner, person_sealed=sealed, name="Сынақ С.")
    with platform.uow() as tx:
        signatures.put(tx, row)
        tx.commit()


_DELETED: Final = delete(table_of(Asked)).where(table_of(Asked).c.id_hash == bindparam("id"))
_ATTESTED: Final = insert(table_of(Attested))


@contextmanager
def _bare(prepared: Prepared, folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """`bench.bare_signing` in two processes, on a petition of its own; its port and the process."""
    petitions = Petitions(prepared.services)
    reference = petitions.make()
    port, settings = free_port(), prepared.services.settings
    environment = os.environ | {
        "BARE_PLATFORM": _dsn(settings.database_url),
        "BARE_REGISTRAR": _dsn(settings.registrar_database_url),
        "BARE_PLATFORM_URL": settings.database_url,
        "BARE_REGISTRAR_URL": settings.registrar_database_url,
        "BARE_PETITION": reference,
        "BARE_PETITION_ID": str(petitions.id(reference)),
    }
    command = [
        *(sys.executable, "-m", "uvicorn", "bench.bare_signing:app", "--port", str(port), "--workers", str(PROCESSES)),
        *("--no-access-log", "--log-level", "error"),
    ]
    with (folder / "bare-log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            end = time.monotonic() + PATIENCE
            while not answers(port, "/ready"):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((folder / "bare-log").read_text())
                time.sleep(0.1)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
