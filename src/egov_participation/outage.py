"""What the machines under the site may fail with, such as a database that is restarted or a full disk, as a refusal.

None of it is a fault in the program, and all of it passes: whoever tries again later gets what they asked for. So it is
said as 503 with the time to wait, and not as an error that nobody foresaw.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

import psycopg
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError

from egov_participation.errors import DomainError
from egov_participation.i18n import N_

FULL: Final = "database.full"
UNAVAILABLE: Final = "database.unavailable"
_FULL_SQLSTATE: Final = "53100"
_PASSING_SQLSTATES: Final = ("08", "25P03", "40", "53", "55P03", "57", "58")
"""Of PostgreSQL (appendix A of its manual), or how they begin: the connection, a transaction that stood still for too
long, transactions that were in each other's way, resources, a lock that did not come free, the server's end or start,
its operating system."""
_PASSING_SQLITE: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
}


def as_refusal(error: BaseException) -> DomainError | None:
    """How an error is said that comes of an outage; None of any other.

    The transaction that it came in was rolled back, or the connection was lost while it was committed: then what it
    would have recorded may stand.
    """
    found = _code(error)
    if found == FULL:
        return DomainError(
            503,
            N_(
                "This site’s disk is full: nothing new can be recorded until its operator has made room. All that was"
                " recorded before is kept. Try again later."
            ),
            code=FULL,
            retry_after=60,
        )
    if found == UNAVAILABLE:
        return DomainError(
            503,
            N_(
                "This site’s database does not answer at the moment. All that was confirmed to you is kept. If you have"
                " just sent something, it may be recorded or not: send it again in a minute."
            ),
            code=UNAVAILABLE,
            retry_after=5,
        )
    return None


def _code(error: BaseException) -> str:
    if isinstance(error, OSError):
        return FULL if error.errno in {errno.ENOSPC, errno.EDQUOT} else ""
    if isinstance(error, exc.TimeoutError):  # all connections are taken by others who wait
        return UNAVAILABLE
    # What goes wrong while a connection is made ready comes as it is.
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        number = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest says more about the same
        return FULL if number == sqlite3.SQLITE_FULL else UNAVAILABLE if number in _PASSING_SQLITE else ""
    if not isinstance(cause, psycopg.Error):
        return ""
    if cause.sqlstate is None:  # the server said nothing: it is not there, or went
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return UNAVAILABLE if lost or isinstance(cause, psycopg.OperationalError) else ""
    if cause.sqlstate == _FULL_SQLSTATE:
        return FULL
    return UNAVAILABLE if cause.sqlstate.startswith(_PASSING_SQLSTATES) else ""
