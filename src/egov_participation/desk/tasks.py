"""What the worker does for the desk."""

from __future__ import annotations

from egov_participation.desk import service
from egov_participation.services import Services
from egov_participation.ticks import HOUR, tick


@tick(every=HOUR)
def purge_enrolments(services: Services) -> None:
    """Delete what is over."""
    service.purge(services)
