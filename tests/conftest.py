"""The fixtures of every test: a migrated database of its own, a clock that stands, mails that go nowhere, the app."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from egov_participation import rooms
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database, migrate
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.settings import Settings

ClientFactory = Callable[..., TestClient]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.for_tests(tmp_path)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once a worker; every test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "egov.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(settings: Settings, migrated: Path) -> Iterator[Database]:
    shutil.copy(migrated, settings.database_url.removeprefix("sqlite:///"))
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def clock() -> ManualClock:
    """Stands at noon of 6 October 2024 in Astana, until a test moves it."""
    return ManualClock(datetime(2024, 10, 6, 7, 0, tzinfo=UTC))


@pytest.fixture
def outbox() -> NullMailer:
    """Its ``sent`` are the mails that the worker has sent."""
    return NullMailer()


@pytest.fixture
def services(settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer) -> Services:
    return create_services(settings, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def worker(services: Services) -> Worker:
    """Call ``run_due()``: nothing is done in the background of a test."""
    rooms.load("tasks")
    return Worker(services)


@pytest.fixture
def app(services: Services) -> Starlette:
    return create_app(services.settings, services=services, debug=True)


@pytest.fixture
def new_client() -> ClientFactory:
    """Makes a browser: ``new_client(app)`` at the main site, ``new_client(app, booth=True)`` at the booth."""

    def make(app: Starlette, *, booth: bool = False) -> TestClient:
        settings: Settings = app.state.services.settings
        origin = settings.booth_url if booth else settings.base_url
        headers = {
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "en",
            "Origin": origin,
            "Sec-Fetch-Site": "same-origin",
        }
        return TestClient(app, base_url=origin, headers=headers, follow_redirects=False)

    return make


@pytest.fixture
def client(app: Starlette, new_client: ClientFactory) -> TestClient:
    """A browser at the main site; it follows no redirects, so that a test sees each step."""
    return new_client(app)


@pytest.fixture
def booth(app: Starlette, new_client: ClientFactory) -> TestClient:
    """A browser at the booth's host, with cookies of its own."""
    return new_client(app, booth=True)
