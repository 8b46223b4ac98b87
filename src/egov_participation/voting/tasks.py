"""The voting room's background work: closing votes by the clock, and adding their ballots up."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.services import Services
from egov_participation.ticks import tick
from egov_participation.voting.service import adding_up, opening
from egov_participation.voting.service.acts import DESTROY, DOCUMENTS
from egov_participation.voting.service.closing import close_due_votes
from egov_participation.voting.service.documents import enter_documents


@tick()
def enter_openings(services: Services) -> None:
    """Say in the transparency log that a vote has opened."""
    opening.enter_openings(services)


@tick()
def close_votes(services: Services) -> None:
    """Close the votes whose time has come."""
    close_due_votes(services)


@handler(adding_up.ADD_UP, words=N_("add up the encrypted ballots of a vote"), persistent=True, slow=True)
def add_up(services: Services, payload: Payload) -> None:
    """Append the encrypted tally."""
    adding_up.append_tally(services, payload["vote"])


@handler(DESTROY, words=N_("delete the voting codes of a vote that was cancelled"))
def destroy_credentials(services: Services, payload: Payload) -> None:
    """Have the registrar delete them; tried again for as long as it does not answer."""
    services.registrar.destroy(payload["vote"])


@handler(DOCUMENTS, words=N_("enter the protocol of a vote in the transparency log"))
def enter_protocol(services: Services, payload: Payload) -> None:
    """Set its PDFs and enter their hashes."""
    enter_documents(services, payload["vote"])
