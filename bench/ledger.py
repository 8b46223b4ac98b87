"""How fast the log takes entries, on either database, and how fast it serves tiles: as a share of a bare Starlette that
serves as many bytes from memory, by the same web server in the same run."""

from __future__ import annotations

import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import psutil
from rich.console import Console
from tests.postgresql import running as postgresql

from bench.measure import Figure
from bench.site import demonstration, running
from bench.web import Load, load
from egov_participation import rooms
from egov_participation.app import create_services
from egov_participation.database import Schema, migrate
from egov_participation.ledger import service
from egov_participation.services import Services
from egov_participation.settings import Settings

ENTRIES: Final = 10_000
VOTES: Final = 20
ROUNDS: Final = 5
SECONDS: Final = 1.5
RATE: Final = 1000.0
SHARE: Final = 0.70
TILE, BUNDLE, CHECKPOINT = "tile/0/000", "tile/entries/000", "checkpoint"


@dataclass(frozen=True)
class Taken:
    """What sequencing and publishing took for all entries."""

    seconds: float
    """By the clock on the wall."""
    processor: float
    """Of this process."""
    database: float
    """Of the database's, where it has processes of its own."""


def measure(console: Console) -> list[Figure]:
    """Entries a second that were entered before, until the last checkpoint is published; then tiles."""
    figures = []
    for name, taken in _sequencing(console).items():
        both = taken.processor + taken.database
        figures += [
            Figure(f"entries sequenced and published, {name}", ENTRIES / taken.seconds, "a second", at_least=RATE),
            Figure(f"the same, by processor time, {name}", ENTRIES / both, "a second of one core", at_least=RATE),
            Figure(f"… of which the database, {name}", 100 * taken.database / both, "%"),
        ]
    return [*figures, *_tiles(console)]


def _sequencing(console: Console) -> dict[str, Taken]:
    rooms.load("models")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="egov-bench-")))
        server = stack.enter_context(postgresql(folder / "lock"))
        urls = {"SQLite": f"sqlite:///{folder / 'egov.sqlite3'}", "PostgreSQL": server.create("bench")}
        found = {}
        for name, url in urls.items():
            with console.status(f"Sequencing {ENTRIES} entries, {name}"), _services(folder / name, url) as services:
                _enter(services)
                found[name] = _publish(services, int((server.data / "postmaster.pid").read_text().split()[0]))
        return found


@contextmanager
def _services(folder: Path, url: str) -> Iterator[Services]:
    folder.mkdir()
    settings = Settings(
        database_url=url,
        keys_dir=folder / "keys",
        registrar_database_url=f"sqlite:///{folder / 'registrar.sqlite3'}",
        registrar_keys_dir=folder / "registrar-keys",
    )
    migrate(settings.database_url)
    migrate(settings.registrar_database_url, Schema.REGISTRAR)
    services = create_services(settings)
    try:
        yield services
    finally:
        services.registrar.close()
        services.database.close()


def _enter(services: Services) -> None:
    """Ballots of votes that are open at the same time."""
    service.publish(services)  # the key, and the first checkpoint
    with services.database.uow() as tx:
        for number in range(ENTRIES):
            height, vote = divmod(number, VOTES)
            uuid = f"Bench{vote:09}".replace("0", "z")
            hash_ = f"{number:064x}"
            ballot = {"vote": uuid, "height": height + 1, "event": "Ballot", "hash": hash_}
            service.enter(tx, {"type": "vote.event", "version": 1, **ballot})
        tx.commit()


def _publish(services: Services, postmaster: int) -> Taken:
    def spent() -> tuple[float, float]:
        server = psutil.Process(postmaster)
        own = sum(psutil.Process().cpu_times()[:2])
        return own, sum(sum(process.cpu_times()[:2]) for process in (server, *server.children()))

    before, began = spent(), time.perf_counter()
    service.publish(services)
    seconds, after = time.perf_counter() - began, spent()
    if f"\n{ENTRIES}\n".encode() not in service.checkpoint(services):
        raise RuntimeError("not everything was published")
    return Taken(seconds, after[0] - before[0], after[1] - before[1])


def _tiles(console: Console) -> list[Figure]:
    with console.status("The demonstration's database"):
        folder = demonstration()
    with ExitStack() as stack, console.status("Tiles") as status:
        bare = stack.enter_context(running(_port(), "bare"))
        log = stack.enter_context(running(_port(), "whole", folder, 1))
        cold = stack.enter_context(running(_port(), "whole", folder, 0))
        sizes = {name: len(urlopen(f"{log.origin}/log/{name}").read()) for name in (TILE, BUNDLE, CHECKPOINT)}
        contestants = {
            **{f"bare {name}": (bare, f"/bytes?{size}") for name, size in sizes.items()},
            **{name: (log, f"/log/{name}") for name in sizes},
            **{f"{name}, from the database each time": (cold, f"/log/{name}") for name in (TILE, BUNDLE)},
        }
        loads: dict[str, list[Load]] = {name: [] for name in contestants}
        for number in range(ROUNDS + 1):
            status.update(f"Tiles, round {number} of {ROUNDS}")
            for name, (server, path) in contestants.items():
                found = load(server, path, SECONDS)
                if number:  # the first one warms up
                    loads[name].append(found)
    limits = dict.fromkeys((TILE, BUNDLE), SHARE)
    return [
        Figure(f"{name}, share of a bare answer", _share(loads, name), at_least=limits.get(name))
        for name in contestants
        if not name.startswith("bare")
    ]


def _share(loads: dict[str, list[Load]], name: str) -> float:
    bare = loads[f"bare {name.partition(',')[0]}"]
    return statistics.median(one.rate / other.rate for one, other in zip(loads[name], bare, strict=True))


def _port() -> int:
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])
