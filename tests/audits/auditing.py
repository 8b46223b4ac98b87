"""An audit carried through by the real use cases: two auditors with values of their own, and the registrar."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from tests.officials import SignedIn
from tests.petitions.making import Petitions

from egov_crypto import audit as protocol
from egov_participation import approvals
from egov_participation.approvals import Proposal
from egov_participation.audits.models import Audit
from egov_participation.audits.rules import Outcome
from egov_participation.audits.service import committing, drawing, lookup, opening, reporting
from egov_participation.mail import NullMailer
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services

ANSWER = re.compile(r"/petitions/(P-[\d-]+)/audit/answer/([\w-]+)")


@dataclass
class Auditing:
    """What a test audits with."""

    services: Services
    petitions: Petitions
    auditors: list[SignedIn]
    values: dict[str, bytes] = field(default_factory=dict)
    """By auditor, for the last audit."""

    def signed(self, number: int) -> str:
        """A petition that so many have signed, as the log has it by now."""
        reference = self.petitions.make()
        for person in self.petitions.residents(number):
            self.petitions.sign(reference, person)
        self.publish()
        return reference

    def publish(self) -> None:
        """An hour later, what waited has left."""
        clock = self.services.clock
        clock.advance(hours=1)  # type: ignore[attr-defined]
        self.petitions.round()

    def begun(self, reference: str, sample: int) -> str:
        """An audit whose auditors have committed to values."""
        key = committing.begin(self.services, self.auditors[0].session, reference, sample)
        for auditor in self.auditors:
            value = self.values[auditor.person_id] = secrets.token_bytes(32)
            committing.join(self.services, auditor.session, key, protocol.commitment(reference, value))
        return key

    def committed(self, reference: str, sample: int) -> str:
        """An audit that two approved."""
        key = self.begun(reference, sample)
        self.decided(committing, key)
        self.petitions.round()
        return key

    def drawn(self, reference: str, sample: int) -> str:
        """An audit whose sample is drawn."""
        key = self.committed(reference, sample)
        for auditor in self.auditors:
            drawing.reveal(self.services, auditor.session, key, self.values[auditor.person_id].hex())
        drawing.draw_due(self.services)
        self.petitions.round()
        return key

    def opened(self, reference: str, sample: int) -> str:
        """An audit whose sample the registrar has opened."""
        key = self.drawn(reference, sample)
        self.decided(opening, key)
        opening.open_due(self.services)
        return key

    def proposed(
        self, key: str, confirmed: int, denied: int, unreached: int, *, asked_yes: int = 0, asked_no: int = 0
    ) -> Proposal:
        """A report that the first auditor proposes."""
        said = reporting.answers(self.services, self.audit(key))
        outcome = Outcome(confirmed, denied, unreached, asked_yes, asked_no)
        with self.services.database.uow() as tx:
            proposal = reporting.propose(self.services, tx, self.auditors[0].session, key, outcome, said)
            tx.commit()
        return proposal

    def reported(self, key: str, confirmed: int, denied: int, unreached: int, **asked: int) -> Audit:
        """The audit after its report."""
        self.approve(self.proposed(key, confirmed, denied, unreached, **asked))
        self.petitions.round()
        return self.audit(key)

    def decided(self, room: object, key: str) -> None:
        """The first auditor proposes, the second approves."""
        with self.services.database.uow() as tx:
            proposal: Proposal = room.propose(self.services, tx, self.auditors[0].session, key)  # type: ignore[attr-defined]
            tx.commit()
        self.approve(proposal)

    def approve(self, proposal: Proposal) -> None:
        """As the second auditor."""
        with self.services.database.uow() as tx:
            approvals.approve(self.services, tx, self.auditors[1].session, proposal.id, proposal.content_hash)
            tx.commit()

    def audit(self, key: str) -> Audit:
        """Its row."""
        with self.services.database.read() as session:
            return lookup.found(session, key)

    def asked(self) -> dict[str, str]:
        """The tokens in the mails to those who were drawn, by address."""
        registrar, mailer = self.services.registrar, self.services.mailer
        assert isinstance(registrar, LocalRegistrar)
        assert isinstance(mailer, NullMailer)
        registrar.send_mails()
        return {mail.to: found[2] for mail in mailer.sent if (found := ANSWER.search(mail.text))}
