"""Whatever dies wherever: nothing that was entered is lost or doubled, and no checkpoint contradicts another."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import func, select
from tests.ledger.dying import Crash, dying
from tests.ledger.observer import Observer, enter
from tests.ledger.sequencer import publish_until_killed

from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database, UnitOfWork
from egov_participation.ledger import service
from egov_participation.ledger.models import LogEntry, PublishedCheckpoint, Waiting
from egov_participation.ledger.service import keys, publishing, sequencing
from egov_participation.services import Services
from egov_participation.settings import Settings

STEPS = {
    "the places are committed": (UnitOfWork, "commit", 1),
    "the log is looked at before": (publishing, "check", 1),
    "the log is looked at after": (publishing, "check", 2),
    "what is signed is noted": (keys, "note_signed", 1),
    "the folder is written": (keys, "settle", 1),
    "it is signed": (publishing.Checkpoint, "sign", 1),
    "the checkpoint is committed": (UnitOfWork, "commit", 2),
}


@pytest.mark.parametrize("persisted", [False, True], ids=["failed", "failed but persisted"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_and_doubles_nothing(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch, step: str, persisted: bool
) -> None:
    enter(services, 0, 300)
    service.publish(services)
    observer.look()
    enter(services, 300, 5)
    where, name, when = STEPS[step]
    with monkeypatch.context() as patched:
        patched.setattr(where, name, dying(getattr(where, name), when=when, persisted=persisted))
        with pytest.raises(Crash):
            service.publish(services)

    seen = observer.look().checkpoint.size  # what is served meanwhile is whole, the old or the new
    assert seen == (305 if (step, persisted) == ("the checkpoint is committed", True) else 300)
    enter(services, 305, 5)
    service.publish(services)
    assert [entry["height"] for entry in observer.entries()] == list(range(310))


@pytest.mark.enable_socket  # the fork server is reached by a local socket that has no address
def test_a_process_that_is_killed_leaves_a_log_that_goes_on(
    settings: Settings, database: Database, services: Services, observer: Observer
) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.ledger.sequencer"])
    moments, entered = random.Random(20241006), 0
    service.publish(services)
    for _ in range(5):
        enter(services, entered, 40)
        entered += 40
        before = observer.look().checkpoint.size
        victim = processes.Process(target=publish_until_killed, args=(settings, 3))
        victim.start()
        while observer.look().checkpoint.size == before and victim.is_alive():
            time.sleep(0.002)
        time.sleep(moments.uniform(0, 0.05))
        victim.kill()
        victim.join()
        observer.look()
    _until_free(database)
    service.publish(services)

    assert [entry["height"] for entry in observer.entries()] == list(range(entered))


def _until_free(database: Database) -> None:
    """PostgreSQL notices a moment later that a client was killed, and holds its lock until then."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with database.alone(publishing.LOCK) as alone:
            if alone:
                return
        time.sleep(0.01)
    pytest.fail("the lock of a killed process was never freed")


@pytest.mark.postgresql
def test_two_that_race_give_each_entry_one_place(
    settings: Settings, services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the lock that lets one work alone had been lost: each believes that it has it."""
    monkeypatch.setattr(sequencing, "MOST", 7)
    monkeypatch.setattr(Database, "alone", lambda _self, _name: _Always())
    others = [create_services(settings) for _ in range(3)]
    enter(services, 0, 100)
    start = threading.Barrier(len(others))
    failed: list[BaseException] = []

    def race(racer: Services) -> None:
        start.wait()
        try:
            for _ in range(20):
                service.publish(racer)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=race, args=(racer,)) for racer in others]
    for thread in threads:
        thread.start()
    enter(services, 100, 100)
    for thread in threads:
        thread.join()
    for racer in others:
        racer.database.close()

    assert failed == []
    service.publish(services)
    counts = Counter(entry["height"] for entry in observer.entries())
    assert counts == Counter(range(200))


class _Always:
    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        return None


def test_only_one_of_two_works_and_the_other_returns_at_once(services: Services) -> None:
    enter(services, 0, 1)
    with services.database.alone(publishing.LOCK):
        service.publish(services)
        with services.database.read() as session:
            assert session.exec(select(func.count()).select_from(Waiting)).one() == 1
    service.publish(services)
    with services.database.read() as session:
        assert session.exec(select(func.count()).select_from(LogEntry)).one() == 1


def test_a_clock_that_is_set_back_changes_no_order(services: Services, clock: ManualClock, observer: Observer) -> None:
    for height in range(4):
        enter(services, height, 1)
        service.publish(services)
        observer.look()
        clock.set(clock() - timedelta(days=400 * height))

    assert [entry["height"] for entry in observer.entries()] == [0, 1, 2, 3]
    with services.database.read() as session:
        last = publishing.latest(session)
    assert last is not None
    assert last.size == 4


def test_a_full_folder_of_keys_publishes_nothing_and_loses_nothing(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(services, 0, 3)
    service.publish(services)
    enter(services, 3, 3)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(keys.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            service.publish(services)
    assert observer.look().checkpoint.size == 3
    assert not [path for path in services.settings.keys_dir.iterdir() if path.name.startswith(".log-head-")]
    service.publish(services)
    assert len(observer.entries()) == 6


@pytest.mark.sqlite
def test_an_older_backup_signs_nothing_until_the_newer_one_is_back(
    services: Services, observer: Observer, tmp_path: Path
) -> None:
    file = Path(services.database.url.removeprefix("sqlite:///"))
    enter(services, 0, 3)
    service.publish(services)
    older = _copy(services, file, tmp_path / "older")
    enter(services, 3, 3)
    service.publish(services)
    newer = _copy(services, file, tmp_path / "newer")
    seen = observer.look().checkpoint

    _put_back(services, older, file)
    enter(services, 7, 1)  # something happens that others do not know, and would get a place that they know as filled
    with pytest.raises(service.ForkError, match=r"has 3 entries, and 6 were signed"):
        service.publish(services)
    with services.database.read() as session:
        assert session.exec(select(func.count()).select_from(LogEntry)).one() == 3
        assert session.exec(select(func.max(PublishedCheckpoint.size))).one() == 3

    _put_back(services, newer, file)
    service.publish(services)
    enter(services, 6, 1)
    service.publish(services)
    observer.seen = seen
    assert [entry["height"] for entry in observer.entries()] == list(range(7))


def test_other_entries_than_were_signed_are_never_signed(services: Services) -> None:
    enter(services, 0, 3)
    service.publish(services)
    with services.database.uow() as tx:
        tx.session.execute(LogEntry.__table__.update().values(leaf=b"\1" * 32))  # type: ignore[attr-defined]
        tx.commit()
    enter(services, 3, 1)

    with pytest.raises(service.ForkError, match=r"first 3 entries"):
        service.publish(services)


def test_a_part_that_was_lost_is_noticed(services: Services) -> None:
    enter(services, 0, 300)
    service.publish(services)
    with services.database.uow() as tx:
        tx.session.execute(LogEntry.__table__.delete().where(LogEntry.place == 280))  # type: ignore[attr-defined]
        tx.commit()
    enter(services, 300, 1)

    with pytest.raises(Exception, match=r"tile/0/001"):
        service.publish(services)


def test_a_key_that_was_lost_is_not_made_anew(services: Services) -> None:
    enter(services, 0, 1)
    service.publish(services)
    (services.settings.keys_dir / keys.KEY).unlink()
    enter(services, 1, 1)

    with pytest.raises(service.ForkError, match="lost"):
        service.publish(services)
    assert not (services.settings.keys_dir / keys.KEY).exists()


def test_another_key_than_the_logs_signs_nothing(services: Services) -> None:
    enter(services, 0, 1)
    service.publish(services)
    (services.settings.keys_dir / keys.KEY).write_bytes(b"\1" * 32)
    enter(services, 1, 1)

    with pytest.raises(service.ForkError, match="another key"):
        service.publish(services)


def test_a_damaged_note_of_what_was_signed_stops_the_log(services: Services) -> None:
    enter(services, 0, 1)
    service.publish(services)
    (services.settings.keys_dir / keys.HEAD).write_text("localhost/log\n")
    enter(services, 1, 1)

    with pytest.raises(service.ForkError, match="damaged"):
        service.publish(services)


def _copy(services: Services, file: Path, target: Path) -> Path:
    services.database.close()
    target.mkdir()
    for part in file.parent.glob(f"{file.name}*"):
        shutil.copy(part, target / part.name)
    return target


def _put_back(services: Services, backup: Path, file: Path) -> None:
    services.database.close()
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    for part in backup.iterdir():
        shutil.copy(part, file.parent / part.name)
