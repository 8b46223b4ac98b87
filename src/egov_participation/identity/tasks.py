"""What the worker does for the identity room."""

from __future__ import annotations

from egov_participation.identity import service
from egov_participation.identity.keys import keys
from egov_participation.identity.service.signin import SEND_CODE
from egov_participation.jobs import Payload, handler, tick
from egov_participation.services import Services


@handler(SEND_CODE)
def send_code(services: Services, payload: Payload) -> None:
    """Mail the code of a sign-in."""
    service.send_code(services, keys(services.settings.keys_dir), payload["attempt"])


@tick
def purge(services: Services) -> None:
    """Delete what has expired."""
    service.purge(services)
