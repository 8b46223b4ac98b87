"""A worker in a process of its own, with a job that takes its time (`test_workers.py`)."""

from __future__ import annotations

import time
from pathlib import Path

from egov_participation import jobs, rooms
from egov_participation.app import create_services
from egov_participation.jobs import Payload, Worker
from egov_participation.services import Services
from egov_participation.settings import Settings

SLOW = "test.slow_elsewhere"


@jobs.handler(SLOW)
def write_down(_services: Services, payload: Payload) -> None:
    """Append the word to a file, and only then go on to be finished."""
    with Path(payload["file"]).open("a") as file:
        file.write(f"{payload['word']}\n")
    time.sleep(payload["seconds"])


def work(settings: Settings) -> None:
    """Do what is due, once."""
    rooms.load("tasks")
    services = create_services(settings)
    Worker(services).run_due()
    services.database.close()
