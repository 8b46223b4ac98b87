"""The voting room's background work: closing votes by the clock."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler, tick
from egov_participation.services import Services
from egov_participation.voting.service.acts import DESTROY
from egov_participation.voting.service.closing import close_due_votes


@tick
def close_votes(services: Services) -> None:
    """Close the votes whose time has come, and tally them."""
    close_due_votes(services)


@handler(DESTROY, words=N_("delete the voting codes of a vote that was cancelled"))
def destroy_credentials(services: Services, payload: Payload) -> None:
    """Have the registrar delete them; tried again for as long as it does not answer."""
    services.registrar.destroy(payload["vote"])
