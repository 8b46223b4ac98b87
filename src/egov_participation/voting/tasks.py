"""The voting room's background work: closing votes by the clock, and the alarm that a ballot was recorded."""

from __future__ import annotations

from egov_participation.i18n import N_, translate
from egov_participation.jobs import Payload, handler, tick
from egov_participation.mail import Mail
from egov_participation.services import Services
from egov_participation.voting.service.casting import RECORDED
from egov_participation.voting.service.closing import close_due_votes

_SUBJECT = N_("A ballot was recorded in your name")
_TEXT = N_(
    "A ballot was recorded in your name in this vote:\n"
    "\n"
    "%(address)s\n"
    "\n"
    "If you voted, there is nothing to do. If you did not, somebody has your voting code: vote with it yourself, since"
    " only the last ballot counts, and tell the commission.\n"
)


@tick
def close_votes(services: Services) -> None:
    """Close the votes whose time has come, and tally them."""
    close_due_votes(services)


# Forgotten, since the moments at which these mails left are, in order, those at which the ballots came.
@handler(RECORDED, forget=True)
def tell_that_a_ballot_was_recorded(services: Services, payload: Payload) -> None:
    """Mail the voter: an alarm against theft. It says which vote and nothing of the ballot (``trust.md``)."""
    with services.database.read() as session:
        person = services.registry.get(session, payload["person"])
    if person is None:
        return  # no longer in the register: nobody to tell
    address = f"{services.settings.base_url}/{person.language}/votes/{payload['vote']}"
    text = translate(person.language, _TEXT, address=address)
    services.mailer.send(Mail(person.mail, translate(person.language, _SUBJECT), text))
