"""The drill: fill, back up, destroy, restore, and everything works."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select
from tests.command_line import egov
from tests.conftest import ClientFactory
from tests.officials import MakeOfficial
from tests.registrar.book import CredentialBook
from tests.voting.making import archive_of, make_vote, verified

from egov_participation.actions import Role
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import METADATA, Database, Schema
from egov_participation.errors import DomainError
from egov_participation.jobs import Job, Worker, enqueue
from egov_participation.operation import backup
from egov_participation.operation import service as operation
from egov_participation.operation.restore import restore, unpacked_keys
from egov_participation.search import service as search
from egov_participation.services import Services
from egov_participation.voting import service


def quiet(_table: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def rows_of(file: Path) -> dict[str, list[str]]:
    """Every row of a backup, by table, whatever the order."""
    with tarfile.open(file) as tar:
        manifest = backup.Manifest.parse(member(tar, backup.MANIFEST))
        return {
            part.name: sorted(gzip.decompress(member(tar, f"tables/{part.name}.jsonl.gz")).decode().splitlines())
            for part in manifest.tables
        }


def member(tar: tarfile.TarFile, name: str) -> bytes:
    found = tar.extractfile(name)
    assert found is not None
    return found.read()


def destroy(database: Database) -> None:
    """Every row is gone."""
    with database.uow() as tx:
        for table in reversed(SQLModel.metadata.sorted_tables):
            tx.session.execute(table.delete())
        tx.commit()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


def test_what_was_destroyed_is_restored_and_works(
    services: Services, clock: ManualClock, tmp_path: Path, target: Path, new_client: ClientFactory
) -> None:
    vote = make_vote(services, voters=3)
    ballot = vote.ballot(0)
    receipt = service.cast(services, vote.uuid, vote.people[0], ballot).receipt
    archive = archive_of(services, vote.uuid)
    with services.database.uow() as tx:
        enqueue(tx, "drill", "waiting", {"a": [1, "ә"]}, run_after=clock() + timedelta(hours=1))
        tx.commit()
    _, manifest = backup.write(services.database, services.settings.keys_dir, target, clock(), quiet)
    backup.pack_keys(services.settings.keys_dir, tmp_path / "keys.tar")

    destroy(services.database)
    shutil.rmtree(services.settings.keys_dir)
    with unpacked_keys(tmp_path / "keys.tar", services.settings.keys_dir):
        restored = restore(services.database, services.settings.keys_dir, target, quiet)

    assert (restored.missing_keys, restored.other_keys) == ([], [])
    assert restored.manifest == manifest
    again = create_services(services.settings, database=services.database, clock=clock, mailer=services.mailer)
    assert archive_of(again, vote.uuid) == archive
    assert service.cast(again, vote.uuid, vote.people[0], ballot).receipt == receipt
    assert service.cast(again, vote.uuid, vote.people[1], vote.ballot(1)).new
    with again.database.read() as session:
        [job] = session.exec(select(Job).where(Job.kind == "drill")).all()
        assert (job.payload, job.run_after) == ({"a": [1, "ә"]}, clock() + timedelta(hours=1))
    with again.database.uow() as tx:  # numbers are counted on from the highest
        enqueue(tx, "drill", "another", {})
        tx.commit()
    verified(again, vote.uuid)
    page = new_client(create_app(again.settings, services=again, debug=True)).get(f"/en/votes/{vote.uuid}")
    assert page.status_code == 200


def test_search_finds_after_a_restore_without_being_built_anew(services: Services, target: Path) -> None:
    vote = make_vote(services, voters=1)

    def found() -> search.Results:
        with services.database.read() as session:
            return search.find(session, "en", "trial votes")

    before = found()
    assert vote.uuid in [item.ref for item in before.items]
    write(services, target)
    destroy(services.database)
    assert found().total == 0
    restore(services.database, services.settings.keys_dir, target, quiet)
    assert found() == before


@pytest.fixture
def filled(services: Services) -> Services:
    """A few rows: five jobs."""
    with services.database.uow() as tx:
        for number in range(5):
            enqueue(tx, "drill", f"{number}", {"number": number})
        tx.commit()
    return services


def write(services: Services, target: Path) -> backup.Manifest:
    return backup.write(services.database, services.settings.keys_dir, target, services.clock(), quiet)[1]


@pytest.mark.both
def test_either_database_takes_back_what_the_other_gave(filled: Services, target: Path, tmp_path: Path) -> None:
    write(filled, target)
    moved = Database(f"sqlite:///{tmp_path}/moved.sqlite3")
    restore(moved, filled.settings.keys_dir, target, quiet)
    backup.write(moved, filled.settings.keys_dir, tmp_path / "second.tar", filled.clock(), quiet)
    destroy(filled.database)
    restore(filled.database, filled.settings.keys_dir, tmp_path / "second.tar", quiet)
    write(filled, tmp_path / "third.tar")
    moved.close()

    assert len(rows_of(target)["job"]) == 5
    assert rows_of(target) == rows_of(tmp_path / "second.tar") == rows_of(tmp_path / "third.tar")


def test_a_database_that_is_not_empty_is_not_overwritten(filled: Services, target: Path) -> None:
    write(filled, target)
    with filled.database.uow() as tx:
        enqueue(tx, "drill", "later", {})
        tx.commit()

    with pytest.raises(DomainError, match="not empty: job hold") as refusal:
        restore(filled.database, filled.settings.keys_dir, target, quiet)
    assert refusal.value.code == "backup.not_empty"
    with filled.database.read() as session:
        assert len(session.exec(select(Job)).all()) == 6

    restore(filled.database, filled.settings.keys_dir, target, quiet, force=True)
    with filled.database.read() as session:
        assert len(session.exec(select(Job)).all()) == 5


def tampered(target: Path, name: str, content: bytes) -> None:
    """One file in the tar is another."""
    with tarfile.open(target) as tar:
        files = {part.name: member(tar, part.name) for part in tar.getmembers()}
    target.unlink()
    with tarfile.open(target, "w") as tar:
        for path, raw in (files | {name: content}).items():
            info = tarfile.TarInfo(path)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))


@pytest.mark.sqlite
def test_a_damaged_backup_is_refused_before_anything_is_written(filled: Services, target: Path) -> None:
    write(filled, target)
    tampered(target, "tables/job.jsonl.gz", gzip.compress(b"[]\n"))

    with pytest.raises(DomainError, match="job in this backup is damaged"):
        restore(filled.database, filled.settings.keys_dir, target, quiet, force=True)
    with filled.database.read() as session:
        assert len(session.exec(select(Job)).all()) == 5


@pytest.mark.sqlite
@pytest.mark.parametrize("content", [b"", b"no tar", b"x" * 10240])
def test_a_file_that_is_no_backup_is_refused(filled: Services, target: Path, content: bytes) -> None:
    target.write_bytes(content)

    with pytest.raises(DomainError, match="not a whole backup"):
        restore(filled.database, filled.settings.keys_dir, target, quiet)


@pytest.mark.sqlite
def test_a_backup_of_a_newer_version_is_refused(filled: Services, target: Path) -> None:
    write(filled, target)
    with tarfile.open(target) as tar:
        manifest = json.loads(member(tar, backup.MANIFEST))
    tampered(target, backup.MANIFEST, json.dumps(manifest | {"revision": "9999_later"}).encode())

    with pytest.raises(DomainError, match="newer than this program"):
        restore(filled.database, filled.settings.keys_dir, target, quiet)


@pytest.mark.sqlite
def test_keys_that_are_missing_or_others_are_named(filled: Services, target: Path) -> None:
    keys = filled.settings.keys_dir
    write(filled, target)
    for name in ("receipt", "csrf"):
        (keys / name).write_bytes(b"x" * 32)
    write_again = target.with_name("again.tar")
    write(filled, write_again)
    (keys / "receipt").unlink()
    (keys / "csrf").write_bytes(b"y" * 32)
    destroy(filled.database)
    restored = restore(filled.database, keys, write_again, quiet)

    assert (restored.missing_keys, restored.other_keys) == (["receipt"], ["csrf"])


@pytest.mark.sqlite
def test_a_backup_holds_no_key_and_is_read_by_its_owner_alone(filled: Services, target: Path, tmp_path: Path) -> None:
    key = filled.settings.keys_dir / "receipt"
    key.parent.mkdir(exist_ok=True)
    key.write_bytes(b"0123456789abcdef" * 2)
    write(filled, target)
    backup.pack_keys(filled.settings.keys_dir, tmp_path / "keys.tar")

    assert key.read_bytes() not in target.read_bytes()
    assert key.read_bytes() in (tmp_path / "keys.tar").read_bytes()
    for file in (target, tmp_path / "keys.tar"):
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.sqlite
def test_an_older_backup_is_never_replaced_and_a_folder_gets_one_named_by_the_time(
    filled: Services, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    made = backup.write(filled.database, filled.settings.keys_dir, tmp_path / "backups", filled.clock(), quiet)[0]

    assert made.name == "egov-20241006T070000Z.tar"
    with pytest.raises(DomainError, match="such a file already"):
        write(filled, made)
    assert [file.name for file in made.parent.iterdir()] == [made.name]


@pytest.mark.sqlite
def test_keys_are_not_put_over_others_nor_outside_their_folder(filled: Services, tmp_path: Path) -> None:
    keys = filled.settings.keys_dir
    keys.mkdir(exist_ok=True)
    (keys / "receipt").write_bytes(b"x" * 32)
    backup.pack_keys(keys, tmp_path / "keys.tar")

    with pytest.raises(DomainError, match="not empty"), unpacked_keys(tmp_path / "keys.tar", keys):
        pass
    assert (keys / "receipt").read_bytes() == b"x" * 32
    tampered(tmp_path / "keys.tar", "../outside", b"x")
    with (
        pytest.raises(DomainError, match="not a whole backup"),
        unpacked_keys(tmp_path / "keys.tar", tmp_path / "others"),
    ):
        pass
    assert not (tmp_path / "outside").exists()


@pytest.mark.sqlite
def test_a_refused_restore_leaves_no_keys_and_the_next_one_works(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    """By the command itself: refused because the file is damaged, then because the database is not empty."""
    write(filled, target)
    packed = backup.pack_keys(filled.settings.keys_dir, tmp_path / "keys.tar")
    assert packed > 0
    place = {"EGOV_DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3", "EGOV_KEYS_DIR": f"{tmp_path}/new-keys"}

    def put_back(file: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        keys = ("--keys", str(tmp_path / "keys.tar"))
        return egov("restore", str(file), *keys, *more, EGOV_DEMO="true", **(place | environment))

    damaged = tmp_path / "damaged.tar"
    shutil.copy(target, damaged)
    tampered(damaged, "tables/job.jsonl.gz", b"x")
    refused = put_back(damaged)
    assert refused.returncode != 0
    assert "damaged" in refused.stdout + refused.stderr
    assert not (tmp_path / "new-keys").exists()
    refused = put_back(target, EGOV_DATABASE_URL=filled.settings.database_url)
    assert refused.returncode != 0
    assert "not empty" in refused.stdout + refused.stderr
    assert not (tmp_path / "new-keys").exists()

    done = put_back(target)
    assert (done.returncode, f"{packed} keys put into" in done.stdout) == (0, True), done.stderr
    assert backup.key_marks(tmp_path / "new-keys") == backup.key_marks(filled.settings.keys_dir)


def test_a_restored_worker_was_not_heard_of_and_nobody_stays_signed_in(
    filled: Services, target: Path, official: MakeOfficial
) -> None:
    Worker(filled).run_due()
    write(filled, target)
    somebody = official(Role.AUDITOR)
    restore(filled.database, filled.settings.keys_dir, target, quiet, force=True)
    with filled.database.read() as session:
        assert operation.last_beat(session) is None
    assert somebody.load() is None


def test_the_registrars_database_is_backed_up_and_restored_apart(services: Services, target: Path) -> None:
    vote = make_vote(services)
    settings = services.settings
    write(services, target)
    with tarfile.open(target) as tar:
        assert not [name for name in tar.getnames() if "registrar" in name]
    database = Database(settings.registrar_database_url, Schema.REGISTRAR)
    own = target.with_name("own.tar")
    backup.write(database, settings.registrar_keys_dir, own, services.clock(), quiet)
    book = CredentialBook(services)
    with database.uow() as tx:
        for table in reversed(METADATA[Schema.REGISTRAR].sorted_tables):
            tx.session.execute(table.delete())
        tx.commit()
    with pytest.raises(DomainError) as refused:
        restore(database, settings.registrar_keys_dir, target, quiet)
    assert refused.value.code == "backup.other_database"
    restored = restore(database, settings.registrar_keys_dir, own, quiet)
    assert (restored.missing_keys, restored.other_keys) == ([], [])
    assert set(restored.manifest.keys) == {
        "register-rows",
        "registrar-owners",
        "registrar-signing",
        "registrar-storage",
    }
    assert book.credential(vote.uuid, vote.people[0]) == vote.credentials[0]
    database.close()


def test_what_opens_doors_for_minutes_is_in_no_backup() -> None:
    """Each table of identity and of the registrar whose rows expire is left out; each that is left out exists."""
    known = {name: table for metadata in METADATA.values() for name, table in metadata.tables.items()}
    rooms = ("identity_", "registrar_")
    expiring = {name for name, table in known.items() if name.startswith(rooms) and "expires_at" in table.columns}

    assert expiring
    assert expiring <= backup.LEFT_OUT <= set(known)
