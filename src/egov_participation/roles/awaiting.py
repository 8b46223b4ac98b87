"""Proposals about roles that wait for a second administrator."""

from __future__ import annotations

from sqlmodel import Session

from egov_participation import approvals
from egov_participation.awaiting import Item
from egov_participation.i18n import N_
from egov_participation.roles import service
from egov_participation.services import Services, SessionInfo

_TITLES = {service.GRANT: N_("Give a role to %(name)s"), service.END: N_("End a role of %(name)s")}


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Those that this official may decide on; what waits for somebody else does not await them."""
    found: list[Item] = []
    for proposal in approvals.pending(session, acting, services.clock()):
        if proposal.kind in _TITLES and approvals.may_decide(proposal, acting):
            person = services.registry.get(session, proposal.concerned)
            name = person.full_name if person else "–"
            title = _TITLES[proposal.kind]
            found.append(Item(title, proposal.kind.route, proposal.expires_at, {"name": name}, {"id": proposal.id}))
    return found
