"""What the worker does for the register."""

from __future__ import annotations

from egov_participation.registry.service import CorrectedRegistry, HttpRegistry
from egov_participation.services import Services
from egov_participation.ticks import HOUR, tick


@tick(every=HOUR)
def forget_old(services: Services) -> None:
    """Forget what another machine's registry said of people of whom nothing was asked for long."""
    registry = services.registry
    within = registry.registry if isinstance(registry, CorrectedRegistry) else registry
    if isinstance(within, HttpRegistry):
        within.forget_old()
