"""What watches the server is told whether it can serve."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.foundation.conftest import small_app

from egov_participation.database import Database
from egov_participation.services import Services


def test_health_is_good_on_a_migrated_database(client: TestClient, booth: TestClient) -> None:
    for browser in (client, booth):
        answer = browser.get("/health")

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {"ok": True, "migrations": True, "database": True}


@pytest.fixture
def empty(services: Services, tmp_path: Path) -> Iterator[Services]:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    yield dataclasses.replace(services, database=database)
    database.close()


def test_health_is_bad_before_the_migrations(empty: Services, new_client: ClientFactory) -> None:
    answer = new_client(small_app(empty)).get("/health")

    assert answer.status_code == 503
    assert answer.json()["ok"] is False


def test_health_is_bad_when_nothing_can_be_written(services: Services, client: TestClient) -> None:
    with services.database.uow() as tx:
        tx.session.connection().exec_driver_sql("DROP TABLE alembic_version")
        tx.commit()

    answer = client.get("/health")

    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "migrations": False, "database": False}
