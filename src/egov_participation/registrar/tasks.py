"""The registrar's jobs: mails that tell a person what was done with their credential."""

from __future__ import annotations

from egov_participation.i18n import N_, translate
from egov_participation.jobs import Payload, handler
from egov_participation.mail import Mail
from egov_participation.registrar.service import SHOWN
from egov_participation.services import Services

_SUBJECT = N_("Your voting code was shown")
_TEXT = N_(
    "Your code for this vote was just shown on a screen after somebody signed in as you:\n"
    "\n"
    "%(address)s\n"
    "\n"
    "If that was you, there is nothing to do. If it was not, somebody can read your mail: change its password, then"
    " vote with your code, since only the last ballot counts, and tell the commission.\n"
)


# Forgotten, since a ballot often follows soon on what these tell of.
@handler(SHOWN, forget=True)
def tell_that_a_credential_was_shown(services: Services, payload: Payload) -> None:
    """Mail the person. The mail holds neither the credential nor anything made from it."""
    with services.database.read() as session:
        person = services.registry.get(session, payload["person"])
    if person is None:
        return  # no longer in the register: nobody to tell
    address = f"{services.settings.base_url}/{person.language}/votes/{payload['vote']}"
    text = translate(person.language, _TEXT, address=address)
    services.mailer.send(Mail(person.mail, translate(person.language, _SUBJECT), text))
