"""Which errors are outages, that pass, and which are faults of ours."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from egov_participation.database import Database
from egov_participation.outage import FULL, UNAVAILABLE, as_refusal


def of_sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    return error


def wrapped(error: Exception, *, lost: bool = False) -> DBAPIError:
    return OperationalError("SELECT 1", {}, error, connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (wrapped(of_sqlite("SQLITE_FULL")), FULL),
        (wrapped(of_sqlite("SQLITE_BUSY_SNAPSHOT")), UNAVAILABLE),
        (of_sqlite("SQLITE_IOERR_FSYNC"), UNAVAILABLE),
        (wrapped(of_sqlite("SQLITE_READONLY")), None),  # a reader that wrote
        (wrapped(of_sqlite("SQLITE_ERROR")), None),  # no such table
        (wrapped(errors.DiskFull("x")), FULL),
        (wrapped(errors.AdminShutdown("x")), UNAVAILABLE),
        (errors.CannotConnectNow("x"), UNAVAILABLE),  # while a connection is made ready it comes as it is
        (wrapped(errors.LockNotAvailable("x")), UNAVAILABLE),
        (wrapped(psycopg.OperationalError("connection refused")), UNAVAILABLE),
        (wrapped(psycopg.InterfaceError("the connection is closed"), lost=True), UNAVAILABLE),
        (wrapped(psycopg.InterfaceError("a cursor of another one")), None),
        (wrapped(errors.UniqueViolation("x")), None),
        (wrapped(errors.UndefinedTable("x")), None),
        (PoolTimeout("x"), UNAVAILABLE),
        (InvalidRequestError("x"), None),
        (OSError(errno.ENOSPC, "x"), FULL),
        (FileNotFoundError(errno.ENOENT, "x"), None),
        (ValueError("x"), None),
    ],
)
def test_an_outage_is_told_from_a_fault(error: Exception, code: str | None) -> None:
    found = as_refusal(error)

    assert (None if found is None else found.code) == code
    assert found is None or (found.status, found.retry_after is not None) == (503, True)


def test_a_table_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(DBAPIError) as failed, database.read() as session:
        session.execute(text("SELECT * FROM nowhere"))
    database.close()

    assert as_refusal(failed.value) is None
