"""A process that casts ballots, until it is killed (`test_killed.py`) or beside another one.

What it was acknowledged it appends to a file, a line a ballot, in one write each: what the operating system was given
outlives the process.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from egov_participation.app import create_services
from egov_participation.settings import Settings
from egov_participation.voting import service


def cast_all(settings: Settings, log: Path, vote_uuid: str, queues: list[tuple[str, list[bytes]]]) -> None:
    """Cast each person's ballots in order, all people at once.

    Args:
        log: where acknowledgements go: receipts, one a line.
        queues: (person id, ballots still to be acknowledged).
    """
    services = create_services(settings)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def voter(person_id: str, ballots: list[bytes]) -> None:
        for raw in ballots:
            os.write(written, service.cast(services, vote_uuid, person_id, raw).receipt + b"\n")

    with ThreadPoolExecutor(len(queues)) as pool:
        for done in [pool.submit(voter, *queue) for queue in queues]:
            done.result()
    services.database.close()
