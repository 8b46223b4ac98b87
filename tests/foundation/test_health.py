"""What watches the server is told whether it lives and whether it can serve."""

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


def test_a_migrated_database_can_serve(client: TestClient, booth: TestClient) -> None:
    for browser in (client, booth):
        answer = browser.get("/ready")

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {"ok": True, "migrations": True, "database": True}


@pytest.fixture
def empty(services: Services, tmp_path: Path) -> Iterator[Services]:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    yield dataclasses.replace(services, database=database)
    database.close()


def test_before_the_migrations_it_lives_and_cannot_serve(empty: Services, new_client: ClientFactory) -> None:
    browser = new_client(small_app(empty))

    assert browser.get("/health").json() == {"ok": True}
    assert browser.get("/ready").status_code == 503
    assert browser.get("/ready").json()["ok"] is False


def test_where_nothing_can_be_written_it_cannot_serve(services: Services, client: TestClient) -> None:
    with services.database.uow() as tx:
        tx.session.connection().exec_driver_sql("DROP TABLE alembic_version")
        tx.commit()

    answer = client.get("/ready")

    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "migrations": False, "database": False}
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_whoever_watches_asks_a_machine_and_not_a_site(path: str, client: TestClient) -> None:
    assert client.get(path, headers={"Host": "10.0.5.7:8000"}).status_code == 200
    assert client.get(f"/en{path}", headers={"Host": "10.0.5.7:8000"}).status_code == 421
