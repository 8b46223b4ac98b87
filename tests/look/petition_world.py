"""The petitions that stand on the site while its pages are looked at: each made when it is first asked for."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cached_property

from tests.audits.auditing import Auditing
from tests.officials import MakeOfficial
from tests.petitions.deciding import invalidate
from tests.petitions.making import Petitions
from tests.petitions.owed import FORM, TWO, publish, reach
from tests.petitions.rows import put_signatures
from tests.petitions.showing import put

from egov_participation.actions import Role
from egov_participation.audits.service import committing
from egov_participation.jurisdiction.territories import REGIONS
from egov_participation.petitions.rules.integrity import Filter
from egov_participation.petitions.service import (
    carrying_out,
    counting,
    ending,
    invalidating,
    lookup,
    paper,
    pressure,
    subscribers,
)
from egov_participation.petitions.service.ending import Ending
from egov_participation.services import Services


class PetitionWorld:
    """What pages about petitions are about."""

    audit: str
    """Key of the audit of `audited`, whose people are asked."""
    gathering: str
    """Key of another one, of `audit_proposal`."""

    def __init__(self, services: Services, official: MakeOfficial, citizen: str) -> None:
        self.services, self._official, self._citizen = services, official, citizen
        self._petitions = Petitions(services)

    @cached_property
    def owed(self) -> str:
        """A petition that is owed an answer, one of which a colleague of whoever looks has proposed; its number."""
        reference = self._petitions.make(rules=TWO, addressee="finance")
        reach(self.services, self._petitions.petition(reference), 3)
        return reference

    @cached_property
    def answer(self) -> str:
        """What is proposed there; its id."""
        other = self._official(Role.MINISTRY)
        response = other.client.post(f"/en/office/answers/{self.owed}/write/answer", data=FORM)
        return str(response.headers["location"]).rsplit("/", 1)[1]

    @cached_property
    def document(self) -> str:
        """A document with the answered one: its SHA-256."""
        content = b"%PDF-1.7"
        files = {"file": ("a.pdf", content)}
        address = f"/en/office/answers/{self.answered}/documents"
        assert (
            self._official(Role.MINISTRY).client.post(address, data={"name": "Бюджет"}, files=files).status_code == 303
        )
        return hashlib.sha256(content).hexdigest()

    @cached_property
    def answered(self) -> str:
        """A petition with an answer; its number."""
        reference = self._petitions.make(rules=TWO, addressee="finance")
        reach(self.services, self._petitions.petition(reference), 2)
        publish(self._official(Role.MINISTRY), self._official(Role.MINISTRY), reference)
        return reference

    @cached_property
    def signed(self) -> str:
        """A petition with signatures from every region on many days, some with names; its number."""
        today = self.services.day(self.services.clock())
        number = 9000  # the greatest: a petition that is handed in gets the next one
        regions = {code: (1200 + 310 * place, place, 1100) for place, code in enumerate(REGIONS)}
        days = {today - timedelta(days=n): 90 + n * n for n in range(120)}
        names = tuple((f"Айгүл {letter}.", today - timedelta(days=1)) for letter in "АБВГДЕЖЗИК")
        return put(self.services, number, regions=regions | {"other": (41, 0, 40)}, days=days, names=names)

    @cached_property
    def rejected(self) -> str:
        """A petition that was rejected, its text shown; its number."""
        reason = "What is asked is decided by the courts alone.\nWrite to the court instead."
        return put(
            self.services, 8500, state="rejected", ground="languages", happened=(("state.rejected", {}, reason),)
        )

    @cached_property
    def hidden(self) -> str:
        """A petition that nobody sees any more; its number."""
        return put(self.services, 8001, state="hidden", text_hidden=True)

    @cached_property
    def doubted(self) -> str:
        """A petition of which many signatures came from one network, some of them not counted any more; its number."""
        reference = self._petitions.make()
        petition = self._petitions.id(reference)
        put_signatures(self.services, petition, range(12), network="198.51.100.0/24")
        put_signatures(self.services, petition, range(12, 20), network="203.0.113.0/24", region="KZ-71")
        put_signatures(self.services, petition, range(20, 22), way="paper")
        counting.count(self.services)
        return reference

    @cached_property
    def invalidation(self) -> str:
        """A decision of others about some of them, carried out and proposed to be undone; its id."""
        one, other = (self._official(Role.MODERATOR).session for _ in range(2))
        decision = invalidate(self.services, one, other, self.doubted, Filter(region="KZ-71"))
        for batch in range(2):
            carrying_out.run(self.services, {"invalidation": decision, "batch": batch})
        with self.services.database.uow() as tx:
            invalidating.propose_undoing(self.services, tx, one, decision, reason="It was an office", lang="en")
            tx.commit()
        return decision

    @cached_property
    def ending(self) -> str:
        """A proposal of others to stop it; its id."""
        acting, reference = self._official(Role.MODERATOR).session, self.doubted
        with self.services.database.uow() as tx:
            proposal = ending.end(self.services, tx, acting, reference, Ending.STOP, "Орган таратылды.")
            assert proposal is not None
            tx.commit()
        return proposal.id

    @cached_property
    def pressure(self) -> str:
        """A report of pressure to sign it; its number."""
        reference = self.doubted  # made before the transaction begins
        with self.services.database.uow() as tx:
            number = pressure.report(
                tx,
                self.services,
                lookup.found(tx.session, reference),
                once="2" * 32,
                text="Бастық тізім жүргізді.\nҚол қоймағандарды шақырды.",
                mail="alua@mail.example",
                person=None,
                network="192.0.2.1",
                lang="kk",
            )
            tx.commit()
        return number

    @cached_property
    def paper(self) -> int:
        """A form on paper that a colleague of whoever looks has entered; its id."""
        operator, person = self._official(Role.DESK_OPERATOR), self._petitions.residents(1)[0]
        iin = self.services.registrar.means.residents.person(person)[1]  # type: ignore[attr-defined]
        reference = self._petitions.make()
        paper.enter(self.services, operator.session, reference, iin, form="A-000123", witness="Серік Ахметов")
        with self.services.database.read() as session:
            (entry,) = paper.of_day(self.services, session, self.services.day(self.services.clock()))
        return entry.id

    @cached_property
    def auditing(self) -> Auditing:
        """Two auditors, who are not whoever looks."""
        return Auditing(self.services, self._petitions, [self._official(Role.AUDITOR), self._official(Role.AUDITOR)])

    @cached_property
    def audited(self) -> str:
        """A petition with signatures in the log, and an audit; its number."""
        reference = self._petitions.make()
        for person in self._petitions.residents(3):
            self._petitions.sign(reference, person)
        self.services.registrar.close_petition(reference)  # then they leave at once
        self._petitions.round()
        self.audit = self.auditing.opened(reference, 2)
        return reference

    @cached_property
    def audit_proposal(self) -> str:
        """That a sample be drawn for another audit of it; its id."""
        self.gathering = self.auditing.begun(self.audited, 3)
        with self.services.database.uow() as tx:
            proposal = committing.propose(self.services, tx, self.auditing.auditors[0].session, self.gathering)
            tx.commit()
        return proposal.id

    @cached_property
    def audit_token(self) -> str:
        """In the address of the question to somebody who was drawn."""
        assert self.audited
        return next(iter(self.auditing.asked().values()))

    @cached_property
    def unsigned(self) -> str:
        """A petition that whoever looks may sign and has not; its number."""
        return self._petitions.make()

    @cached_property
    def own(self) -> str:
        """One that they have signed; its number."""
        reference = self._petitions.make()
        self._petitions.sign(reference, self._citizen)
        return reference

    @cached_property
    def stop_token(self) -> str:
        """What stops the mails about a petition."""
        return subscribers.stop_token(self.services.settings.keys_dir, self.owed, "0" * 32)
