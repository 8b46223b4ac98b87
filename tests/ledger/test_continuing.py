"""After a restore, or on another machine, the log signs nothing until somebody says what was last published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.ledger.observer import Observer, enter
from typer.testing import CliRunner

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.note import SigningKey
from egov_participation.clock import system_clock
from egov_participation.errors import DomainError
from egov_participation.ledger import cli, service
from egov_participation.ledger.service import keys
from egov_participation.operation import backup
from egov_participation.operation.restore import restore
from egov_participation.services import Services


@pytest.fixture
def moved(services: Services) -> Services:
    """A log of 300 entries on a machine that has its key, and nothing of what it last signed."""
    enter(services, 0, 300)
    service.publish(services)
    head(services).unlink()
    return services


def head(services: Services) -> Path:
    return services.settings.keys_dir / keys.HEAD


def test_another_machine_signs_nothing_before_it_is_told_what_was_published(
    moved: Services, observer: Observer
) -> None:
    observer.look()
    enter(moved, 300, 1)
    with pytest.raises(service.ForkError, match=r"log-head is not there; .*egov log continue"):
        service.publish(moved)
    assert observer.look().checkpoint.size == 300

    assert service.continue_from(moved, service.checkpoint(moved)).size == 300
    service.publish(moved)
    assert len(observer.entries()) == 301


def test_a_checkpoint_that_an_observer_kept_will_do(moved: Services, observer: Observer) -> None:
    head(moved).write_text(observer.look().checkpoint.text)
    kept = service.checkpoint(moved)
    enter(moved, 300, 10)
    service.publish(moved)
    head(moved).unlink()

    assert service.continue_from(moved, kept).size == 300
    enter(moved, 310, 1)
    service.publish(moved)
    assert len(observer.entries()) == 311


def signed(services: Services, size: int, root: bytes, key: SigningKey | None = None) -> bytes:
    by = key or keys.signing_key(services.settings)
    return Checkpoint(by.name, size, root).sign(by).raw


def test_a_newer_one_needs_the_newer_backup(moved: Services) -> None:
    with pytest.raises(service.ForkError, match=r"has 300 entries, and 301 were published: restore the newer backup"):
        service.continue_from(moved, signed(moved, 301, b"\1" * 32))
    assert not head(moved).exists()


def test_another_log_under_the_same_key_does_not_go_on(moved: Services) -> None:
    for size in (300, 257, 1):
        with pytest.raises(service.ForkError, match=f"first {size} entries are not those"):
            service.continue_from(moved, signed(moved, size, b"\1" * 32))
    assert not head(moved).exists()


def test_what_another_key_signed_says_nothing(moved: Services) -> None:
    other = SigningKey(service.origin(moved.settings), b"\1" * 32)
    for note in (signed(moved, 1, b"\1" * 32, other), b"", service.checkpoint(moved)[:-9]):
        with pytest.raises(DomainError) as refused:
            service.continue_from(moved, note)
        assert (refused.value.status, refused.value.code) == (422, "log.not_ours")
    assert not head(moved).exists()


def test_what_this_machine_signed_counts_too(services: Services, observer: Observer) -> None:
    enter(services, 0, 3)
    service.publish(services)
    note, last = service.checkpoint(services), observer.look().checkpoint
    head(services).write_text(Checkpoint(last.origin, 4, last.root).text)
    keys.doubt(services.settings.keys_dir)

    with pytest.raises(service.ForkError, match="has 3 entries, and 4 were published"):
        service.continue_from(services, note)
    assert keys.doubted(services.settings.keys_dir) is not None


def test_a_backup_that_was_put_back_on_the_same_machine_is_doubted(services: Services, tmp_path: Path) -> None:
    """It may have been published from another machine meanwhile, whose head this one does not know."""
    enter(services, 0, 3)
    service.publish(services)
    note = service.checkpoint(services)
    folder = services.settings.keys_dir
    file, _ = backup.write(services.database, folder, tmp_path / "a.egov-backup", system_clock(), nothing)
    restore(services.database, folder, file, nothing, force=True)

    enter(services, 3, 1)
    with pytest.raises(service.ForkError, match="a backup of the database was put back"):
        service.publish(services)
    service.continue_from(services, note)
    service.publish(services)
    assert b"\n4\n" in service.checkpoint(services)


def nothing(_table: str, _done: int, _of: int) -> None:
    """Progress that nobody looks at."""


def test_what_is_signed_while_somebody_looks_is_no_standstill(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that ends just before the file is read: an older snapshot of the database would lack it."""
    enter(services, 0, 3)
    service.publish(services)
    read = keys.last_signed

    def after_a_round(folder: Path) -> Checkpoint | None:
        monkeypatch.setattr(keys, "last_signed", read)
        service.publish(services)
        return read(folder)

    for start, look in ((3, service.stopped), (6, lambda log: service.check(log.settings, log.database))):
        enter(services, start, 3)
        monkeypatch.setattr(keys, "last_signed", after_a_round)
        assert not look(services)
        assert read(services.settings.keys_dir).size == start + 3  # type: ignore[union-attr]


@pytest.mark.sqlite
def test_the_command_says_what_it_did_or_why_not(moved: Services, tmp_path: Path) -> None:
    good, newer = tmp_path / "good", tmp_path / "newer"
    good.write_bytes(service.checkpoint(moved))
    newer.write_bytes(signed(moved, 301, b"\1" * 32))
    refused, done = (
        CliRunner().invoke(cli.app, ["continue", "--checkpoint", str(file)], obj=lambda: moved)
        for file in (newer, good)
    )
    assert (refused.exit_code, refused.output[:30]) == (1, "egov: the database has 300 ent")
    assert (done.exit_code, done.output) == (0, "The log goes on from 300 entries.\n")


def test_the_key_of_another_machine_is_not_made_anew(moved: Services) -> None:
    shutil.rmtree(moved.settings.keys_dir)
    enter(moved, 300, 1)
    with pytest.raises(service.ForkError, match="lost"):
        service.publish(moved)
    with pytest.raises(service.ForkError, match="lost"):
        service.continue_from(moved, service.checkpoint(moved))
