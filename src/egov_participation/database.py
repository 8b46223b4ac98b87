"""The database: readers side by side, writers that cannot spoil each other's work, and the unit of work.

The same code works on both databases:

- **SQLite** (one machine, one process that writes). In WAL mode readers work while one writer writes. Writers queue
  here, on a lock, and then take SQLite's own write lock at once (BEGIN IMMEDIATE), so that no transaction finds
  half-way that another was first.
- **PostgreSQL** (several web processes). Writers work side by side (READ COMMITTED). What must not interleave says so:
  a row is locked (``with_for_update``), a constraint decides (`UnitOfWork.add_if_new`), or `UnitOfWork.lock` is taken.
  SQLite does all three for nothing.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVarTuple, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Dialect, Engine, Insert, MetaData, Row, Select, Table, create_engine, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import Session, SQLModel

from egov_participation import metrics, paths, tracing
from egov_participation.engines import is_postgresql, set_up_postgresql, set_up_sqlite

# Named constraints can be altered by later migrations; set before any model is defined.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Schema(StrEnum):
    """What a database holds. The registrar's is one apart, so that a copy of one is not a copy of both."""

    PLATFORM = "platform"
    REGISTRAR = "registrar"


METADATA: Final = {
    Schema.PLATFORM: SQLModel.metadata,
    Schema.REGISTRAR: MetaData(naming_convention=SQLModel.metadata.naming_convention),
}
"""The tables of each, once the rooms' models were imported."""
_VERSIONS: Final = {Schema.PLATFORM: "versions", Schema.REGISTRAR: "registrar"}

# A web server's threads: a reader never waits for another one's connection.
_CONNECTIONS: Final = 40


Columns = TypeVarTuple("Columns")


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

    def __init__(self, session: Session, committed: Callable[[], None]) -> None:
        self.session = session
        self._committed = committed
        self.exec = session.exec
        self.get = session.get

    def add(self, row: SQLModel) -> None:
        """Put a new row in; written at the next flush."""
        self.session.add(row)

    def add_if_new(self, model: type[SQLModel], **values: Any) -> bool:
        """Put a row in at once unless one with the same key, or another unique value, stands there.

        Waits for whoever is putting the same one in: of two at once, one gets True.
        Columns that are not named get NULL: the model's defaults are not looked at.

        Returns:
            Whether the row is new.
        """
        return self.session.execute(_insert_if_new(table_of(model), self.dialect), values).first() is not None

    def lock(self, name: str) -> None:
        """Be alone with whatever `name` stands for until this transaction ends; others who ask for it wait.

        On SQLite a writer is alone anyway. Take it before any row is locked, so that nobody waits in a circle.

        Raises:
            OperationalError: after 15 seconds.
        """
        if self.dialect == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.session.get_bind().dialect.name

    def flush(self) -> None:
        """Write what was added so far, so that constraints speak now; still not committed."""
        self.session.flush()

    def commit(self) -> None:
        """Make everything done so far durable."""
        self.session.commit()
        self._committed()


def finds_any(session: Session, *queries: Select[Any]) -> bool:
    """Whether at least one of them finds a row, asked in one statement."""
    return bool(session.scalar(select(or_(*(query.exists() for query in queries)))))


class Database:
    """The connections to one database. Safe to share between threads.

    Args:
        url: an SQLAlchemy address, e.g. ``sqlite:///var/egov.sqlite3`` or ``postgresql+psycopg://egov@/egov``.
        schema: whose tables it holds.

    Raises:
        ValueError: it is neither.
    """

    def __init__(self, url: str, schema: Schema = Schema.PLATFORM) -> None:
        self.url = url
        self.schema = schema
        self.generation = 0
        """Counts this process's commits: what was read before the last one may be out of date."""
        self._lane: threading.Lock | None = None
        self._reading: Engine
        self._writing: Engine
        # Statements' parameters hold people's data and must not reach a traceback in a log.
        if is_postgresql(url):
            self._engine = create_engine(
                url,
                hide_parameters=True,
                pool_size=10,
                max_overflow=_CONNECTIONS - 10,
                connect_args={"connect_timeout": 5, "application_name": "egov"},
            )
            set_up_postgresql(self._engine)
        else:
            self._engine = create_engine(url, hide_parameters=True, pool_size=_CONNECTIONS)
            set_up_sqlite(self._engine)
            self._lane = threading.Lock()
        self._reading = self._engine
        self._writing = self._engine.execution_options(writing=True)
        self._asking = self._engine.execution_options(alone=True)
        self._thread = threading.local()
        self._counting = threading.Lock()
        self._watching = threading.Lock()
        self._watcher: sqlite3.Connection | None = None

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def _count(self) -> None:
        # After the commit, never before: who reads in between takes the new for the old, which does no harm.
        with self._counting:
            self.generation += 1

    def stamp(self) -> tuple[int, int]:
        """Changes when something is committed: by this process at once, by others at once on SQLite and within a second
        on PostgreSQL. What was read after a stamp was taken is right as long as the next stamp is the same.

        Cheap: it opens no transaction, and may be called on the event loop.
        """
        return self.generation, int(time.monotonic()) if self._lane is None else self._written_by_anybody()

    def _written_by_anybody(self) -> int:
        with self._watching:
            if self._watcher is None:
                path = str(make_url(self.url).database)
                self._watcher = sqlite3.connect(path, timeout=15, isolation_level=None, check_same_thread=False)
            # A number of SQLite's own that changes with each commit of every other connection.
            (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return int(version)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state of the database; writing in it fails."""
        with Session(self._reading) as session:
            yield session

    def first(self, statement: Select[*Columns], values: Mapping[str, object]) -> Row[*Columns] | None:
        """The first row that one query finds, or None.

        One query sees one state of the database by itself. Without a transaction around it PostgreSQL is asked once and
        not three times: for what is looked up at each request.
        """
        with self._asking.connect() as connection:
            return connection.execute(statement, values).first()

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """A session for one question: without a transaction around it, as `first`. Of two questions each might see
        another state of the database.
        """
        with Session(self._asking) as session:
            yield session

    def at_once(self, statement: Insert | Select[Any], values: Mapping[str, object]) -> Sequence[Row[Any]]:
        """The rows that one statement gives which changes something: it is a transaction of its own, which PostgreSQL
        begins and commits by itself, so that it is asked once and not three times.

        Raises:
            RuntimeError: on SQLite, where writers queue for a unit of work.
        """
        if self._lane is not None:
            raise RuntimeError("SQLite has one writer at a time")
        with tracing.part("database.write"), self._asking.connect() as connection:
            found = connection.execute(statement, values).all()
        self._count()
        return found

    @contextmanager
    def uow(self) -> Iterator[UnitOfWork]:
        """A unit of work, rolled back unless ``commit()`` was called. On SQLite it waits for the writer lane.

        Rows stay readable after the commit. Keep it short: no mail, no cryptography, no file inside.

        Raises:
            RuntimeError: this thread is already in a unit of work (it would wait for itself for ever).
        """
        if getattr(self._thread, "writing", False):
            raise RuntimeError("a unit of work is already open in this thread; pass it on instead")
        if self._lane is not None:
            with metrics.waiting_for_lane():
                self._lane.acquire()
        self._thread.writing = True
        try:
            with tracing.part("database.write"), Session(self._writing, expire_on_commit=False) as session:
                yield UnitOfWork(session, self._count)
        finally:
            self._thread.writing = False
            if self._lane is not None:
                self._lane.release()

    @contextmanager
    def aside(self) -> Iterator[UnitOfWork]:
        """A transaction that may stay open while this thread does other units of work: it holds rows locked.

        Raises:
            RuntimeError: on SQLite, where it would keep everybody else from writing.
        """
        if self._lane is not None:
            raise RuntimeError("SQLite has one writer at a time")
        with Session(self._writing, expire_on_commit=False) as session:
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            yield UnitOfWork(session, self._count)

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether, until the end of the block, nobody else of this database, in whatever process, is in a block of that
        name. Whoever gets False does without. A process that dies leaves it at once.
        """
        with self._alone_by_file(name) if self._lane is not None else self._alone_by_server(name) as got:
            yield got

    @contextmanager
    def _alone_by_file(self, name: str) -> Iterator[bool]:
        path = make_url(self.url).database
        with Path(f"{path}.{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    @contextmanager
    def _alone_by_server(self, name: str) -> Iterator[bool]:
        key = func.hashtextextended(name, 0)
        # No transaction: one that stays open for long keeps the server from tidying up.
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            got = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
            try:
                yield got
            finally:
                if got:
                    connection.scalar(select(func.pg_advisory_unlock(key)))

    def is_current(self) -> bool:
        """Whether every migration has been applied."""
        newest = ScriptDirectory.from_config(alembic_config(self.url, self.schema)).get_current_head()
        with self._reading.connect() as connection:
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
        with self._watching:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None


@cache
def _insert_if_new(table: Table, dialect: str) -> Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key)


def table_of(model: type[SQLModel]) -> Table:
    """A model's table: statements on it are a third as costly as on the model, where each one counts.

    Such a statement is made once, with `bindparam` for what differs; made anew each time it costs as much again.
    """
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def alembic_config(url: str, schema: Schema = Schema.PLATFORM) -> Config:
    """Alembic's configuration for the database at `url`, wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(paths.alembic_dir()))
    config.set_main_option("version_locations", str(paths.alembic_dir() / _VERSIONS[schema]))
    config.set_main_option("path_separator", "newline")
    config.attributes["url"] = url
    config.attributes["schema"] = schema
    return config


def migrate(url: str, schema: Schema = Schema.PLATFORM) -> None:
    """Bring the database at `url` to the newest migration; makes an SQLite file (and its folder) if there is none, for
    its owner alone to read: all that SQLite puts beside it is like it."""
    _make_file(url)
    command.upgrade(alembic_config(url, schema), "head")


def _make_file(url: str) -> None:
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        path = Path(str(address.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
