"""What petitions await of officials: checks, answers, second opinions, and an agency where there is none."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from egov_participation import approvals
from egov_participation.actions import Action, may
from egov_participation.approvals import Proposal
from egov_participation.awaiting import Item, end_of
from egov_participation.i18n import N_
from egov_participation.petitions.models import Answer, Debate
from egov_participation.petitions.service import answering, casework, ending, invalidating, lookup, owing, pressure
from egov_participation.petitions.service.owing import Owed
from egov_participation.services import Services, SessionInfo


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """In all."""
    return [
        *_checks(services, session, acting),
        *_answers(services, session, acting),
        *_integrity(services, session, acting),
    ]


def _checks(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Reviews and appeals that this moderator may decide on."""
    if not may(Action.REVIEW_PETITION, acting.roles):
        return []
    return [
        Item(
            N_("Decide on the appeal about petition %(reference)s")
            if one.appeal
            else N_("Check petition %(reference)s"),
            "petitions.case",
            end_of(services, one.due_on),
            {"reference": one.reference},
            {"reference": one.reference},
            about=one.titles,
            working=True,
        )
        for one in casework.waiting(services, session, acting)
        if not one.barred
    ]


def _integrity(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Reports of pressure, and decisions of a colleague about signatures, for moderators."""
    found: list[Item] = []
    if may(Action.REVIEW_PETITION, acting.roles):
        found += [
            Item(
                N_("Look at report of pressure %(reference)s"),
                "petitions.pressure_case",
                end_of(services, one.due_on),
                {"reference": one.reference},
                {"report": one.reference},
                working=True,
            )
            for one, _ in pressure.waiting(session, acting)
        ]
    if may(Action.END_PETITION, acting.roles):
        found += [
            Item(
                N_("Decide on the end of petition %(reference)s"),
                "petitions.ending",
                proposal.expires_at,
                {"reference": str(proposal.content["petition"])},
                {"id": proposal.id},
            )
            for proposal in approvals.pending(session, acting, services.clock())
            if proposal.kind is ending.END
            and approvals.may_decide(proposal, acting)
            and not _own(session, proposal, acting)
        ]
    if may(Action.INVALIDATE_SIGNATURES, acting.roles):
        found += [
            Item(
                N_("Decide on signatures of petition %(reference)s"),
                "petitions.invalidation",
                proposal.expires_at,
                {"reference": str(proposal.content["petition"])},
                {"id": proposal.id},
            )
            for proposal in approvals.pending(session, acting, services.clock())
            if proposal.kind in invalidating.KINDS
            and approvals.may_decide(proposal, acting)
            and not _own(session, proposal, acting)
        ]
    return found


def _own(session: Session, proposal: Proposal, acting: SessionInfo) -> bool:
    return lookup.found(session, str(proposal.content["petition"])).creator == acting.person_id


def _answers(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """The agency's own, for its officials; those that nobody answers, for moderators."""
    found: list[Item] = []
    if may(Action.ANSWER_PETITION, acting.roles):
        found += [
            _item(services, one, _what(one), "petitions.answer_case")
            for one in owing.waiting(services, session, acting.agencies)
        ]
        found += [
            Item(
                N_("Decide on what is said of petition %(reference)s"),
                "petitions.answer_proposal",
                proposal.expires_at,
                {"reference": str(proposal.content["petition"])},
                {"id": proposal.id},
            )
            for proposal in approvals.pending(session, acting, services.clock())
            if proposal.kind in answering.KINDS.values() and approvals.may_decide(proposal, acting)
        ]
    if may(Action.REVIEW_PETITION, acting.roles):
        found += [
            _item(services, one, N_("Say who answers petition %(reference)s"), "petitions.answer_agency")
            for one in owing.waiting(services, session, {""})
        ]
    return found


def _what(one: Owed) -> str:
    held_soon = one.debate_state is Debate.SCHEDULED and one.answer_state is not Answer.AWAITED
    if held_soon:
        return N_("Tell how the debate about petition %(reference)s went")
    return N_("Answer petition %(reference)s")


def _item(services: Services, one: Owed, title: str, route: str) -> Item:
    named = {"reference": one.reference}
    return Item(title, route, _due(services, one), named, named, about=one.titles, working=True)


def _due(services: Services, one: Owed) -> datetime:
    """What has no date stands where it is due today: it is owed all the same."""
    return end_of(services, one.due_on or services.day(services.clock()))
