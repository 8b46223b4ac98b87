"""Two moderators who decide that signatures do not count."""

from __future__ import annotations

from egov_participation import approvals
from egov_participation.approvals import Proposal
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import invalidating, lookup
from egov_participation.services import Services, SessionInfo


def dry_run(services: Services, reference: str, which: Filter, code: Code = Code.AUTOMATED) -> invalidating.DryRun:
    """What would not count any more."""
    with services.database.read() as session:
        return invalidating.dry_run(session, lookup.found(session, reference), code, which)


def invalidate(
    services: Services,
    one: SessionInfo,
    other: SessionInfo,
    reference: str,
    which: Filter,
    code: Code = Code.AUTOMATED,
    reason: str = "A program signed within one minute",
) -> str:
    """Propose and approve; the id of the decision. The worker carries it out."""
    upto = dry_run(services, reference, which, code).upto
    with services.database.uow() as tx:
        proposal = invalidating.propose(services, tx, one, reference, code, which, upto=upto, reason=reason, lang="en")
        tx.commit()
    return approve(services, other, proposal)


def undo(services: Services, one: SessionInfo, other: SessionInfo, id_: str) -> str:
    """Propose and approve that they count again; the id of the decision."""
    with services.database.uow() as tx:
        proposal = invalidating.propose_undoing(
            services, tx, one, id_, reason="They were people at a service centre", lang="en"
        )
        tx.commit()
    return approve(services, other, proposal)


def approve(services: Services, official: SessionInfo, proposal: Proposal) -> str:
    """Approve exactly what was proposed; its id."""
    settled = approvals.settle(services, official, proposal.id, proposal.content_hash)
    with services.database.uow() as tx:
        approvals.approve(services, tx, official, proposal.id, proposal.content_hash, settled=settled)
        tx.commit()
    return proposal.id
