"""What the worker does for the log besides publishing it, which has a thread of its own."""

from __future__ import annotations

from egov_participation.ledger.service.rotating import drop_old_key
from egov_participation.services import Services
from egov_participation.ticks import HOUR, tick


@tick(every=HOUR)
def look_after_the_key(services: Services) -> None:
    """Destroy a key that was replaced, when nobody needs it any more."""
    drop_old_key(services)
