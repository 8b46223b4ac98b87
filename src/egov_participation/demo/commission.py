"""What the demonstration's commission has done and has before it.

Two members had the referendum's protocol signed and set up a vote, which has closed and waits for its trustees. There
are a draft with gaps, a frozen setup, and reports from voters. All have confirmed the frozen setup, and one member has
proposed it: another one is awaited. One of the reports is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from egov_crypto import trustee, wire
from egov_participation import approvals
from egov_participation.actions import Role
from egov_participation.approvals import Proposal
from egov_participation.clock import ManualClock
from egov_participation.commission.documents import Document
from egov_participation.commission.service import deciding, drafts, freezing, invitations, keys, lookup, trustees
from egov_participation.commission.service.invitations import Given
from egov_participation.database import UnitOfWork
from egov_participation.demo import votes
from egov_participation.demo.keys import write_key_files, write_paths
from egov_participation.demo.officials import acting
from egov_participation.demo.voters import Resident, Voter, cast
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import service as voting

_MAILS: Final = ("asel@trustee.example", "daniyar@trustee.example", "olga@trustee.example")
_LINK: Final = "/trustee/"
_ANSWER: Final = {
    "kk": "Ескі телефондарда код суреті экранға сыймайтын еді. Бет түзетілді: код енді жазумен де көрсетіледі.",
    "ru": "На старых телефонах картинка с кодом не помещалась на экране. Страница исправлена: код показан и буквами.",
    "en": "On old phones the picture of the code did not fit the screen. The page is mended: it shows the letters too.",
}


def leave_a_frozen_setup(
    services: Services, clock: ManualClock, members: Sequence[str], now: datetime, trustees_folder: Path
) -> None:
    """A binding vote on which the first member's proposal waits for another one.

    Args:
        trustees_folder: where the trustees' key files are left.
    """
    _propose(services, clock, members[0], votes.street(now), now - timedelta(days=6), trustees_folder)


def hold_a_vote(
    services: Services,
    clock: ManualClock,
    members: Sequence[str],
    residents: Sequence[Resident],
    chance: Random,
    now: datetime,
    trustees_folder: Path,
) -> None:
    """A vote from the draft to the encrypted sum, which now waits for its trustees.

    Args:
        residents: those who vote; of `votes.LIBRARY_CITY`.
        trustees_folder: where the trustees' key files are left, and the paths of their pages.
    """
    setup = votes.library(now)
    opens_at, closes_at = (datetime.fromisoformat(setup[name]) for name in ("opens_at", "closes_at"))
    proposal = _propose(services, clock, members[0], setup, opens_at - timedelta(days=9), trustees_folder)
    clock.advance(hours=3)
    _approve(services, clock, members[1], proposal)
    Worker(services).run_due()  # has the registrar put the roll into use
    between = (closes_at - opens_at) / len(residents)
    voters = [
        Voter(resident, [[0, *chance.choice(([1, 0], [1, 0], [0, 1]))]], opens_at + between * part)
        for part, resident in enumerate(residents)
    ]
    cast(services, clock, str(proposal.content["vote"]), voters)
    clock.set(closes_at)
    voting.close_due_votes(services)


def sign_protocol(services: Services, clock: ManualClock, members: Sequence[str], uuid: str) -> None:
    """One member proposes to sign a counted vote's protocol, another one approves it."""
    clock.advance(hours=2)
    with services.database.uow() as tx:
        proposal = deciding.propose_protocol(services, tx, _acting(members[0], clock()), uuid)
        tx.commit()
    clock.advance(hours=1)
    _approve(services, clock, members[1], proposal)


def _propose(
    services: Services, clock: ManualClock, member_id: str, document: Document, begun: datetime, folder: Path
) -> Proposal:
    """Bring a draft as far as the proposal to set it up: with trustees' keys, frozen, and confirmed by everybody.

    The trustees' links stand in mails, so every job is done here that waits in the queue.
    """
    clock.set(begun)
    member = _acting(member_id, clock())
    with services.database.uow() as tx:
        draft_id = drafts.make(services, tx, member, document).id
        for place in range(len(votes.TRUSTEES)):
            _invite(services, tx, member, draft_id, place)
        tx.commit()
    tokens = _tokens(services)
    clock.set(begun + timedelta(days=2))
    pairs = [trustee.generate() for _ in tokens]
    for token, (_, public) in zip(tokens, pairs, strict=True):
        keys.hand_in_key(services, token, wire.dump(public.to_json()), reopened=True)
        clock.advance(minutes=50)
    clock.set(begun + timedelta(days=3))
    with services.database.uow() as tx:
        freezing.freeze(services, tx, member, draft_id, lookup.find_draft(tx.session, draft_id).version)
        tx.commit()
    Worker(services).run_due()
    clock.set(begun + timedelta(days=4))
    for token in tokens:
        frozen = trustees.by_token(services, token)
        keys.confirm(services, token, frozen.setup_hash or "")
        clock.advance(minutes=70)
    # What is written to trustees meanwhile, nobody reads: the mailbox is for what visitors are to find.
    Worker(services).run_due()
    write_key_files(folder, frozen.vote, [private for private, _ in pairs])
    write_paths(folder, [f"{_LINK}{token}" for token in tokens])
    clock.set(begun + timedelta(days=5, hours=4))
    with services.database.uow() as tx:
        proposal = deciding.propose_set_up(services, tx, _acting(member_id, clock()), draft_id)
        tx.commit()
    return proposal


def _approve(services: Services, clock: ManualClock, member_id: str, proposal: Proposal) -> None:
    member, shown = _acting(member_id, clock()), (proposal.id, proposal.content_hash)
    settled = approvals.settle(services, member, *shown)
    with services.database.uow() as tx:
        approvals.approve(services, tx, member, *shown, settled=settled)
        tx.commit()


def leave_a_draft(services: Services, clock: ManualClock, member_id: str, now: datetime) -> None:
    """A draft with things missing; a trustee of it has just been invited, and the mail is about to be sent."""
    clock.set(now - timedelta(hours=3))
    member = _acting(member_id, clock())
    with services.database.uow() as tx:
        draft_id = drafts.make(services, tx, member, votes.holidays()).id
        _invite(services, tx, member, draft_id, 0)
        tx.commit()


def leave_reports(
    services: Services, clock: ManualClock, vote_uuid: str, person_id: str, member_id: str, now: datetime
) -> None:
    """Two reports on a vote: one is answered, the other one waits for an answer.

    Args:
        person_id: whose the open one is.
    """
    reports = (
        (30, Kind.ACCESS, "Телефонда дауыс беру кодының суреті экранға сыймай тұр.", "kk", None),
        (9, Kind.BALLOT, "Вчера проголосовала, а по контрольному номеру написано «ожидает».", "ru", person_id),
    )
    with services.database.uow() as tx:
        for hours, kind, text, lang, person in reports:
            clock.set(now - timedelta(hours=hours))
            reference = incidents.report(
                tx,
                services,
                once=f"{hours:032x}",
                vote_uuid=vote_uuid,
                kind=kind,
                text=text,
                mail="",
                person=None if person is None else _citizen(person, clock()),
                network="demo",
                lang=lang,
            )
            if person is None:
                clock.advance(hours=6)
                incidents.answer(tx, services, _acting(member_id, clock()), reference, _ANSWER)
        tx.commit()


def _invite(services: Services, tx: UnitOfWork, member: SessionInfo, draft_id: str, place: int) -> None:
    """Name one of the trustees and write to them. The last one has no network where the key is kept."""
    given = Given(votes.TRUSTEES[place], _MAILS[place], ("kk", "kk", "ru")[place], offline=place == len(_MAILS) - 1)
    invitations.invite(services, tx, member, invitations.add(services, tx, member, draft_id, given))


def _tokens(services: Services) -> list[str]:
    """The trustees' links, read in their mailboxes."""
    mailbox = services.mailer
    assert isinstance(mailbox, NullMailer)
    mailbox.sent.clear()
    Worker(services).run_due()
    texts = {mail.to: mail.text for mail in mailbox.sent if _LINK in mail.text}
    return [texts[mail].partition(_LINK)[2].split()[0] for mail in _MAILS]


def _acting(person_id: str, now: datetime) -> SessionInfo:
    """A member of the commission, as they would be signed in."""
    return acting(person_id, Role.COMMISSION, now)


def _citizen(person_id: str, now: datetime) -> SessionInfo:
    return SessionInfo(person_id=person_id, token_hash="", created_at=now, signed_in_at=now, assurance=1)
