"""Drafts on their way to a vote, made by the real use cases: named trustees, keys, frozen, confirmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import col, select
from tests.officials import SignedIn
from tests.voting.making import make_people

from egov_crypto import trustee
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.keyfile import State
from egov_participation.approvals import Proposal, approve, settle
from egov_participation.commission import documents
from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.service import (
    ceremonies,
    deciding,
    drafts,
    freezing,
    invitations,
    keys,
    taking_part,
)
from egov_participation.commission.service.ceremonies import CeremonyView
from egov_participation.commission.service.invitations import Given
from egov_participation.commission.service.lookup import find_draft, trustees_of
from egov_participation.jobs import Job, Worker, _opened
from egov_participation.mail import NullMailer
from egov_participation.notices.service.sending import SEND
from egov_participation.services import Services, SessionInfo
from egov_participation.voting.texts import Texts

TAKE: dict[Step, Callable[[State, Ceremony], State]] = {
    Step.CERTIFICATE: lambda state, _: state,
    Step.COMMITMENT: State.commit,
    Step.POLYNOMIAL: State.reveal,
    Step.VOUTPUT: State.accept,
}
WHY = Texts("Жарық өшті", "Отключали свет", "The power failed")


@dataclass
class Course:
    """A draft with everybody who has to do with it."""

    services: Services
    worker: Worker
    outbox: NullMailer
    member: SignedIn
    id: str
    private: list[int] = field(default_factory=list)
    """Trustees' private keys."""
    tokens: list[str] = field(default_factory=list)
    """Of their links."""
    sent: list[str] = field(default_factory=list)
    """Of the links of the last invitations."""

    @property
    def draft(self) -> Draft:
        with self.services.database.read() as db:
            return find_draft(db, self.id)

    @property
    def trustees(self) -> list[DraftTrustee]:
        with self.services.database.read() as db:
            return trustees_of(db, self.id)

    def add_trustee(self, place: int, *, offline: bool = False, always: bool = False) -> str:
        """Name one; their id."""
        name = Texts(f"Сенімді {place}", f"Доверенный {place}", f"Trustee {place}")
        given = Given(name, f"trustee{place}@mail.example", "en", offline, always)
        with self.services.database.uow() as tx:
            made = invitations.add(self.services, tx, self.member.session, self.id, given)
            tx.commit()
        return made

    def invite(self, *trustee_ids: str) -> str:
        """Send the links; the token in the last one. All of them are in `sent`."""
        with self.services.database.uow() as tx:
            for trustee_id in trustee_ids:
                invitations.invite(self.services, tx, self.member.session, trustee_id)
            tx.commit()
        # Out of the sealed jobs: the mails leave when the worker runs, which most tests need not wait for.
        waiting = select(Job).where(Job.kind == SEND).order_by(col(Job.id).desc()).limit(len(trustee_ids))
        with self.services.database.read() as db:
            sealed = [job.payload for job in db.exec(waiting)]
        keys_dir = self.services.settings.keys_dir
        self.sent = [_opened(keys_dir, payload)["params"]["token"] for payload in reversed(sealed)]
        return self.sent[-1]

    def hand_in(self, token: str, *, reopened: bool = True) -> int:
        """Make a key and hand it in; the private one."""
        private, key = trustee.generate()
        keys.hand_in_key(self.services, token, json.dumps(key.to_json(), separators=(",", ":")).encode(),
                             reopened=reopened)  # fmt: skip
        return private

    def with_keys(self, count: int = 3) -> Course:
        """Trustees invited, each with a key; the first keeps it offline."""
        self.invite(*(self.add_trustee(place, offline=place == 1) for place in range(1, count + 1)))
        self.tokens = self.sent
        self.private = [self.hand_in(token) for token in self.tokens]
        return self

    def with_ceremony(self, needed: int = 2, count: int = 3) -> Course:
        """Trustees invited, so many of whom will be enough, and their ceremony begun; the first is offline."""
        self.invite(*(self.add_trustee(place, offline=place == 1) for place in range(1, count + 1)))
        self.tokens = self.sent
        here, session = self.services, self.member.session
        with here.database.uow() as tx:
            ceremonies.set_needed(here, tx, session, self.id, self.draft.version, needed)
            ceremonies.begin(here, tx, session, self.id)
            tx.commit()
        return self

    @property
    def ceremony(self) -> CeremonyView:
        with self.services.database.read() as db:
            found = ceremonies.of_draft(db, find_draft(db, self.id), self.trustees)
        assert found is not None
        return found

    def take(self, state: State, step: Step) -> State:
        """What a trustee's page or program does at a step, handed in; what the trustee holds then."""
        token = self.tokens[state.index - 1]
        ceremony = Ceremony.parse(taking_part.ceremony_file(self.services, token))
        state = TAKE[step](state, ceremony)
        taking_part.hand_in(self.services, token, self.ceremony.id, state.message(step))
        return state

    def hold_ceremony(self, needed: int = 2, count: int = 3) -> Course:
        """All steps by all trustees, who compare in the end."""
        self.with_ceremony(needed, count)
        states = [State.begin(count, needed, place) for place in range(1, count + 1)]
        for step in Step:
            states = [self.take(state, step) for state in states]
        self.private = [state.share() for state in states]
        for token in self.tokens:
            taking_part.compare(self.services, token, self.ceremony.id, self.ceremony.fingerprint or "")
        return self

    def freeze(self) -> Course:
        """Press the button and do what the worker would."""
        self.press_freeze()
        freezing.run(self.services, {"draft": self.id, "version": self.draft.version})
        assert self.draft.state == "frozen", self.draft.problem
        return self

    def press_freeze(self) -> None:
        with self.services.database.uow() as tx:
            freezing.freeze(self.services, tx, self.member.session, self.id, self.draft.version)
            tx.commit()

    def thaw(self) -> None:
        with self.services.database.uow() as tx:
            freezing.thaw(self.services, tx, self.member.session, self.id, reason="A typo")
            tx.commit()

    def confirm(self) -> Course:
        """Every trustee does."""
        for token in self.tokens:
            keys.confirm(self.services, token, self.draft.setup_hash or "")
        return self

    def propose_set_up(self) -> Proposal:
        with self.services.database.uow() as tx:
            proposal = deciding.propose_set_up(self.services, tx, self.member.session, self.id)
            tx.commit()
        return proposal

    def approve(self, by: SignedIn, proposal: Proposal) -> None:
        """Approve it, and do what the worker would: have the registrar put the roll of what was set up into use."""
        here, shown = self.services, (proposal.id, proposal.content_hash)
        settled = settle(here, by.session, *shown)
        with here.database.uow() as tx:
            approve(here, tx, by.session, *shown, settled=settled)
            tx.commit()
        if proposal.kind is deciding.SET_UP:
            deciding.activate(here, {"vote": self.draft.uuid, "setup": self.draft.setup_hash})

    def published(self, second: SignedIn) -> str:
        """All the way to a vote; its uuid."""
        self.freeze().confirm()
        self.approve(second, self.propose_set_up())
        return self.draft.uuid


@dataclass(frozen=True)
class FrozenDraft:
    """What pages are looked at with."""

    id: str
    trustee: str
    proposal: str = ""


def frozen_draft(services: Services, member: SessionInfo, *, state: str = "frozen") -> FrozenDraft:
    """A draft in that state, whose trustees used no mail: ``preparing``, ``frozen`` or ``proposed``."""
    with services.database.uow() as tx:
        draft_id = drafts.make(services, tx, member, document(services)).id
        for place in (1, 2, 3):
            name = Texts(f"Сенімді {place}", f"Доверенный {place}", f"Trustee {place}")
            given = Given(name, f"trustee{place}@mail.example", "kk", offline=place == 1)
            row = tx.get(DraftTrustee, invitations.add(services, tx, member, draft_id, given))
            assert row is not None
            _, key = trustee.generate()
            row.public_key = json.dumps(key.to_json(), separators=(",", ":")).encode()
            row.key_point = key.public_key.text
            row.invited_at = row.key_at = row.reopened_at = services.clock()
        tx.flush()
        version = find_draft(tx.session, draft_id).version
        freezing.freeze(services, tx, member, draft_id, version)
        tx.commit()
    if state != "preparing":
        freezing.run(services, {"draft": draft_id, "version": version + 1})
    with services.database.uow() as tx:
        rows, draft = trustees_of(tx.session, draft_id), find_draft(tx.session, draft_id)
        for row in rows[: {"proposed": 3, "frozen": 2}.get(state, 0)]:
            row.confirmed_hash, row.confirmed_at = draft.setup_hash, services.clock()
        tx.flush()
        proposal = deciding.propose_set_up(services, tx, member, draft_id).id if state == "proposed" else ""
        tx.commit()
    return FrozenDraft(draft_id, rows[0].id, proposal)


def document(services: Services) -> documents.Document:
    """What is to be voted on, complete: open for everybody of the register, in three days and for two."""
    opens_at = services.clock() + timedelta(days=3)
    return documents.blank() | {
        "kind": "binding",
        "title": {"kk": "Саябақ", "ru": "Парк", "en": "The park"},
        "description": {"kk": "Сипаттама", "ru": "Описание", "en": "Description"},
        "administrator": {"kk": "Комиссия", "ru": "Комиссия", "en": "Commission"},
        "credential_authority": {"kk": "Тіркеуші", "ru": "Регистратор", "en": "Registrar"},
        "opens_at": opens_at.isoformat(),
        "closes_at": (opens_at + timedelta(days=2)).isoformat(),
        "roll": {"from": "registry", "min_age": 18, "territories": []},
        "questions": [
            {
                "text": {"kk": "Керек пе?", "ru": "Нужен ли?", "en": "Is it needed?"},
                "answers": [{"kk": "Иә", "ru": "Да", "en": "Yes"}, {"kk": "Жоқ", "ru": "Нет", "en": "No"}],
                "min": 1,
                "max": 1,
                "blank": False,
            }
        ],
    }


def begin(services: Services, worker: Worker, outbox: NullMailer, member: SignedIn, voters: int = 12) -> Course:
    """A complete draft without trustees; the register has that many people besides the officials."""
    make_people(services, voters)
    with services.database.uow() as tx:
        draft = drafts.make(services, tx, member.session, document(services))
        tx.commit()
    return Course(services, worker, outbox, member, draft.id)
