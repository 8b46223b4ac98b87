"""A disk without room, as a database finds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select, text

from egov_participation.database import METADATA, Database

_FAIL = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


@contextmanager
def no_room(database: Database, for_table: str = "") -> Iterator[None]:
    """While the block runs the disk is full: of SQLite, so that no page can be added; of PostgreSQL, that no row can.

    SQLite finds out by itself. In PostgreSQL triggers raise the very error. (On a real full disk both were seen to fail
    so. That PostgreSQL's log finds no room is another thing: then the server stops.)

    Args:
        for_table: the disk is as good as full: some small rows fit, and not the many that this table is to get.
    """
    if database.dialect == "postgresql":
        with _triggers(database, (for_table,) if for_table else tuple(METADATA[database.schema].tables)):
            yield
        return
    with database.read() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one() + (4 if for_table else 0)

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = database._engine
    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        engine.dispose()


@contextmanager
def _triggers(database: Database, tables: tuple[str, ...]) -> Iterator[None]:
    with database._writing.begin() as connection:
        connection.exec_driver_sql(_FAIL)
        for table in tables:
            connection.exec_driver_sql(
                f'CREATE TRIGGER no_room BEFORE INSERT ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION no_room()'
            )
    try:
        yield
    finally:
        with database._writing.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.read() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA[database.schema].tables.items()
        }
