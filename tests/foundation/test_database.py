"""The database: one writer lane, readers beside it, nothing half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy import select as sql_select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import col, select

from egov_participation.database import Database, migrate
from egov_participation.engines import set_up_sqlite
from egov_participation.jobs import Job
from egov_participation.settings import Settings

NOON = datetime(2024, 10, 6, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5)))


def job(key: str, at: datetime | None = None) -> Job:
    return Job(kind="test", key=key, payload={}, run_after=at)


def keys(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(Job.key).order_by(Job.key)))


def test_what_is_not_committed_is_gone(database: Database) -> None:
    with database.uow() as tx:
        tx.add(job("kept"))
        tx.commit()
    with database.uow() as tx:
        tx.add(job("dropped"))
        tx.flush()

    assert keys(database) == ["kept"]


def test_an_error_undoes_everything(database: Database) -> None:
    def fail_half_way() -> None:
        with database.uow() as tx:
            tx.add(job("a"))
            tx.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert keys(database) == []


def test_a_row_stays_readable_after_the_commit(database: Database) -> None:
    with database.uow() as tx:
        row = job("a", NOON)
        tx.add(row)
        tx.commit()

    assert row.id == 1
    assert row.run_after == NOON


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as session:
        session.add(job("a"))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()
    with database.uow() as tx:
        tx.add(job("b"))
        tx.commit()

    assert keys(database) == ["b"]


def test_the_connection_of_a_single_question_knows_transactions_again_afterwards(database: Database) -> None:
    with database.uow() as tx:
        tx.add(job("kept"))
        tx.commit()
    asked = sql_select(col(Job.key)).where(col(Job.key) == bindparam("key"))

    assert database.first(asked, {"key": "kept"}) == ("kept",)
    with database.uow() as tx:  # on the same connection: only one was ever needed at a time
        tx.add(job("dropped"))
        tx.flush()
        assert database.first(asked, {"key": "dropped"}) is None
    assert database.first(asked, {"key": "dropped"}) is None
    with database.read() as session:
        assert session.exec(select(Job.key)).all() == ["kept"]
        with database.uow() as tx:
            tx.add(job("later"))
            tx.commit()
        assert session.exec(select(Job.key)).all() == ["kept"]


def test_a_reader_sees_one_state_while_a_writer_goes_on(database: Database) -> None:
    with database.read() as session:
        before = session.exec(select(Job)).all()
        with database.uow() as tx:
            tx.add(job("a"))
            tx.commit()
        assert session.exec(select(Job)).all() == before

    assert keys(database) == ["a"]


def together(*functions: Callable[[], None]) -> None:
    """Run each in a thread of its own; an exception in one is raised."""
    with ThreadPoolExecutor(len(functions)) as pool:
        for running in [pool.submit(function) for function in functions]:
            running.result()


@pytest.mark.parametrize("how", ["row", "name"])
def test_who_locks_what_they_change_waits_for_the_others(database: Database, how: str) -> None:
    def count_up() -> None:
        for _ in range(20):
            with database.uow() as tx:
                if how == "name":
                    tx.lock("counting")
                    row = tx.exec(select(Job)).one()
                else:
                    row = tx.exec(select(Job).with_for_update()).one()
                row.attempts += 1
                tx.commit()

    with database.uow() as tx:
        tx.add(job("a"))
        tx.commit()
    together(*[count_up] * 5)

    with database.read() as session:
        assert session.exec(select(Job.attempts)).one() == 100


def test_of_several_who_put_the_same_row_in_at_once_one_did(database: Database) -> None:
    new: list[bool] = []

    def put_in() -> None:
        for number in range(10):
            with database.uow() as tx:
                new.append(tx.add_if_new(Job, kind="test", key=str(number), payload={}, attempts=0, last_error=""))
                tx.commit()

    together(*[put_in] * 4)

    assert (new.count(True), new.count(False)) == (10, 30)
    assert len(keys(database)) == 10


def test_only_one_is_alone_and_the_next_may_be_when_it_has_gone(database: Database, settings: Settings) -> None:
    other = Database(settings.database_url)
    with database.alone("a") as first, other.alone("a") as second, other.alone("b") as elsewhere:
        assert (first, second, elsewhere) == (True, False, True)
    with other.alone("a") as again:
        assert again
    other.close()


@pytest.mark.postgresql
def test_writers_who_have_nothing_to_do_with_each_other_do_not_wait(database: Database) -> None:
    inside = threading.Barrier(2, timeout=240)

    def write(key: str) -> None:
        with database.uow() as tx:
            tx.add(job(key))
            tx.flush()
            inside.wait()
            tx.commit()

    together(lambda: write("a"), lambda: write("b"))

    assert keys(database) == ["a", "b"]


@pytest.mark.sqlite
def test_nothing_stays_open_beside_the_one_writer(database: Database) -> None:
    with pytest.raises(RuntimeError, match="one writer"), database.aside():
        pass


@pytest.mark.parametrize("url", ["mysql://root@/egov", "postgresql://egov@/egov", "postgresql+asyncpg://egov@/egov"])
def test_an_address_of_any_other_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with"):
        Database(url)


def test_another_process_may_write_too(database: Database, settings: Settings) -> None:
    other = Database(settings.database_url)
    with other.uow() as tx:
        tx.add(job("a"))
        tx.commit()
    with database.uow() as tx:
        tx.add(job("b"))
        tx.commit()
    other.close()

    assert keys(database) == ["a", "b"]


def test_a_unit_of_work_within_another_is_refused_and_not_waited_for(database: Database) -> None:
    with database.uow(), pytest.raises(RuntimeError, match="already open"), database.uow():
        pass
    with database.uow():
        pass


def test_a_time_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    with database.uow() as tx:
        tx.add(job("a", NOON))
        tx.commit()

    with database.read() as session:
        found = session.exec(select(Job.run_after)).one()
    assert found == NOON
    assert found is not None
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with database.uow() as tx:
        tx.add(job("a", datetime(2024, 10, 6, 12)))  # noqa: DTZ001
        with pytest.raises(StatementError, match="must name its zone"):
            tx.flush()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
def test_what_is_acknowledged_survives_and_what_is_deleted_is_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch, pragma: str, value: object
) -> None:
    monkeypatch.setattr("egov_participation.database.set_up_sqlite", set_up_sqlite)  # not the tests' quicker one
    real = Database(database.url)
    with real.read() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value
    real.close()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("synchronous_commit", "on"),
        ("lock_timeout", "15s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("transaction_isolation", "read committed"),
    ],
)
def test_what_is_acknowledged_survives_and_nobody_waits_for_ever(database: Database, setting: str, value: str) -> None:
    with database.uow() as tx:
        assert tx.session.execute(text(f"SHOW {setting}")).scalar_one() == value


def test_an_error_does_not_show_the_parameters(database: Database) -> None:
    with database.uow() as tx, pytest.raises(DBAPIError) as caught:
        tx.session.execute(text("SELECT :address FROM nowhere"), {"address": "secret@example.org"})

    assert "secret@example.org" not in str(caught.value)


def test_migrating_makes_the_folder_and_again_changes_nothing(settings: Settings) -> None:
    url = settings.database_url.replace("egov.sqlite3", "new/folder/egov.sqlite3")
    migrate(url)
    migrate(url)
    database = Database(url)

    assert database.is_current()
    if database.dialect == "sqlite":
        database.check_writable()
        files = list((settings.keys_dir.parent / "new/folder").glob("egov.sqlite3*"))
        assert len(files) > 1  # with what SQLite puts beside it
        assert [file for file in files if file.stat().st_mode & 0o077] == []
    database.close()


def test_a_database_that_was_not_migrated_is_not_current(settings: Settings) -> None:
    database = Database(settings.database_url)

    assert not database.is_current()
    database.close()
