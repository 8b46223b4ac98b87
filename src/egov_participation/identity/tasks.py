"""What the worker does for the identity room."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.identity import service
from egov_participation.identity.keys import keys
from egov_participation.identity.service.signin import SEND_CODE
from egov_participation.jobs import Payload, handler
from egov_participation.services import Services
from egov_participation.ticks import MINUTE, tick


@handler(SEND_CODE, words=N_("Mail a code for signing in"))
def send_code(services: Services, payload: Payload) -> None:
    """Mail the code of a sign-in."""
    service.send_code(services, keys(services.settings.keys_dir), payload["attempt"])


@handler(service.ERASE, words=N_("Erase a person’s data"))
def erase(services: Services, payload: Payload) -> None:
    """Delete what may go of a person who asked for it."""
    service.erase(services, payload)


@tick(every=MINUTE)
def change_due_addresses(services: Services) -> None:
    """Use new mail addresses that have waited long enough."""
    service.change_due_addresses(services)


@tick(every=MINUTE)
def purge(services: Services) -> None:
    """Delete what has expired."""
    service.purge(services)
