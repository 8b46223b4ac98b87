"""A petition's page with a million signatures beside the same page with a hundred: it must not take longer.

Both are made anew for each request, by ``egov serve`` with two processes on PostgreSQL. The rows are invented by the
database itself: no page looks at more than a day's names.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console
from sqlalchemy import text
from tests.petitions.making import Petitions
from tests.postgresql import running

from bench.measure import Figure
from bench.serving import BOOTH, MAIN, post, web
from egov_participation import rooms
from egov_participation.app import create_services
from egov_participation.database import Schema, migrate
from egov_participation.petitions.service import counting
from egov_participation.services import Services
from egov_participation.settings import Settings

FEW, MANY = 100, 1_000_000
ROUNDS: Final = 7
EACH: Final = 100
"""Pages of each in a round."""
PAGES: Final = {"page": "", "list of signers": "/signers", "data": "/by-region.csv"}
_PUT: Final = """INSERT INTO petition_signature
 (petition_id, person_hash, pseudonym, region, day, signed_at, name, way, state, code, promise)
 SELECT :petition, sha256(n::text::bytea), sha512(n::text::bytea),
  'KZ-' || (ARRAY['10', '11', '15', '19', '23', '27', '31', '33', '35', '39', '43', '47', '55', '71'])[1 + n % 14],
  current_date - (n % 90), now() - interval '1 day' * (n % 90), 'Айгүл С.', 'electronic', 'valid', '', '\\x00'
 FROM generate_series(1, :count) AS n"""


def measure(console: Console) -> list[Figure]:
    """The ratio of times, as medians of rounds in which each took its turn."""
    folder = Path(tempfile.mkdtemp(prefix="egov-bench-"))
    try:
        with running(folder / "lock") as server, console.status("Petitions' pages: a million signatures"):
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
            few, many = (_petition(services, count) for count in (FEW, MANY))
            found: dict[str, list[float]] = {name: [] for name in PAGES}
            with web(settings, folder) as site:
                for number in range(ROUNDS + 1):
                    for name, below in PAGES.items():
                        times = {}
                        for one in (few, many) if number % 2 else (many, few):
                            path = f"/petitions/{one}{below}" if "." in below else f"/en/petitions/{one}{below}"
                            requests = [_request(f"{path}?n={number * EACH + place}") for place in range(EACH)]
                            times[one] = uvloop.run(post(site.port, requests, 200))
                        if number:  # the first one warms up
                            found[name].append(times[many] / times[few])
    finally:
        shutil.rmtree(folder)
    return [
        Figure(
            f"a petition's {name}: with {MANY:,} signatures / with {FEW}",
            statistics.median(ratios),
            at_most=1.2 if name == "page" else None,
        )
        for name, ratios in found.items()
    ]


def _petition(services: Services, count: int) -> str:
    petitions = Petitions(services)
    reference = petitions.make()
    with services.database.uow() as tx:
        tx.session.execute(text(_PUT), {"petition": petitions.id(reference), "count": count})
        tx.commit()
    counting.put_right(services, petitions.id(reference))
    with services.database.uow() as tx:
        tx.session.execute(text("ANALYZE petition_signature"))
        tx.commit()
    return reference


def _request(path: str) -> bytes:
    head = (
        f"GET {path} HTTP/1.1",
        f"Host: {MAIN.removeprefix('https://')}",
        "X-Forwarded-For: 203.0.113.7",
        "X-Forwarded-Proto: https",
        "Accept: text/html",
    )
    return "\r\n".join((*head, "", "")).encode()
