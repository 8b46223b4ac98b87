"""The demonstration's petitions: one in each state, as their creators, moderators, signers and ministries left them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import select

from egov_participation import approvals
from egov_participation.actions import Capacity, Role
from egov_participation.clock import ManualClock
from egov_participation.demo import officials, petition_audit, registrar
from egov_participation.demo import petition_texts as wanted
from egov_participation.demo.petition_answers import ANSWER, DEBATE
from egov_participation.demo.petition_texts import Invented
from egov_participation.demo.voters import Resident
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Petition
from egov_participation.petitions.rules.moderating import NOT_SO, SO
from egov_participation.petitions.rules.outcomes import Content, To, Words
from egov_participation.petitions.rules.writing import Part, seen
from egov_participation.petitions.service import (
    answering,
    batches,
    closing,
    counting,
    deciding,
    drafts,
    ending,
    generated,
    handing_in,
    lookup,
    publishing,
    ruling,
    signing,
    supporting,
    verified,
)
from egov_participation.petitions.service.ending import Ending
from egov_participation.petitions.service.signing import Wishes
from egov_participation.registrar.interface import Act, Way
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services, SessionInfo

LARGEST: Final = 50_000
AT_FIRST: Final = 1_000
"""Of them before the demonstration starts; the worker adds the others."""
BUS_SIGNERS: Final = 2_300
"""More than one in a hundred residents of the region."""
_CODE: Final = re.compile(r"^    (\d{8})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Officials:
    """Who decides, by person id."""

    moderators: tuple[str, str]
    agency: tuple[str, str]
    """Two officials of the ministry that answers."""
    auditors: tuple[str, str]


@dataclass
class Filling:
    """What petitions are made with."""

    services: Services
    clock: ManualClock
    deciding: Officials
    people: Sequence[Resident]
    """Who writes, supports and signs; visitors are not among them."""
    chance: random.Random

    def make(self, invented: Invented, begun: datetime, *, count: int = 0, open_: bool = True) -> str:
        """A petition that was written then, and accepted and supported in the days after it; its number.

        Args:
            count: how many generated signers it is to have.
            open_: it found its supporters.
        """
        reference = self.hand_in(invented, begun, count=count)
        self.clock.set(begun + timedelta(days=6))
        self.accept(reference)
        if open_:
            self.clock.set(begun + timedelta(days=9))
            self.support(reference, 3)
        return reference

    def hand_in(self, invented: Invented, begun: datetime, *, count: int = 0) -> str:
        """One that was written and handed in then."""
        self.clock.set(begun)
        writer = self.acting(self.chance.choice(self.living_in(invented.territory)))
        draft = self.write(invented, writer)
        self.clock.advance(hours=2)
        with self.services.database.uow() as tx:
            petition = handing_in.hand_in(self.services, tx, writer, draft)
            generated.plan(petition, count)
            tx.commit()
            assert petition.reference is not None
            return petition.reference

    def write(self, invented: Invented, writer: SessionInfo) -> str:
        """A draft with all texts; its key."""
        first = invented.texts()[invented.language]
        fields = {
            Part.TITLE: {"title": first.title},
            Part.ASK: {"ask": first.ask},
            Part.BACKGROUND: {"background": first.background},
            Part.TERRITORY: {"territory": invented.territory},
            Part.ADDRESSEE: {"addressee": "akimat" if invented.territory else "government"},
        }
        with self.services.database.uow() as tx:
            draft = drafts.start(self.services, tx, writer, invented.language)
            for part, values in fields.items():
                stands = seen(drafts.of_part(tx.session, draft, part))
                drafts.save_part(self.services, tx, writer, draft.key, part, values, stands)
            for lang, text in invented.texts().items():
                if lang != invented.language:
                    stands = seen(drafts.of_language(tx.session, draft, lang))
                    values = {"title": text.title, "ask": text.ask, "background": text.background}
                    drafts.save_language(tx, writer, draft.key, lang, values, stands)
            tx.commit()
            return draft.key

    def accept(self, reference: str) -> None:
        """A moderator finds nothing against it."""
        with self.services.database.uow() as tx:
            petition = lookup.found(tx.session, reference)
            checks = {ground.code: NOT_SO for ground in ruling.of(petition, self.services).grounds}
            text = petition.document_hash or ""
            deciding.accept(self.services, tx, self.moderator, reference, text, checks)
            tx.commit()

    def reject(self, reference: str, ground: str, reason: str) -> None:
        """A moderator finds a ground against it."""
        with self.services.database.uow() as tx:
            petition = lookup.found(tx.session, reference)
            grounds = ruling.of(petition, self.services).grounds
            checks = {one.code: SO if one.code == ground else NOT_SO for one in grounds}
            text = petition.document_hash or ""
            deciding.reject(self.services, tx, self.moderator, reference, text, checks, ground, reason)
            tx.commit()

    def support(self, reference: str, count: int) -> None:
        """So many support it; with enough it opens."""
        for resident in self.able(reference)[:count]:
            with self.services.database.uow() as tx:
                token = lookup.found(tx.session, reference).gate_token or ""
                reached = supporting.support(self.services, tx, self.acting(resident), reference, token)
                tx.commit()
            if reached:
                publishing.publish(self.services, reference)

    def sign(self, reference: str, count: int, until: datetime) -> None:
        """So many sign, from its opening until then, each with the code that the registrar mails."""
        who = self.chance.sample(self.able(reference), count)
        for start in range(0, count, 25):
            some = who[start : start + 25]
            self.clock.set(max(self.clock.now, self._moment(reference, until, (start + 1) / count)))
            codes = self._codes(reference, some)
            for resident in some:
                signing.sign(
                    self.services, reference, resident.person_id, codes[resident.person_id], wishes=Wishes(tell=True)
                )
            self.round()

    def sign_generated(self, reference: str, count: int) -> None:
        """So many generated people sign at once; the worker goes on with the others."""
        for done in range(0, count, generated.BATCH):
            generated.sign(self.services, reference, done)
            self.round()

    def answer(self, reference: str, to: To, texts: dict[str, Words], *, day: datetime | None = None) -> None:
        """The ministry answers: one official proposes, another approves."""
        first, second = (self.official(person) for person in self.deciding.agency)
        content = Content(
            petition=reference,
            to=to,
            agency=officials.AGENCY,
            texts=texts,
            day=self.services.day(day) if day is not None else None,
        )
        with self.services.database.uow() as tx:
            proposal = answering.propose(self.services, tx, first, content)
            tx.commit()
        self.clock.advance(hours=3)
        with self.services.database.uow() as tx:
            approvals.approve(self.services, tx, second, proposal.id, proposal.content_hash)
            tx.commit()

    def hand_to(self, reference: str) -> None:
        """A moderator says which ministry answers."""
        reason = "Білім беру мәселесі / вопрос образования / a matter of education"
        with self.services.database.uow() as tx:
            answering.hand_to(self.services, tx, self.moderator, reference, officials.AGENCY, reason)
            tx.commit()

    def round(self) -> None:
        """What the worker does in a second or two."""
        closing.close_due(self.services)
        counting.count(self.services)
        batches.enter_batches(self.services)
        ledger.publish(self.services)
        verified.count_verified(self.services)

    def able(self, reference: str) -> list[Resident]:
        """Who may sign it: not its creator, and of a territory's who lives there."""
        with self.services.database.read() as session:
            petition = lookup.found(session, reference)
        return [one for one in self.living_in(petition.territory) if one.person_id != petition.creator]

    def living_in(self, territory: str) -> list[Resident]:
        """Of a region, or of the whole country."""
        with self.services.database.read() as session:
            homes = self.services.registry.regions(session, [one.person_id for one in self.people])
        return [one for one in self.people if territory in ("", homes[one.person_id])]

    def end(self, reference: str, how: Ending, reason: str, *, into: str = "") -> None:
        """A moderator ends it; once it was open, another one approves that."""
        with self.services.database.uow() as tx:
            proposal = ending.end(self.services, tx, self.moderator, reference, how, reason, into=into)
            tx.commit()
        if proposal is None:
            return
        self.clock.advance(hours=1)
        other = officials.acting(self.deciding.moderators[1], Role.MODERATOR, self.clock())
        with self.services.database.uow() as tx:
            approvals.approve(self.services, tx, other, proposal.id, proposal.content_hash)
            tx.commit()

    @property
    def moderator(self) -> SessionInfo:
        return officials.acting(self.deciding.moderators[0], Role.MODERATOR, self.clock())

    def official(self, person: str) -> SessionInfo:
        """Of the ministry."""
        now = self.clock()
        return SessionInfo(
            person_id=person,
            token_hash="",
            created_at=now,
            signed_in_at=now,
            assurance=2,
            capacity=Capacity.OFFICIAL,
            roles=frozenset({Role.MINISTRY}),
            agencies=frozenset({officials.AGENCY}),
        )

    def acting(self, resident: Resident) -> SessionInfo:
        """A citizen, as they would be signed in."""
        now = self.clock()
        return SessionInfo(person_id=resident.person_id, token_hash="", created_at=now, signed_in_at=now, assurance=1)

    def _codes(self, reference: str, some: Sequence[Resident]) -> dict[str, dict[str, str]]:
        """The answers to the registrar's challenges, by person id."""
        own, mailbox = self.services.registrar, self.services.mailer
        assert isinstance(own, LocalRegistrar)
        assert isinstance(mailbox, NullMailer)
        mailbox.sent.clear()
        begun = {one: own.begin_petition(reference, one.person_id, Act.ATTEST, Way.CODE, lang="en").id for one in some}
        own.send_mails()
        codes = {mail.to: found[1] for mail in mailbox.sent if (found := _CODE.search(mail.text))}
        registrar.forget_mails(self.services)
        return {one.person_id: {"challenge": id_, "code": codes[one.mail]} for one, id_ in begun.items()}

    def _moment(self, reference: str, until: datetime, part: float) -> datetime:
        with self.services.database.read() as session:
            opened = lookup.found(session, reference).opened_at
        assert opened is not None
        return opened + (until - opened) * part


def leave_petitions(
    services: Services,
    clock: ManualClock,
    deciders: Officials,
    people: Sequence[Resident],
    guest: Resident,
    chance: random.Random,
    now: datetime,
) -> None:
    """A petition in every state, at the moment that the demonstration starts.

    Args:
        guest: a visitor, who finds a draft of theirs.
    """
    make = Filling(services, clock, deciders, people, chance)
    day = timedelta(days=1)
    # Oldest first: what happened stands in the log in its order.
    clinics = make.make(wanted.CLINICS, now - 320 * day)
    make.sign(clinics, 24, now - 150 * day)
    bus = make.make(wanted.SCHOOL_BUS, now - 140 * day, count=BUS_SIGNERS)
    make.sign_generated(bus, BUS_SIGNERS)
    clock.advance(days=1)
    make.hand_to(bus)
    clock.advance(days=18)
    make.answer(bus, To.ANSWERED, ANSWER)
    youth = make.make(wanted.COUNCIL, now - 118 * day)
    make.sign(youth, 6, now - 100 * day)
    meals = make.make(wanted.MEALS, now - 98 * day, count=LARGEST)
    make.hand_to(meals)
    make.sign_generated(meals, AT_FIRST)
    make.answer(bus, To.SCHEDULED, DEBATE, day=now + 12 * day)
    trees = make.make(wanted.TREES, now - 80 * day)
    make.sign(trees, 18, now - 50 * day)
    seedlings = make.make(wanted.SEEDLINGS, now - 61 * day)
    make.sign(seedlings, 7, now - 46 * day)
    lessons = make.make(wanted.LESSONS, now - 45 * day)
    make.sign(lessons, 9, now - 32 * day)
    court = make.hand_in(wanted.COURT, now - 31 * day)
    clock.set(now - 24 * day)
    make.reject(court, "justice", wanted.COURT_REASON)
    make.end(seedlings, Ending.MERGE, wanted.MERGE_REASON, into=trees)
    make.end(youth, Ending.STOP, wanted.STOP_REASON)
    petition_audit.audit(services, clock, deciders.auditors, clinics)
    air = make.make(wanted.AIR, now - 22 * day)
    make.sign(air, 40, now - 9 * day)
    _withdraw(make, lessons)
    cycling = make.make(wanted.CYCLING, now - 19 * day)
    make.sign(cycling, 8, now - 4 * day)
    make.make(wanted.SIGNS, now - 8 * day, open_=False)
    make.hand_in(wanted.LIBRARY, now - 3 * day)
    hidden = make.hand_in(wanted.NEIGHBOUR, now - 2 * day)
    make.end(hidden, Ending.HIDE, wanted.HIDE_REASON)
    clock.set(now - timedelta(hours=20))
    make.write(wanted.SHELTERS, make.acting(guest))
    make.round()


def let_the_worker_go_on(services: Services) -> None:
    """Have the largest petition signed by all that are still to come, once the demonstration runs."""
    with services.database.uow() as tx:
        generated.sign_soon(tx, largest(services), AT_FIRST)
        tx.commit()


def largest(services: Services) -> str:
    """The number of the petition that most sign."""
    with services.database.read() as session:
        return session.exec(select(Petition.reference).where(Petition.generated == LARGEST)).one() or ""


def _withdraw(make: Filling, reference: str) -> None:
    with make.services.database.read() as session:
        creator = session.exec(select(Petition.creator).where(Petition.reference == reference)).one()
    assert creator is not None
    closing.withdraw_petition(make.services, reference, creator, wanted.WITHDRAW_REASON)
