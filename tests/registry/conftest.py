"""A registry over HTTP: the server, and the platform's side of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.registry.server import TOKEN, RegistryServer, running

from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.service import Ages, HttpRegistry
from egov_participation.registry.service.client import Access, RegistryClient
from egov_participation.settings import Settings

AGES = Ages(fresh=timedelta(days=1), stale=timedelta(days=7), kept=timedelta(days=400))

ClientMaker = Callable[..., RegistryClient]


@pytest.fixture(scope="session")
def registry_server() -> Iterator[RegistryServer]:
    with running() as server:
        yield server


@pytest.fixture
def server(registry_server: RegistryServer) -> Iterator[RegistryServer]:
    yield registry_server
    registry_server.clear()


@pytest.fixture
def waits() -> list[float]:
    """How long the client has waited between attempts: nobody sleeps in a test."""
    return []


@pytest.fixture
def make_client(server: RegistryServer, tmp_path: Path, waits: list[float]) -> Iterator[ClientMaker]:
    """Clients of the server, closed at the end; ``url`` and ``token`` may be others.

    However busy the machine is, an answer that comes is taken: a test of a slow one says how ``patient`` the client is.
    """
    made: list[RegistryClient] = []

    def make(url: str = server.url, token: str = TOKEN, patient: float = 60) -> RegistryClient:
        token_file = tmp_path / "token"
        token_file.write_text(token + "\n", "ascii")
        access = Access(url, token_file, connect_seconds=60, answer_seconds=patient)
        made.append(RegistryClient(access, sleep=waits.append, chance=lambda: 0.0))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def http_registry(make_client: ClientMaker, database: Database, settings: Settings, clock: ManualClock) -> HttpRegistry:
    return HttpRegistry(make_client(), database, IinKeys.open(settings.keys_dir), clock, AGES)
