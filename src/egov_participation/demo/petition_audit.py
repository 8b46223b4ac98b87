"""An audit in the demonstration: two auditors drew some signatures of a petition, and most of the people answered."""

from __future__ import annotations

import re
import secrets
from types import ModuleType
from typing import Final

from egov_crypto import audit as protocol
from egov_participation import approvals
from egov_participation.actions import Role
from egov_participation.approvals import Proposal
from egov_participation.audits.rules import Outcome
from egov_participation.audits.service import committing, drawing, lookup, opening, reporting
from egov_participation.clock import ManualClock
from egov_participation.demo import officials
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.service import verified
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services, SessionInfo

SAMPLE: Final = 12
UNREACHED: Final = 2
_TOKEN: Final = re.compile(r"/audit/answer/([\w-]+)")


def audit(services: Services, clock: ManualClock, auditors: tuple[str, str], reference: str) -> None:
    """Audit a petition whose signatures are in the log, within two days of the clock's time.

    Args:
        auditors: person ids of two officials.
    """
    values = [secrets.token_bytes(protocol.VALUE_SIZE) for _ in auditors]

    def acting(place: int) -> SessionInfo:
        return officials.acting(auditors[place], Role.AUDITOR, clock())

    def approved(proposal: Proposal) -> None:
        clock.advance(hours=2)
        with services.database.uow() as tx:
            approvals.approve(services, tx, acting(1), proposal.id, proposal.content_hash)
            tx.commit()
        ledger.publish(services)

    def decide(room: ModuleType) -> None:
        with services.database.uow() as tx:
            proposal = room.propose(services, tx, acting(0), key)
            tx.commit()
        approved(proposal)

    key = committing.begin(services, acting(0), reference, SAMPLE)
    for place, value in enumerate(values):
        committing.join(services, acting(place), key, protocol.commitment(reference, value))
    decide(committing)
    clock.advance(hours=10)
    for place, value in enumerate(values):
        drawing.reveal(services, acting(place), key, value.hex())
    verified.count_verified(services)  # it is drawn from what is counted
    drawing.draw_due(services)
    decide(opening)
    opening.open_due(services)
    tokens = _asked(services)
    for token in tokens[UNREACHED:]:
        services.registrar.answer_audit(token, True)
    clock.advance(hours=20)
    with services.database.read() as session:
        said = reporting.answers(services, lookup.found(session, key))
    with services.database.uow() as tx:
        signed = len(tokens) - UNREACHED
        outcome = Outcome(confirmed=signed, denied=0, unreached=UNREACHED, asked_yes=signed // 2, asked_no=0)
        proposal = reporting.propose(services, tx, acting(0), key, outcome, said)
        tx.commit()
    approved(proposal)


def _asked(services: Services) -> list[str]:
    """What the links in the mails to those drawn hold; nobody else reads these mails."""
    registrar, mailbox = services.registrar, services.mailer
    assert isinstance(registrar, LocalRegistrar)
    assert isinstance(mailbox, NullMailer)
    mailbox.sent.clear()
    registrar.send_mails()
    return [found[1] for mail in mailbox.sent if (found := _TOKEN.search(mail.text))]
