"""The thread that publishes: what it makes of what goes wrong, and who else is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import delete
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.ledger.observer import enter

from egov_participation.ledger import service
from egov_participation.ledger.models import FullTile, Standstill
from egov_participation.ledger.service import keys, publishing, sequencer
from egov_participation.services import Services

pytestmark = pytest.mark.sqlite


@pytest.fixture
def at_work(services: Services) -> Iterator[service.Sequencer]:
    """One that has published something."""
    enter(services, 0, 300)
    made = service.Sequencer(services)
    made.run()
    yield made
    made.stop()


def shown(client: TestClient) -> tuple[bool, list[str]]:
    assert client.get("/en/observe").status_code == 200
    assert client.get("/log/key").status_code == 200
    found = client.get("/api/v1/log").json()
    return found["stopped"], found["troubles"]


def test_everybody_is_told_that_the_key_is_lost_until_it_is_back(
    services: Services, client: TestClient, at_work: service.Sequencer
) -> None:
    key = services.settings.keys_dir / keys.KEY
    kept = key.read_bytes()
    key.unlink()
    at_work.run()
    assert shown(client) == (True, ["stopped"])
    key.write_bytes(kept)
    at_work.run()
    assert shown(client) == (False, [])


def test_everybody_is_told_that_what_was_last_signed_is_not_known(
    services: Services, client: TestClient, at_work: service.Sequencer
) -> None:
    (services.settings.keys_dir / keys.HEAD).unlink()
    service.Sequencer(services).run()  # the next start
    assert shown(client) == (True, ["stopped"])
    with services.database.uow() as tx:
        tx.exec(delete(Standstill))
        tx.commit()
    assert shown(client) == (False, []), "where nobody signs, there is no such file"


def test_everybody_is_told_that_a_tile_is_lost(
    services: Services, client: TestClient, at_work: service.Sequencer
) -> None:
    with services.database.uow() as tx:
        tx.exec(delete(FullTile))
        tx.commit()
    assert shown(client) == (True, ["stopped"])


def test_the_same_failure_is_logged_once_and_another_one_again(
    services: Services, at_work: service.Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, head = (services.settings.keys_dir / name for name in (keys.KEY, keys.HEAD))
    kept = key.read_bytes()
    key.unlink()
    with capture_logs() as logs:
        for _ in range(3):
            at_work.run()
        key.write_bytes(kept)
        head.unlink()
        for _ in range(3):
            at_work.run()
    problems = [entry["problem"] for entry in logs if entry["event"] == "ledger.failed"]
    assert len(problems) == 2
    assert "lost" in problems[0]
    assert "not there" in problems[1]

    monkeypatch.setattr(at_work._tell, "_at", 0.0)  # ten minutes later
    with capture_logs() as logs:
        at_work.run()
    assert [entry["problem"] for entry in logs] == [problems[1]]


def test_files_that_cannot_be_read_hold_up_nothing_and_are_tried_again(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def fail(_database: object) -> None:
        tries.append(1)
        raise FileNotFoundError("it is being replaced")

    monkeypatch.setattr(sequencer, "enter_release", fail)
    at_work = service.Sequencer(services)
    with capture_logs() as logs:
        for start in range(3):
            enter(services, start, 1)
            at_work.run()
        monkeypatch.setattr(at_work._release, "_at", 0.0)  # a minute later
        at_work.run()
    assert f"\n{3}\n".encode() in service.checkpoint(services)
    assert len(tries) == 2
    assert [entry["event"] for entry in logs] == ["ledger.release_not_entered"]
    at_work.stop()


def test_who_finds_another_at_it_does_not_ask_at_once_again(
    services: Services, at_work: service.Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service.checkpoint(services)
    with services.database.alone(publishing.LOCK):
        at_work.run()
    enter(services, 300, 1)
    at_work.run()
    assert service.checkpoint(services) == before
    monkeypatch.setattr(at_work._aside, "_at", 0.0)
    at_work.run()
    assert service.checkpoint(services) != before
