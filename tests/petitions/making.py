"""Petitions to test with: opened and signed by the real use cases, with the registrar that is in the process.

`Petitions` is what a test makes them with. People prove who they are with codes that the registrar mails, since the
rules here let that do (`RULES` is Kazakhstan's otherwise).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from sqlmodel import col, select
from tests.voting.making import make_people

from egov_participation.jurisdiction.petition_rules import RuleSet, Way
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Petition, PetitionCount, PetitionText, State
from egov_participation.petitions.service import batches, closing, counting, lifecycle, opening, signing, verified
from egov_participation.petitions.service.signing import Wishes
from egov_participation.registrar.interface import Act
from egov_participation.registrar.interface import Way as Proof
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registry.iin import Iin
from egov_participation.services import Services

CODE = re.compile(r"^    (\d{8})$", re.MULTILINE)
NETWORK = "203.0.113.7"
TEXTS = {
    "kk": ("Саябақ салынсын", "Орталықта саябақ салуды сұраймыз.", "Балаларға ойнайтын жер жоқ."),
    "ru": ("Построить парк", "Просим построить парк в центре.", "Детям негде играть."),
    "en": ("Build a park", "We ask for a park in the centre.", "Children have nowhere to play."),
}


def rules_with(*ways: Way, level: int = 1) -> RuleSet:
    """Kazakhstan's rules of 2024, but for how signers prove who they are."""
    found = PETITIONS.load("kz", date(2024, 10, 6))
    identity = found.identity.model_copy(update={"ways": ways or (Way.CODE,), "level": level})
    return found.model_copy(update={"identity": identity})


RULES = rules_with()


@dataclass
class Petitions:
    """What a test makes petitions with."""

    services: Services
    people: list[str] = field(default_factory=list)
    """Person ids of residents of KZ-75, born in 1990."""
    iins: list[Iin] = field(default_factory=list)
    """Theirs."""

    def residents(self, count: int) -> list[str]:
        """So many residents. The first call says how many there are in all."""
        if not self.people:
            self.iins, self.people = make_people(self.services, count)
        return self.people[:count]

    def make(
        self,
        state: State = State.OPEN,
        *,
        rules: RuleSet = RULES,
        territory: str = "",
        addressee: str = "government",
        creator: str | None = None,
        generated: bool = False,
    ) -> str:
        """A petition in a state; its number, or of a draft its key."""
        petition = self._draft(rules, territory, addressee, creator)
        if state is State.DRAFT:
            return petition.key
        reference = self._hand_in(petition.key)
        if state is State.REVIEW:
            return reference
        if state in (State.COLLECTING, State.REJECTED):
            self.change(reference, state)
            return reference
        opening.open_petition(self.services, reference, generated=generated)
        if state is not State.OPEN:
            self.change(reference, state)
        return reference

    def change(self, reference: str, state: State, reason: str | None = None) -> None:
        """Let it go into another state that needs nothing else."""
        with self.services.database.uow() as tx:
            petition = tx.exec(select(Petition).where(Petition.reference == reference)).one()
            if state in (State.REJECTED, State.HIDDEN, State.STOPPED, State.MERGED):
                reason = reason or "Себебі бар"
            into = None
            if state is State.MERGED:
                into = tx.exec(
                    select(Petition).where(Petition.reference != reference).order_by(col(Petition.id))
                ).first()
            lifecycle.change(tx, petition, state, self.services.clock(), by="moderator", reason=reason, into=into)
            tx.commit()

    def answer(self, reference: str, person: str, act: Act = Act.ATTEST) -> dict[str, str]:
        """An answer to a new challenge: the code that the registrar mailed."""
        challenge = signing.begin(self.services, reference, person, act, Proof.CODE, network=NETWORK, lang="en")
        return {"challenge": challenge.id, "code": self.code()}

    def code(self) -> str:
        """The code that the registrar mailed last."""
        registrar, mailer = self.services.registrar, self.services.mailer
        assert isinstance(registrar, LocalRegistrar)
        assert isinstance(mailer, NullMailer)
        registrar.send_mails()
        return next(found[1] for mail in reversed(mailer.sent) if (found := CODE.search(mail.text)))

    def sign(self, reference: str, person: str, wishes: Wishes | None = None) -> bool:
        """Sign with a mailed code; whether the signature is new."""
        answer = self.answer(reference, person)
        return signing.sign(self.services, reference, person, answer, wishes=wishes or Wishes())

    def withdraw(self, reference: str, person: str) -> None:
        """Withdraw with a mailed code."""
        signing.withdraw(self.services, reference, person, self.answer(reference, person, Act.WITHDRAW))

    def round(self) -> None:
        """What the worker does in a second or two: close, count, enter, publish, count over the log."""
        closing.close_due(self.services)
        counting.count(self.services)
        batches.enter_batches(self.services)
        ledger.publish(self.services)
        verified.count_verified(self.services)
        counting.count(self.services)

    def counts(self, reference: str) -> PetitionCount:
        """As they stand."""
        with self.services.database.read() as session:
            row = session.get(PetitionCount, self.id(reference))
            return row or PetitionCount(petition_id=0, counted_at=self.services.clock())

    def petition(self, reference: str) -> Petition:
        """Its row."""
        with self.services.database.read() as session:
            return session.exec(select(Petition).where(Petition.reference == reference)).one()

    def id(self, reference: str) -> int:
        """Of its row."""
        found = self.petition(reference).id
        assert found is not None
        return found

    def differences(self, reference: str) -> list[counting.Difference]:
        """What a recount finds wrong."""
        with self.services.database.read() as session:
            return counting.recount(session, self.id(reference))

    def _draft(self, rules: RuleSet, territory: str, addressee: str, creator: str | None) -> Petition:
        now = self.services.clock()
        with self.services.database.uow() as tx:
            number = len(tx.exec(select(Petition.id)).all()) + 1
            petition = Petition(
                key=f"draft-{number}",
                year=now.year,
                jurisdiction=rules.code,
                rules=rules.snapshot(territory),
                territory=territory,
                addressee=addressee,
                language="kk",
                creator=creator,
                creator_name="Сынақ С.",
                created_at=now,
                state_at=now,
            )
            tx.add(petition)
            tx.flush()
            assert petition.id is not None
            for lang, (title, ask, background) in TEXTS.items():
                tx.add(PetitionText(petition_id=petition.id, lang=lang, title=title, ask=ask, background=background))
            tx.commit()
        return petition

    def _hand_in(self, key: str) -> str:
        with self.services.database.uow() as tx:
            petition = tx.exec(select(Petition).where(Petition.key == key)).one()
            taken = set(tx.exec(select(Petition.number).where(Petition.year == petition.year)))
            # Its id, unless one that was handed in on its pages has that number.
            petition.number = next(number for number in count(petition.id or 1) if number not in taken)
            petition.reference = f"P-{petition.year}-{petition.number:04}"
            lifecycle.change(tx, petition, State.REVIEW, self.services.clock(), by="creator")
            tx.commit()
            return petition.reference
