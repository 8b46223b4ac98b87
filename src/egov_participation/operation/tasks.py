"""The worker says that it lives."""

from __future__ import annotations

from egov_participation.operation import service
from egov_participation.services import Services
from egov_participation.ticks import tick


@tick()
def say_that_the_worker_lives(services: Services) -> None:
    """Every quarter of a minute."""
    now = services.clock()
    with services.database.read() as session:  # asked first: writing every second would be in others' way
        due = service.is_due(session, now)
    if due:
        with services.database.uow() as tx:
            service.beat(tx, now)
            tx.commit()
