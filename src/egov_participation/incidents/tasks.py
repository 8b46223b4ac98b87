"""What the worker does for incidents."""

from __future__ import annotations

from egov_participation.incidents import service
from egov_participation.jobs import tick
from egov_participation.services import Services


@tick
def forget_old_reports(services: Services) -> None:
    """Delete what was written in reports whose time is over."""
    service.forget_old(services)
