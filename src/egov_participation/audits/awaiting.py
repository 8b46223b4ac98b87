"""What awaits auditors: decisions of a second one, and values to be revealed."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

from egov_crypto.audit import REVEALING
from egov_participation import approvals
from egov_participation.actions import Action, may
from egov_participation.audits import rules
from egov_participation.audits.models import Stage
from egov_participation.audits.service import committing, drawing, lookup, opening, reporting
from egov_participation.awaiting import Item
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

_TITLES: Final = {
    committing.DRAW: N_("Decide whether a sample is drawn"),
    opening.OPEN: N_("Decide whether a sample is opened"),
    reporting.REPORT: N_("Decide whether an audit is reported"),
}


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Those that this official may decide on, or reveal for."""
    if not may(Action.DRAW_AUDIT, acting.roles):
        return []
    found: list[Item] = []
    for proposal in approvals.pending(session, acting, services.clock()):
        title = _TITLES.get(proposal.kind)
        if title is not None and approvals.may_decide(proposal, acting):
            about = str(proposal.content["petition"])
            found.append(Item(title, proposal.kind.route, proposal.expires_at, {}, {"id": proposal.id}, about=about))
    for row in lookup.at(session, Stage.COMMITTED):
        if rules.is_void(row.committed_at, services.clock()):
            continue
        own = [one for one in lookup.commitments(session, row) if one.auditor == acting.person_id and one.value is None]
        if own and row.committed_at is not None and drawing.place(services, session, row) is not None:
            due, path = row.committed_at + REVEALING, {"key": row.key}
            found.append(Item(N_("Reveal your value"), "audits.audit", due, {}, path, about=row.reference))
    return found
