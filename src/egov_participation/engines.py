"""How connections of each of the two databases are made ready, and looked at before they are used again."""

from __future__ import annotations

import select as readiness
import time
from typing import Any, Final

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

_TRUSTED_FOR: Final = 10.0
"""Seconds for which a connection that nobody used is taken to be well, unless the server has said something."""

_POSTGRESQL_SETTINGS: Final = """
    SELECT set_config('timezone', 'UTC', false),
        -- Somebody who holds a lock for longer is stuck; whoever waits shall learn it and not pile up behind.
        set_config('lock_timeout', '15s', false),
        -- A process that stopped in the middle of a transaction must not hold its locks for ever.
        set_config('idle_in_transaction_session_timeout', '60s', false),
        -- Nor one whose machine is gone: asked after a minute, given up after another half.
        set_config('tcp_keepalives_idle', '60', false),
        set_config('tcp_keepalives_interval', '10', false),
        set_config('tcp_keepalives_count', '3', false),
        -- What was acknowledged survives a power cut. What is stronger (remote_apply) stays as the server has it.
        CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
            THEN set_config('synchronous_commit', 'on', false) END
"""


def is_postgresql(url: str) -> bool:
    """Which of the two databases the address is of.

    Raises:
        ValueError: of neither.
    """
    address = make_url(url)
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ValueError("the database's address must begin with sqlite:/// or postgresql+psycopg://")
    return address.get_backend_name() == "postgresql"


def set_up_postgresql(engine: Engine) -> None:
    """Make each connection ready: settings once, a look before it is used again, and at each begin whether it reads,
    writes, or asks one question without a transaction (``alone``).
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.execute(_POSTGRESQL_SETTINGS)
        connection.commit()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # SQLAlchemy's own options would do the same, and undo it afterwards, for more than the statements cost.
        driver: Any = connection.connection.driver_connection
        options = connection.get_execution_options()
        alone = bool(options.get("alone"))
        if driver.autocommit is not alone:
            driver.autocommit = alone
        if alone:
            return
        reading = not options.get("writing")
        if driver.read_only is not reading:
            driver.isolation_level = IsolationLevel.REPEATABLE_READ if reading else None
            driver.read_only = reading

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        # The server may have been restarted since the connection was last used. It says so when it goes; a machine
        # that is gone, or a network in between, says nothing.
        well = time.monotonic() - record.info.get("used", time.monotonic()) < _TRUSTED_FOR
        if well and not _has_said_something(connection):
            return
        try:
            connection.execute("")
            connection.rollback()
        except psycopg.Error as error:
            raise InvalidatePoolError from error


def _has_said_something(connection: Any) -> bool:
    """Whether there is something to read on a connection on which nothing was asked, such as its end."""
    poll = readiness.poll()
    poll.register(connection.fileno(), readiness.POLLIN)
    return bool(poll.poll(0))


def set_up_sqlite(engine: Engine) -> None:
    """Make each connection ready: settings once, the kind of transaction at each begin."""

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
        options = connection.get_execution_options()
        writing = bool(options.get("writing"))
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        if not options.get("alone"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
