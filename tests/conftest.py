"""The fixtures of every test: a migrated database of its own, a clock that stands, mails that go nowhere, the app.

A test that uses ``database`` (or what is built on it) runs on SQLite and on PostgreSQL if it lies in one of the folders
of `ON_BOTH` or is marked ``both``; all others run on SQLite. A test of SQLite's or PostgreSQL's own ways is marked so.
``--databases=sqlite`` leaves PostgreSQL out, for a quick look.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.disk import Disk, PostgreSQLDisk, SQLiteDisk
from tests.officials import citizen as citizen
from tests.officials import more_people as more_people
from tests.officials import official as official
from tests.postgresql import TestDatabase, running

from egov_participation import database as database_module
from egov_participation import rooms
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database, Schema, migrate
from egov_participation.engines import set_up_sqlite
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.results import pdf
from egov_participation.services import Services
from egov_participation.settings import Settings

ClientFactory = Callable[..., TestClient]

DATABASES = ("sqlite", "postgresql")
_NONE = SimpleNamespace(params={})
_NOWHERE = Path("/folder-of-a-test")
ON_BOTH = {
    *("foundation", "identity", "registry", "registrar", "voting", "roles", "notices", "search", "contact", "desk"),
    *("jurisdiction", "office", "operation", "postgres", "incidents", "commission", "ledger", "petitions"),
    "consultations",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--databases", default=",".join(DATABASES), help="sqlite, postgresql or both, with a comma")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that touches the database on each of the databases that it is for."""
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", databases_of(metafunc.definition), indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what ``--databases`` does not name."""
    unwanted = set(DATABASES) - set(config.getoption("--databases").split(","))
    left_out = [item for item in items if getattr(item, "callspec", _NONE).params.get("database_kind") in unwanted]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def databases_of(test: pytest.Item) -> tuple[str, ...]:
    """The databases that a test runs on."""
    marked = tuple(kind for kind in DATABASES if test.get_closest_marker(kind))
    if marked:
        return marked
    folder = test.path.relative_to(Path(__file__).parent).parts[0]
    return DATABASES if folder in ON_BOTH or test.get_closest_marker("both") else DATABASES[:1]


@pytest.fixture(scope="session", autouse=True)
def quick_databases() -> Iterator[None]:
    """SQLite does not wait for the disk (PostgreSQL: `tests.postgresql`), and a statement that one test's database has
    compiled is compiled for the databases of all.
    """

    def set_up(engine: Engine) -> None:
        set_up_sqlite(engine)

        @event.listens_for(engine, "connect")
        def _connect(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous = OFF")

    compiled: dict[object, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_module, "set_up_sqlite", set_up)
        patch.setattr(
            database_module, "create_engine", partial(create_engine, execution_options={"compiled_cache": compiled})
        )
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # an engine's own one is part of the key there
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_clients() -> Iterator[None]:
    """All clients ask on one event loop, uvloop's as in production: else each request starts and ends a thread, a loop
    and another thread for the route, which takes longer than most pages.
    """
    with start_blocking_portal("asyncio", {"use_uvloop": True}) as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_pdfs() -> Iterator[None]:
    """PDFs are set within the test's process: to start another takes twenty times as long (`tests.results.test_pdf`
    has them set as in production).
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "_in_another_process", pdf.typeset)
        yield


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def nowhere() -> Settings:
    """Checked once: to make settings from the environment takes as long as many a test."""
    return Settings.for_tests(_NOWHERE)


@pytest.fixture
def settings(request: pytest.FixtureRequest, nowhere: Settings, tmp_path: Path, database_kind: str) -> Settings:
    here = {
        name: type(value)(str(value).replace(str(_NOWHERE), str(tmp_path)))
        for name, value in nowhere
        if str(_NOWHERE) in str(value)
    }
    settings = nowhere.model_copy(update=here)
    if database_kind == "postgresql":
        shared: TestDatabase = request.getfixturevalue("postgresql")
        return settings.model_copy(update={"database_url": shared.url})
    return settings


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDatabase]:
    """On a server of this xdist worker's own."""
    with (
        running(tmp_path_factory.getbasetemp().parent / "postgresql.lock") as server,
        closing(TestDatabase(server)) as database,
    ):
        yield database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once a worker; every test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "egov.sqlite3"
    _migrate(path, Schema.PLATFORM)
    return path


@pytest.fixture(scope="session")
def migrated_registrar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for the registrar's own database."""
    path = tmp_path_factory.mktemp("migrated-registrar") / "registrar.sqlite3"
    _migrate(path, Schema.REGISTRAR)
    return path


def _migrate(path: Path, schema: Schema) -> None:
    """Make a database that copies are made of. It is as its first connection would leave it: that a file has a log of
    writes is written in the file, and waited for.
    """
    migrate(f"sqlite:///{path}", schema)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


@pytest.fixture
def database(
    request: pytest.FixtureRequest, settings: Settings, database_kind: str, migrated_registrar: Path
) -> Iterator[Database]:
    """The platform's. The registrar's own is made beside it: a file, but on either database in tests/registrar."""
    if settings.registrar_database_url.startswith("sqlite:"):
        shutil.copy(migrated_registrar, settings.registrar_database_url.removeprefix("sqlite:///"))
    if database_kind == "postgresql":
        shared: TestDatabase = request.getfixturevalue("postgresql")
        shared.empty()
    else:
        shutil.copy(request.getfixturevalue("migrated"), settings.database_url.removeprefix("sqlite:///"))
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def disk(request: pytest.FixtureRequest, database: Database, database_kind: str) -> Disk:
    """The database's files."""
    if database_kind == "postgresql":
        return PostgreSQLDisk(request.getfixturevalue("postgresql").server)
    return SQLiteDisk(Path(database.url.removeprefix("sqlite:///")))


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
