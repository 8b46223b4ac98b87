"""What the worker does for incidents."""

from __future__ import annotations

from egov_participation.incidents import service
from egov_participation.services import Services
from egov_participation.ticks import HOUR, tick


@tick(every=HOUR)
def forget_old_reports(services: Services) -> None:
    """Delete what was written in reports whose time is over."""
    service.forget_old(services)
