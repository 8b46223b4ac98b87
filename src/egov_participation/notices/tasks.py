"""The worker sends notices."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.notices import service
from egov_participation.services import Services


@handler(service.SEND, words=N_("Send a mail"))
def send(services: Services, payload: Payload) -> None:
    """Send a notice."""
    service.send(services, payload)


# Forgotten, since the moments at which these left are, within hours, those at which their causes came.
@handler(service.SEND_QUIETLY, words=N_("Send a mail about a ballot or a voting code"), forget=True)
def send_quietly(services: Services, payload: Payload) -> None:
    """Send a notice of which nothing is kept."""
    service.send(services, payload)
