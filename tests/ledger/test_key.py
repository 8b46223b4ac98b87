"""The log's key is replaced, and nobody who knew the old one loses the log."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.ledger.dying import Crash, dying
from tests.ledger.observer import Observer, enter

from egov_crypto import checkpoint as checkpoints
from egov_crypto.errors import VerificationError
from egov_crypto.note import Note, VerifierKey
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.ledger import service
from egov_participation.ledger.service import keys, rotating
from egov_participation.services import Services


def served(client: TestClient) -> bytes:
    return client.get("/log/checkpoint").content


@pytest.fixture
def log(services: Services) -> Services:
    """One with some entries."""
    enter(services, 0, 3)
    service.publish(services)
    return services


def test_the_key_is_made_once_for_its_owner_alone(log: Services, observer: Observer) -> None:
    path = log.settings.keys_dir / "log"
    assert path.stat().st_mode & 0o077 == 0
    first = observer.key
    enter(log, 3, 1)
    service.publish(log)
    assert observer.key == first
    observer.look()


def test_for_a_while_both_keys_sign_and_the_log_says_which_follows_which(
    log: Services, client: TestClient, observer: Observer
) -> None:
    before = observer.key
    old, new = service.rotate_key(log)

    assert before.text == old
    assert client.get("/log/key").text.splitlines() == [new, old]
    for text in (old, new):
        assert checkpoints.verify(served(client), VerifierKey.parse(text)).checkpoint.size == 4
    names = [signature.key_id for signature in Note.parse(served(client)).signatures]
    assert names == [VerifierKey.parse(old).key_id, VerifierKey.parse(new).key_id]
    *_, entry = observer.entries()
    assert (entry["type"], entry["old"], entry["new"]) == ("log.key", old, new)


def test_after_its_time_the_old_key_signs_no_more_and_is_destroyed(
    log: Services, client: TestClient, clock: ManualClock, worker: Worker
) -> None:
    old, new = service.rotate_key(log)
    clock.advance(days=29)
    worker.run_due()
    assert (log.settings.keys_dir / keys.BEFORE).exists()

    clock.advance(days=1)
    worker.run_due()
    assert not (log.settings.keys_dir / keys.BEFORE).exists()
    enter(log, 4, 1)
    service.publish(log)
    assert checkpoints.verify(served(client), VerifierKey.parse(new)).checkpoint.size == 5
    with pytest.raises(VerificationError, match=r"note\.unsigned|No signature|signed"):
        checkpoints.verify(served(client), VerifierKey.parse(old))


def test_while_both_sign_there_is_no_third(log: Services, clock: ManualClock, worker: Worker) -> None:
    _, second = service.rotate_key(log)
    with pytest.raises(DomainError) as refused:
        service.rotate_key(log)
    assert (refused.value.status, refused.value.code) == (409, "log.rotating")

    clock.advance(days=31)
    worker.run_due()
    before, third = service.rotate_key(log)
    assert before == second
    assert service.verifier_keys(log)[:2] == [third, second]


@pytest.mark.sqlite  # it is about files; the entry lands as every other does
@pytest.mark.parametrize("persisted", [False, True], ids=["failed", "failed but persisted"])
@pytest.mark.parametrize(
    "step", ["next_key", "_enter", "sequence", "_replace", "link", "settle", "second settle", "publish"]
)
def test_a_replacement_that_was_interrupted_is_finished_by_the_next_try(
    log: Services,
    client: TestClient,
    observer: Observer,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    persisted: bool,
) -> None:
    observer.look()
    first = observer.key.text
    where = {"next_key": keys, "link": rotating.os, "settle": keys, "second settle": keys}.get(step, rotating)
    name, when = (step.removeprefix("second "), 2 if step.startswith("second") else 1)
    with monkeypatch.context() as patched:
        patched.setattr(where, name, dying(getattr(where, name), when=when, persisted=persisted))
        with pytest.raises(Crash):
            service.rotate_key(log)

    # Meanwhile the log goes on, and who knows the old key alone can verify it.
    enter(log, 3, 1)
    service.publish(log)
    assert checkpoints.verify(served(client), VerifierKey.parse(first)).checkpoint.size >= 4
    with suppress(DomainError):  # it was done before the crash
        service.rotate_key(log)
    entries = [entry for entry in observer.entries() if entry["type"] == "log.key"]
    assert [(entry["old"], entry["new"]) for entry in entries] == [(first, observer.key.text)]
    assert service.verifier_keys(log) == [observer.key.text, first]
    assert not (log.settings.keys_dir / keys.NEXT).exists()


def test_a_log_that_does_not_continue_gets_no_new_key(log: Services) -> None:
    (log.settings.keys_dir / keys.HEAD).write_text("")
    with pytest.raises(service.ForkError):
        service.rotate_key(log)
    assert len(service.verifier_keys(log)) == 1


def test_who_publishes_without_a_pause_holds_it_up_for_a_while_only(
    log: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "_PATIENCE", 0.2)
    with log.database.alone("ledger"), pytest.raises(DomainError) as refused:
        service.rotate_key(log)
    assert (refused.value.status, refused.value.code) == (503, "log.busy")


def test_another_address_of_the_site_is_another_name_of_the_log(log: Services) -> None:
    moved = replace(log, settings=log.settings.model_copy(update={"base_url": "http://other.localhost"}))
    service.publish(moved)
    assert service.checkpoint(moved).startswith(b"other.localhost/log\n3\n")
    checkpoints.verify(service.checkpoint(moved), VerifierKey.parse(service.verifier_keys(moved)[0]))


def test_an_agencys_key_is_handed_over_and_a_crash_is_mended(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_dir = services.settings.keys_dir

    def entered() -> list[Any]:
        with services.database.uow() as tx:
            service.enter_key(services, tx, "finance")
            tx.commit()
            return [
                (one["old"], one["new"], one["signature"] is None) for one in service.newest(tx.session, "agency.key")
            ]

    first = service.agency_key(keys_dir, "finance")
    seed = (keys_dir / "agency-finance").read_bytes()
    assert entered() == entered() == [(None, first, True)]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("crash")))
        with pytest.raises(OSError, match="crash"):
            service.rotate_agency_key(services, "finance")
    assert service.agency_key(keys_dir, "finance") == first
    (second, *_) = [one for one in entered() if one[0] == first]
    assert (service.agency_key(keys_dir, "finance"), second[2]) == (second[1], False)
    with services.database.read() as session:
        before = len(list(service.newest(session, "agency.key")))
    (keys_dir / "agency-finance").write_bytes(seed)  # of a backup from before
    with pytest.raises(DomainError, match=r"agency-finance .* was replaced") as refused:
        entered()
    assert (refused.value.status, refused.value.code) == (503, "agency.key")
    with services.database.read() as session:
        assert len(list(service.newest(session, "agency.key"))) == before
    (keys_dir / "agency-finance").unlink()  # it is lost
    assert entered()[0] == (second[1], service.agency_key(keys_dir, "finance"), True)
    with pytest.raises(ValueError, match="code"):
        service.rotate_agency_key(services, "../log")
