"""What the worker does for the contact centre."""

from __future__ import annotations

from egov_participation.contact import service
from egov_participation.services import Services
from egov_participation.ticks import HOUR, tick


@tick(every=HOUR)
def forget_old(services: Services) -> None:
    """Delete messages whose time is over."""
    service.forget_old(services)
