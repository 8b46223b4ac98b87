"""The database: one writer lane, readers beside it, nothing half done."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError
from sqlmodel import select

from egov_participation.database import Database, migrate
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
        with pytest.raises(OperationalError, match="readonly"):
            session.flush()
    with database.uow() as tx:
        tx.add(job("b"))
        tx.commit()

    assert keys(database) == ["b"]


def test_a_reader_sees_one_state_while_a_writer_goes_on(database: Database) -> None:
    with database.read() as session:
        before = session.exec(select(Job)).all()
        with database.uow() as tx:
            tx.add(job("a"))
            tx.commit()
        assert session.exec(select(Job)).all() == before

    assert keys(database) == ["a"]


def test_writers_wait_for_each_other(database: Database) -> None:
    def count_up() -> None:
        for _ in range(20):
            with database.uow() as tx:
                row = tx.exec(select(Job)).one()
                row.attempts += 1
                tx.commit()

    with database.uow() as tx:
        tx.add(job("a"))
        tx.commit()
    threads = [threading.Thread(target=count_up) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as session:
        assert session.exec(select(Job.attempts)).one() == 100


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


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
def test_what_is_acknowledged_survives_and_what_is_deleted_is_gone(
    database: Database, pragma: str, value: object
) -> None:
    with database.read() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_an_error_does_not_show_the_parameters(database: Database) -> None:
    with database.uow() as tx, pytest.raises(OperationalError) as caught:
        tx.session.execute(text("SELECT :address FROM nowhere"), {"address": "secret@example.org"})

    assert "secret@example.org" not in str(caught.value)


def test_migrating_makes_the_folder_and_again_changes_nothing(settings: Settings) -> None:
    url = settings.database_url.replace("egov.sqlite3", "new/folder/egov.sqlite3")
    migrate(url)
    migrate(url)
    database = Database(url)

    assert database.is_current()
    database.close()


def test_a_database_that_was_not_migrated_is_not_current(settings: Settings) -> None:
    database = Database(settings.database_url)

    assert not database.is_current()
    database.close()
