"""The database: readers side by side, one writer lane, and the unit of work.

SQLite in WAL mode lets readers work while one writer writes. Writers queue here, on a lock, and then take SQLite's own
write lock at once (BEGIN IMMEDIATE), so that no transaction finds half-way that another was first.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import Session, SQLModel

from egov_participation import paths

# Named constraints can be altered by later migrations; set before any model is defined.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC and read back aware.

    Raises:
        ValueError: on writing a naive time, whose zone nobody could tell later.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time to be stored must name its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UnitOfWork:
    """One transaction, rolled back unless committed; jobs added through it land with their cause or not at all."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.exec = session.exec
        self.get = session.get

    def add(self, row: SQLModel) -> None:
        """Put a new row in; written at the next flush."""
        self.session.add(row)

    def flush(self) -> None:
        """Write what was added so far, so that constraints speak now; still not committed."""
        self.session.flush()

    def commit(self) -> None:
        """Make everything done so far durable."""
        self.session.commit()


class Database:
    """The connections to one database. Safe to share between threads.

    Args:
        url: an SQLAlchemy address, e.g. ``sqlite:///var/egov.sqlite3``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        # Statements' parameters hold people's data and must not reach a traceback in a log.
        # As many connections as the web server has threads: a reader never waits for another one's.
        self._engine = create_engine(url, hide_parameters=True, pool_size=40)
        self._writing_engine = self._engine.execution_options(writing=True)
        self._lane = threading.Lock()
        self._writer: int | None = None
        if self._engine.dialect.name == "sqlite":
            _set_up_sqlite(self._engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state of the database; writing in it fails."""
        with Session(self._engine) as session:
            yield session

    @contextmanager
    def uow(self) -> Iterator[UnitOfWork]:
        """The writer lane: waits until it is free; rolled back unless ``commit()`` was called.

        Rows stay readable after the commit. Keep it short: no mail, no cryptography, no file inside.

        Raises:
            RuntimeError: this thread is already in a unit of work (it would wait for itself for ever).
        """
        if self._writer == threading.get_ident():
            raise RuntimeError("a unit of work is already open in this thread; pass it on instead")
        with self._lane:
            self._writer = threading.get_ident()
            try:
                with Session(self._writing_engine, expire_on_commit=False) as session:
                    yield UnitOfWork(session)
            finally:
                self._writer = None

    def is_current(self) -> bool:
        """Whether every migration has been applied."""
        newest = ScriptDirectory.from_config(alembic_config(self.url)).get_current_head()
        with self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == newest

    def check_writable(self) -> None:
        """Write something and take it back.

        Raises:
            SQLAlchemyError: the database does not take it.
        """
        with self.uow() as tx:
            tx.session.execute(text("UPDATE alembic_version SET version_num = version_num"))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `_begin` below does
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 15000")  # another process, such as a command, may be writing
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # what is deleted, such as a credential, is overwritten
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = bool(connection.get_execution_options().get("writing"))
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`, wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(paths.alembic_dir()))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest migration; makes it (and its folder) if it does not exist."""
    _make_folder(url)
    command.upgrade(alembic_config(url), "head")


def _make_folder(url: str) -> None:
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
