"""Jobs that are tried until they are done."""

from __future__ import annotations

from sqlmodel import select

from egov_participation import jobs
from egov_participation.clock import ManualClock
from egov_participation.jobs import Job, Payload, Worker, enqueue
from egov_participation.services import Services


@jobs.handler("test.persistent", persistent=True)
def fail_for_long(_services: Services, payload: Payload) -> None:
    raise jobs.HopelessError if payload["word"] == "hopeless" else RuntimeError


def add(services: Services, word: str) -> None:
    with services.database.uow() as tx:
        enqueue(tx, "test.persistent", "1", {"word": word})
        tx.commit()


def only_job(services: Services) -> Job:
    with services.database.read() as session:
        return session.exec(select(Job)).one()


def test_a_persistent_job_is_tried_each_minute_for_as_long_as_it_fails(
    services: Services, worker: Worker, clock: ManualClock
) -> None:
    add(services, "x")
    for _ in range(100):  # long enough for a wait that doubles to be no time any more
        worker.do_due_jobs()
        clock.advance(minutes=1)

    job = only_job(services)
    assert job.attempts == 100
    assert job.dead_at is None


def test_a_persistent_job_that_is_hopeless_is_laid_aside(services: Services, worker: Worker) -> None:
    add(services, "hopeless")
    worker.run_due()

    job = only_job(services)
    assert job.dead_at is not None
