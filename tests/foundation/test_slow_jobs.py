"""Jobs that take minutes are done beside the others."""

from __future__ import annotations

import threading
import time

from egov_participation import jobs
from egov_participation.jobs import Payload, Worker, enqueue
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


def add(services: Services, kind: str) -> None:
    with services.database.uow() as tx:
        enqueue(tx, kind, "1", {})
        tx.commit()


def test_a_job_that_takes_minutes_keeps_nobody_waiting(services: Services, worker: Worker) -> None:
    for event in (began, go_on, done):
        event.clear()
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
