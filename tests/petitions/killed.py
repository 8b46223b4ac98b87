"""A worker in a process of its own, to be killed."""

from __future__ import annotations

import threading

from egov_participation.app import create_services
from egov_participation.petitions.models import Invalidation
from egov_participation.petitions.rules import integrity
from egov_participation.petitions.service import carrying_out
from egov_participation.settings import Settings


def carry_out(settings: Settings, decision: str, batch: int, most: int | None = None) -> None:
    """Carry a decision out from where it stands to its end, so many signatures at a time.

    Args:
        most: after so many times it does nothing more, and waits to be killed.
    """
    integrity.BATCH = batch  # type: ignore[misc]
    services = create_services(settings)
    while True:
        with services.database.read() as session:
            row = session.get_one(Invalidation, decision)
            if row.finished_at is not None:
                break
            done = row.batches
        if most == 0:
            threading.Event().wait()
        carrying_out.run(services, {"invalidation": decision, "batch": done})
        most = None if most is None else most - 1
    services.database.close()
