"""What ends a petition: hiding it, stopping it, merging it into another one; and that this is taken back.

Once the public could sign it, that takes two moderators: one proposes it with its reason, another decides. Before that
one does, as with every other decision of its review.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final

from sqlmodel import col, select

from egov_participation import approvals, audit
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.petitions.models import Decision, Happening, Petition, State
from egov_participation.petitions.rules.states import (
    HIDEABLE,
    MODERATABLE,
    STOPPABLE,
    TRANSITIONS,
    back_to,
    ended_in,
)
from egov_participation.petitions.service import casework, deciding, lifecycle, lookup, merging, ruling
from egov_participation.petitions.service.handing_in import begin_review
from egov_participation.services import Services, SessionInfo


class Ending(StrEnum):
    """How."""

    HIDE = "hide"
    STOP = "stop"
    MERGE = "merge"


_FROM: Final = {
    Ending.HIDE: HIDEABLE,
    Ending.STOP: STOPPABLE,
    Ending.MERGE: frozenset(state for state, following in TRANSITIONS.items() if State.MERGED in following),
}


def takes_two(petition: Petition) -> bool:
    """Whether a second moderator has to approve: the public could sign it."""
    return petition.opened_at is not None


def end(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    how: Ending,
    reason: str,
    *,
    into: str = "",
) -> Proposal | None:
    """End a petition, or propose that to another moderator.

    Args:
        reason: public.
        into: of a merger, the number of the open petition that stays.

    Returns:
        The proposal; None where it is done.

    Raises:
        DomainError: those of `casework.take`, of `merging.find` and of `approvals.propose`; 409 ``petition.state``; 403
            ``appeal.own``.
    """
    # Nothing is locked for a proposal: who approves at this moment holds one, and waits for the petition.
    petition = lookup.found(tx.session, reference)
    if takes_two(petition):
        lookup.check_not_own(petition, acting.person_id)
        _check(petition, how)
        if how is Ending.MERGE:
            merging.find(tx, petition, into, acting.person_id)
        content: approvals.Content = {"petition": reference, "how": how.value, "into": into}
        return approvals.propose(services, tx, acting, END, object_of(reference), content, reason=reason)
    merging.lock(tx, reference, into)
    petition = casework.take(services, tx, acting, reference)
    if takes_two(petition):  # it was opened at this moment
        raise deciding.state_changed()
    if State(petition.state) in MODERATABLE:
        deciding.check_did_not_reject(tx, petition, acting)
    _end(services, tx, petition, how, acting.person_id, acting.person_id, reason, into)
    object_, now = object_of(reference), services.clock()
    audit.record(tx, acting, Action.REVIEW_PETITION, object_, now, reason=reason, step=_PAST[how])
    return None


_PAST: Final = {Ending.HIDE: "hidden", Ending.STOP: "stopped", Ending.MERGE: "merged"}


def _end(
    services: Services,
    tx: UnitOfWork,
    petition: Petition,
    how: Ending,
    moderator: str,
    decided_by: str,
    reason: str,
    into: str,
) -> None:
    _check(petition, how)
    if how is Ending.MERGE:
        other = merging.find(tx, petition, into, decided_by)
        merging.merge(services, tx, petition, moderator, reason, other)
    elif how is Ending.HIDE:
        deciding.hide(services, tx, petition, moderator, reason)
    else:
        deciding.stop(services, tx, petition, moderator, reason)
    casework.let_go(tx, petition)


def _check(petition: Petition, how: Ending) -> None:
    if State(petition.state) not in _FROM[how]:
        raise deciding.state_changed()


def _carry_out(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    reference, how, into = (str(proposal.content[name]) for name in ("petition", "how", "into"))
    merging.lock(tx, reference, into)
    petition = lookup.locked(tx, reference)
    decided_by = proposal.decided_by or ""
    lookup.check_not_own(petition, decided_by)
    _end(services, tx, petition, Ending(how), proposal.proposed_by, decided_by, proposal.reason, into)
    # Neither of the two decides on an appeal against it.
    assert petition.id is not None
    tx.add(Decision(petition_id=petition.id, at=services.clock(), moderator=decided_by, decision=_PAST[Ending(how)]))
    tx.flush()


def take_back(services: Services, tx: UnitOfWork, petition: Petition) -> None:
    """Let a petition be again where moderators ended it, with the text, the rules and the end that it had.

    What moderators had not accepted yet is checked anew. Signatures stand as they stood: of a merger, those too that
    were given to the other petition since.
    """
    now = services.clock()
    kinds = select(Happening.kind).where(Happening.petition_id == petition.id, col(Happening.kind).like("state.%"))
    history = tx.exec(kinds.order_by(col(Happening.id))).all()
    ended = ended_in(State(kind.removeprefix("state.")) for kind in history)
    assert ended is not None
    to = back_to(ended, in_time=petition.closes_at is not None and petition.closes_at > now)
    grounds = ruling.of(petition, services).grounds
    petition.text_hidden = to is State.REJECTED and any(one.hides for one in grounds if one.code == petition.ground)
    if to is State.REVIEW:
        begin_review(services, tx, petition, now, quietly=True, back=True)
        return
    if to is State.OPEN and petition.closes_at is not None:
        petition.attested, petition.due_on = True, services.day(petition.closes_at)
    # What had ended it before stands again, for the reason that it had.
    before = select(Happening).where(Happening.petition_id == petition.id, Happening.kind == f"state.{to}")
    row = tx.exec(before.order_by(col(Happening.id).desc())).first()
    reason, details = (None, {}) if row is None else (row.reason, json.loads(row.details))
    into = None
    if to is State.MERGED:
        into = tx.exec(select(Petition).where(Petition.reference == details.get("reference"))).first()
    lifecycle.change(tx, petition, to, now, reason=reason, details=details, into=into, back=True)


def object_of(reference: str) -> str:
    """How proposals and the audit trail name a petition."""
    return f"petition:{reference}"


END: Final = approvals.kind(
    "petitions.end",
    Action.END_PETITION,
    title=N_("End a petition"),
    route="petitions.ending",
    carry_out=_carry_out,
)
