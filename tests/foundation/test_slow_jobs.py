"""Jobs that take minutes are done beside the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from sqlmodel import select

from egov_participation import jobs, rounds
from egov_participation.commission.service import freezing, rehearsals
from egov_participation.jobs import Job, Payload, Worker, enqueue
from egov_participation.services import Services

done: list[str] = []
began, go_on = threading.Event(), threading.Event()


@jobs.handler("test.minutes", slow=True)
def slow(_services: Services, _payload: Payload) -> None:
    began.set()
    assert go_on.wait(240)
    done.append("slow")


@jobs.handler("test.moment")
def quick(_services: Services, _payload: Payload) -> None:
    done.append("quick")


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    for event in (began, go_on, done):
        event.clear()
    yield
    go_on.set()


def add(services: Services, kind: str) -> None:
    with services.database.uow() as tx:
        enqueue(tx, kind, "1", {})
        tx.commit()


def test_a_job_that_takes_minutes_keeps_nobody_waiting(services: Services, worker: Worker) -> None:
    add(services, "test.minutes")
    worker.start()
    assert began.wait(240)
    add(services, "test.moment")
    deadline = time.monotonic() + 240
    while not done and time.monotonic() < deadline:
        time.sleep(0.02)
    assert done == ["quick"]
    go_on.set()
    worker.stop()

    assert done == ["quick", "slow"]


def test_a_worker_that_is_stopped_waits_for_no_job_that_takes_minutes(
    services: Services, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PATIENCE", 0.01)
    add(services, "test.minutes")
    worker.start()
    assert began.wait(240)
    worker.stop()
    assert done == []
    with services.database.read() as session:
        assert session.exec(select(Job.done_at)).one() is None  # the next worker does it again

    go_on.set()
    worker._beside.stop()
    assert done == ["slow"]


def test_a_slow_job_is_begun_at_once_and_not_at_the_next_look(
    services: Services, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN", 3600)
    worker.start()
    with services.database.uow() as tx:  # of what is not committed nobody is told
        enqueue(tx, "test.minutes", "1", {})
    add(services, "test.moment")
    assert not began.wait(0.2)
    add(services, "test.minutes")
    assert began.wait(240)
    go_on.set()
    worker.stop()

    assert (done, rounds._running) == (["slow"], set())


def test_what_undoes_a_slow_job_comes_after_it(worker: Worker) -> None:
    """In the order in which they were enqueued, in one lane: never beside it."""
    pairs = ((freezing.FREEZE, freezing.DISCARD), (rehearsals.PREPARE, rehearsals.THROW_AWAY))
    assert [kind in jobs._slow for pair in pairs for kind in pair] == [True] * 4
