"""Officials learn by mail that a proposal waits for one of them, whichever room it was made in."""

from __future__ import annotations

from typing import Final

from egov_participation import approvals
from egov_participation.actions import RULES, Role
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices.service import Phrase, notice, notify
from egov_participation.roles.service import grants
from egov_participation.services import Services

PROPOSED: Final = notice(
    "approvals.proposed",
    subject=N_("A proposal waits for a second person"),
    paragraphs=(
        N_("A colleague has proposed something that takes two officials. You are one of those who may decide on it."),
        N_("If somebody else has decided meanwhile, there is nothing left to do."),
    ),
    facts=((N_("What is proposed"), "title"), (N_("Decide before"), "until")),
    link=(N_("See the proposal"), "/office/proposals/%(id)s"),
    optional=True,
    summary=N_("when a proposal waits for a second official and you may be that one"),
    officials=True,
)


@approvals.told_of
def tell_deciders(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """Write to everybody who may decide on it at this moment. The mail names nobody: the page does, in the office."""
    rule = RULES[proposal.kind.action]
    may = {
        row.person_id
        for row in grants.standing(tx.session, proposal.proposed_at)
        if Role(row.role) in rule.roles and (not rule.own_agency or row.agency == proposal.agency)
    }
    for person_id in sorted(may - {proposal.proposed_by, proposal.concerned}):
        notify(
            tx,
            services.settings.keys_dir,
            person_id,
            PROPOSED,
            title=Phrase(proposal.kind.title),
            until=proposal.expires_at,
            id=proposal.id,
        )
