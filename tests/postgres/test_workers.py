"""Several worker processes: each job is done by one of them, and by another if that one dies."""

from __future__ import annotations

import time
from collections import Counter
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from tests.postgres.working import SLOW, work
from tests.postgresql import TestDatabase

from egov_participation import jobs
from egov_participation.jobs import Job, Payload, Worker, enqueue
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = [pytest.mark.postgresql, pytest.mark.enable_socket]  # the fork server has a local socket
JOBS = 12
PATIENCE = 240.0


def add(services: Services, file: Path, word: str, seconds: float) -> None:
    with services.database.uow() as tx:
        enqueue(tx, SLOW, word, {"file": str(file), "word": word, "seconds": seconds})
        tx.commit()


def words(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not words(file):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def all_jobs(services: Services) -> list[Job]:
    with services.database.read() as session:
        return list(session.exec(select(Job).where(Job.kind == SLOW)))


def test_workers_share_the_jobs_and_none_is_done_twice(
    services: Services, settings: Settings, processes: ForkServerContext, tmp_path: Path
) -> None:
    file = tmp_path / "words"
    for number in range(JOBS):
        add(services, file, str(number), 0.02)
    workers = [processes.Process(target=work, args=(settings,)) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(PATIENCE)
        assert one.exitcode == 0

    assert Counter(words(file)) == Counter(map(str, range(JOBS)))
    assert all(job.done_at is not None and job.attempts == 1 for job in all_jobs(services))


def test_a_job_whose_worker_was_killed_is_done_by_the_next(
    services: Services, worker: Worker, settings: Settings, processes: ForkServerContext, tmp_path: Path
) -> None:
    file = tmp_path / "words"
    add(services, file, "again", 60)
    killed = processes.Process(target=work, args=(settings,))
    killed.start()
    wait_for(file)
    worker.run_due()
    assert words(file) == ["again"]  # it is in hand: nobody else takes it

    killed.kill()
    killed.join()
    _until_let_go(services)
    worker.run_due()

    assert words(file) == ["again", "again"]
    (job,) = all_jobs(services)
    assert job.done_at is not None


def _until_let_go(services: Services) -> None:
    """Until the server has noticed that the process is gone; the second time the job is quick."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with services.database.uow() as tx:
            job = tx.exec(select(Job).where(Job.kind == SLOW).with_for_update(skip_locked=True)).first()
            if job is not None:
                job.payload = job.payload | {"seconds": 0}
                tx.commit()
                return
        time.sleep(0.01)
    raise AssertionError("the killed worker's job is still held")


cut: list[TestDatabase] = []
done: list[str] = []


@jobs.handler("test.cut")
def lose_the_connection(_services: Services, payload: Payload) -> None:
    """The first time, the server cuts the transaction off that holds the job."""
    done.append(payload["word"])
    while cut:
        with cut.pop().server.connect("tests") as connection:
            held = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            assert connection.execute(held).fetchall() == [(True,)]


def test_a_job_whose_worker_lost_its_connection_is_done_again(
    services: Services, worker: Worker, postgresql: TestDatabase
) -> None:
    cut.append(postgresql)
    with services.database.uow() as tx:
        enqueue(tx, "test.cut", "1", {"word": "x"})
        tx.commit()
    with pytest.raises(OperationalError):
        worker.run_due()
    worker.run_due()
    worker.run_due()

    assert done == ["x", "x"]
