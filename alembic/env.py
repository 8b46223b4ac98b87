"""Runs the migrations. All rooms' models are imported, so that `alembic check` can compare them with the database."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from egov_participation import jobs, mail, rooms, throttle  # noqa: F401 - the tables of all but the rooms
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
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render_item,
        )
        context.run_migrations()
    engine.dispose()


run()
