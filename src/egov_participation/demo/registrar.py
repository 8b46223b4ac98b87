"""The demonstration's invented voters prove to the registrar who they are, as people do: by the code that it mails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sqlmodel import delete

from egov_participation.mail import NullMailer
from egov_participation.registrar.interface import Way
from egov_participation.registrar.models import Outgoing
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services

_CODE: Final = re.compile(r"^    (\d{8})$", re.MULTILINE)
_AT_ONCE: Final = 50
"""So many mails the registrar sends when it is asked to send them."""


def released(services: Services, vote: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """Voters' credentials, by person id. The mailer of ``services`` must be a `NullMailer`: their mailboxes.

    Args:
        addresses: where the register says that each person is written to; each person's own.
    """
    people = list(addresses)
    credentials: dict[str, str] = {}
    for start in range(0, len(people), _AT_ONCE):
        some = {person: addresses[person] for person in people[start : start + _AT_ONCE]}
        credentials |= _released(services, vote, some)
    return credentials


def forget_mails(services: Services) -> None:
    """Throw away what waits to be mailed: nobody reads the mails of invented voters."""
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    with registrar.means.database.uow() as tx:
        tx.session.execute(delete(Outgoing))
        tx.commit()


def _released(services: Services, vote: str, addresses: Mapping[str, str]) -> dict[str, str]:
    registrar, mailbox = services.registrar, services.mailer
    assert isinstance(registrar, LocalRegistrar)
    assert isinstance(mailbox, NullMailer)
    mailbox.sent.clear()
    challenges = {person: registrar.begin(vote, person, Way.CODE, lang="en").id for person in addresses}
    registrar.send_mails()
    codes = {mail.to: found[1] for mail in mailbox.sent if (found := _CODE.search(mail.text))}
    credentials: dict[str, str] = {}
    for person, challenge in challenges.items():
        release = registrar.prove(vote, person, {"challenge": challenge, "code": codes[addresses[person]]})
        credentials[person] = registrar.credential(vote, person, release)
    forget_mails(services)  # writing the notices of the displays, which nobody reads, would take as long as all else
    return credentials
