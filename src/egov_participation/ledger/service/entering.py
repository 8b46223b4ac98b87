"""Entering: in the transaction of the cause, so that either both are there or neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import CTE, Insert, bindparam, insert, select
from sqlmodel import Session

from egov_crypto import entry
from egov_participation.database import UnitOfWork, table_of
from egov_participation.ledger import rules
from egov_participation.ledger.models import LogEntry, Waiting

_waiting, _entries = table_of(Waiting), table_of(LogEntry)
_COLUMNS: Final = (_waiting.c.type, _waiting.c.subject, _waiting.c.raw)
_ENTER: Final = insert(_waiting)

Row = dict[str, Any]


def enter(tx: UnitOfWork, value: Mapping[str, Any]) -> None:
    """Enter something in the log; it is there when ``tx`` is committed, and published within seconds.

    Args:
        value: of a type of `egov_participation.ledger.rules`, with all its members.

    Raises:
        EntryError: it is not: a fault of whoever calls.
    """
    tx.session.execute(_ENTER, row_of(value))


def enter_all(tx: UnitOfWork, values: Sequence[Mapping[str, Any]]) -> None:
    """Enter many things at once, in their order.

    Raises:
        EntryError: see `enter`.
    """
    if values:
        tx.session.execute(_ENTER, [row_of(value) for value in values])


def row_of(value: Mapping[str, Any]) -> Row:
    """What `enter` puts down, for a statement of `enter_with`: each column under its name.

    Raises:
        EntryError: see `enter`.
    """
    checked = rules.parse(value)
    return {"type": checked.type, "subject": checked.subject, "raw": rules.written(checked)}


def enter_with(cause: CTE, other: CTE, prefix: str) -> Insert:
    """A statement that enters one thing if ``cause`` gives a row, and does ``other`` besides: for who must not go to
    the database twice. Its parameters are those of `row_of`, with ``prefix`` before each."""
    values = (bindparam(f"{prefix}{column.name}", type_=column.type) for column in _COLUMNS)
    return insert(_waiting).from_select([c.name for c in _COLUMNS], select(*values).select_from(cause)).add_cte(other)


def newest(session: Session, type_: str, subject: str = "") -> Iterator[dict[str, Any]]:
    """What was entered of a type, about something if given, the newest first; what still waits for its place too."""
    # What waits first: an entry that gets its place in between is found twice rather than not at all.
    for table, order in ((_waiting, _waiting.c.id), (_entries, _entries.c.place)):
        found = select(table.c.raw).where(table.c.type == type_).order_by(order.desc())
        for raw in session.execute(found.where(table.c.subject == subject) if subject else found).scalars():
            yield entry.parse(raw)
