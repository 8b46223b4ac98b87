"""What the worker does for petitions."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler, tick
from egov_participation.petitions.service import forgetting
from egov_participation.services import Services


@tick
def forget_old(services: Services) -> None:
    """Delete what has been kept for long enough."""
    forgetting.forget_old(services)


@handler(forgetting.ANONYMISE, words=N_("delete who signed a petition that ended long ago"), persistent=True)
def anonymise(services: Services, payload: Payload) -> None:
    """A batch of its signatures."""
    forgetting.anonymise(services, payload)
