"""The migrations on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.context import ForkServerContext

import pytest
from alembic import command
from tests.postgresql import TestDatabase

from egov_participation.database import Database, alembic_config, migrate

pytestmark = pytest.mark.enable_socket  # the fork server has a local socket


@pytest.fixture
def url(postgresql: TestDatabase) -> Iterator[str]:
    """Of an empty database."""
    yield postgresql.server.create("empty")
    postgresql.server.drop("empty")


def test_two_machines_may_migrate_at_once(url: str, processes: ForkServerContext) -> None:
    both = [processes.Process(target=migrate, args=(url,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    database = Database(url)

    assert [one.exitcode for one in both] == [0, 0]
    assert database.is_current()
    database.close()


def test_the_way_down_leaves_a_database_that_can_be_migrated_again(url: str) -> None:
    migrate(url)
    command.downgrade(alembic_config(url), "base")
    database = Database(url)
    assert not database.is_current()
    migrate(url)

    assert database.is_current()
    database.close()
