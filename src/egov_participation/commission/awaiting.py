"""What awaits members of the commission: decisions of a second person, and what one of them has to propose."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from egov_participation import approvals
from egov_participation.actions import Action, may
from egov_participation.awaiting import Item
from egov_participation.commission.service import deciding, running
from egov_participation.commission.service.changing import title_of
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo
from egov_participation.voting.setup import SetupDocument

_TITLES = {
    deciding.SET_UP: N_("Decide whether a vote is set up"),
    deciding.EXTEND: N_("Decide whether a vote is extended"),
    deciding.CANCEL: N_("Decide whether a vote is cancelled"),
    deciding.PUBLISH: N_("Decide whether the protocol is signed"),
    deciding.CORRECT: N_("Decide whether a protocol is corrected"),
}


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Those that this official may decide on or propose; what waits for somebody else does not await them."""
    if not may(Action.SET_UP_VOTE, acting.roles):
        return []
    found: list[Item] = []
    for proposal in approvals.pending(session, acting, services.clock()):
        title = _TITLES.get(proposal.kind)
        if title is not None and approvals.may_decide(proposal, acting):
            path, about = {"id": proposal.id}, _about(services, session, proposal)
            found.append(Item(title, proposal.kind.route, proposal.expires_at, {}, path, about=about))
    for draft in running.ready_to_propose(services, session):
        due = SetupDocument.parse(draft.setup or b"").opens_at
        about = title_of(draft).as_dict()
        found.append(Item(N_("Propose to set a vote up"), "commission.setup", due, {}, {"id": draft.id}, about=about))
    for vote in running.to_be_signed(services, session):
        due, path = vote.closes_at + running.PROTOCOL_TAKES, {"uuid": vote.uuid}
        found.append(
            Item(N_("Propose to sign a protocol"), "commission.vote", due, {}, path, about=vote.title.as_dict())
        )
    return found


def _about(services: Services, session: Session, proposal: approvals.Proposal) -> Mapping[str, str]:
    if proposal.kind is deciding.SET_UP:
        return deciding.texts_of(proposal.content["title"]).as_dict()
    return deciding.vote_of(services, session, proposal).title.as_dict()
