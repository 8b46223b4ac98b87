"""Comments are taken for longer, or a draft is withdrawn: by two officials, for a public reason."""

from __future__ import annotations

from datetime import date
from typing import Final

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.consultations.models import Consultation, State
from egov_participation.consultations.rules.states import COMMENTABLE, TRANSITIONS, changed
from egov_participation.consultations.service import drafting, lifecycle, lookup, publishing, ruling
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo


def propose_extension(
    services: Services, tx: UnitOfWork, session: SessionInfo, key: str, closes_on: date, reason: str
) -> Proposal:
    """Propose to take comments for longer.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state``; 422 ``consultation.day``; what
            `approvals.propose` raises.
    """
    row = lookup.locked_by_key(tx, key, session.agencies)
    _check_extension(services, row, closes_on)
    content = {"consultation": key, "reference": row.reference, "closes_on": closes_on.isoformat()}
    object_ = drafting.object_of(row)
    return approvals.propose(services, tx, session, EXTEND, object_, content, reason=reason, agency=row.agency)


def propose_withdrawal(services: Services, tx: UnitOfWork, session: SessionInfo, key: str, reason: str) -> Proposal:
    """Propose to withdraw a draft.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state``; what `approvals.propose` raises.
    """
    row = lookup.locked_by_key(tx, key, session.agencies)
    if not may_withdraw(row):
        raise changed()
    content = {"consultation": key, "reference": row.reference}
    object_ = drafting.object_of(row)
    return approvals.propose(services, tx, session, WITHDRAW, object_, content, reason=reason, agency=row.agency)


def may_extend(row: Consultation) -> bool:
    """Whether comments are taken now, so that they may be taken for longer."""
    return State(row.state) in COMMENTABLE


def may_withdraw(row: Consultation) -> bool:
    """Whether the draft is public and not done with."""
    return State.WITHDRAWN in TRANSITIONS[State(row.state)]


def _check_extension(services: Services, row: Consultation, closes_on: date) -> None:
    if not may_extend(row) or row.closes_at is None or row.opened_at is None or row.closes_at <= services.clock():
        raise changed()
    before = ruling.last_day(services, row.closes_at)
    if closes_on <= before:
        raise DomainError(422, N_("Choose a day after %(day)s."), code="consultation.day", day=before.isoformat())
    drafting.check_day(services, row, closes_on, services.day(row.opened_at))


def _extend(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    now, content = services.clock(), proposal.content
    row = lookup.locked_by_key(tx, str(content["consultation"]), [proposal.agency])
    closes_on = date.fromisoformat(str(content["closes_on"]))
    _check_extension(services, row, closes_on)
    row.closes_at = ruling.end_of(services, closes_on)
    ruling.owe(services, row)
    tx.add(row)
    happening = lifecycle.happened(
        tx,
        row,
        "extended",
        now,
        actor=proposal.proposed_by,
        reason=proposal.reason,
        details={"date": closes_on.isoformat()},
    )
    ledger.enter(
        tx,
        {
            "type": "consultation.extended",
            "version": 1,
            "consultation": row.reference,
            "at": ledger.time(now),
            "closes_at": ledger.time(row.closes_at),
            "reason": lifecycle.committed(happening),
            "approvals": 2,
            "approved": proposal.content_hash,
        },
    )


def _withdraw(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    row = lookup.locked_by_key(tx, str(proposal.content["consultation"]), [proposal.agency])
    row.reply_due_on = row.report_due_on = None
    lifecycle.change(
        tx,
        row,
        State.WITHDRAWN,
        services.clock(),
        actor=proposal.proposed_by,
        reason=proposal.reason,
        approved=proposal.content_hash,
    )


EXTEND: Final = approvals.kind(
    "consultations.extend",
    Action.PUBLISH_DRAFT,
    title=N_("Take comments on a draft for longer"),
    route=publishing.ROUTE,
    carry_out=_extend,
)
WITHDRAW: Final = approvals.kind(
    "consultations.withdraw",
    Action.PUBLISH_DRAFT,
    title=N_("Withdraw a draft"),
    route=publishing.ROUTE,
    carry_out=_withdraw,
)
KINDS: Final = (publishing.PUBLISH, EXTEND, WITHDRAW)
"""What takes two officials of an agency about its drafts."""
