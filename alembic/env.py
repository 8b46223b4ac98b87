"""Runs the migrations. All rooms' models are imported, so that `alembic check` can compare them with the database."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.types import TypeDecorator

from egov_participation import approvals, audit, jobs, mail, rooms, throttle  # noqa: F401 - the tables of all but the rooms
from egov_participation.database import METADATA, Schema
from egov_participation.settings import Settings

rooms.load("models")


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write our own column types as the plain ones that store them: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    url = context.config.attributes.get("url") or Settings().database_url
    engine = create_engine(url)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # of two machines that migrate at once, one finds it done
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))"))
        context.configure(
            connection=connection,
            target_metadata=METADATA[context.config.attributes.get("schema", Schema.PLATFORM)],
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render_item,
        )
        context.run_migrations()
    engine.dispose()


run()
