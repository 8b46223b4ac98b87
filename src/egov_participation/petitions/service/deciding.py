"""Decisions of moderators on petitions: accepted, rejected, hidden, stopped. Each stands in log and audit trail.

What ends one goes by `ending`, which says whether it takes a second moderator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Decision, Happening, Petition, State, Wording
from egov_participation.petitions.rules import gate, moderating
from egov_participation.petitions.rules.states import MODERATABLE
from egov_participation.petitions.service import casework, letters, lifecycle, publishing, ruling, supporting
from egov_participation.petitions.service.handing_in import begin_gate
from egov_participation.search import service as search
from egov_participation.services import Services, SessionInfo


def review(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, seen: str) -> Petition:
    """The petition that a moderator decides on, taken in hand.

    Args:
        seen: the commitment to the text that the moderator had before them (`Petition.document_hash`).

    Raises:
        DomainError: those of `casework.take`; 403 ``appeal.own``: they decided against it once, and an appeal was
            granted; 409 ``petition.state``: it is not under review (any more), or accepted already; 409
            ``petition.changed``: its text is another one by now.
    """
    petition = casework.take(services, tx, acting, reference)
    if State(petition.state) not in MODERATABLE or casework.is_accepted(tx.session, petition):
        raise state_changed()
    check_did_not_reject(tx, petition, acting)
    if petition.document_hash != seen:
        raise DomainError(
            409, N_("The text has changed since you read it. Read it again, then decide."), code="petition.changed"
        )
    return petition


def check_did_not_reject(tx: UnitOfWork, petition: Petition, acting: SessionInfo) -> None:
    """Refuse a moderator who rejected or ended this petition before: an appeal is for somebody else to look at it.

    Raises:
        DomainError: 403 ``appeal.own``.
    """
    if acting.person_id in casework.turned_down_by(tx.session, petition):
        raise DomainError(
            403,
            N_("You decided against this petition once, and an appeal was granted: another moderator decides now."),
            code="appeal.own",
        )


def state_changed() -> DomainError:
    """What is said where a petition is not (any more) where it would have to be."""
    return DomainError(
        409,
        N_("This petition has changed meanwhile, so that this can no longer be done. Look at it again."),
        code="petition.state",
    )


def accept(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, seen: str, checks: Mapping[str, str]
) -> Petition:
    """Let a petition go on to its supporters, or to the public as soon as the registrar has opened its part.

    Raises:
        DomainError: those of `review`; 422 ``petition.checks``.
    """
    petition, now = review(services, tx, acting, reference, seen), services.clock()
    rules = ruling.of(petition, services)
    if moderating.unchecked(rules.grounds, checks):
        raise DomainError(422, moderating.ALL_CHECKED, code="petition.checks")
    if moderating.against(checks):
        raise DomainError(422, moderating.NONE_FOUND, code="petition.checks")
    happening = lifecycle.happened(tx, petition, "review.accepted", now, by="moderator", actor=acting.person_id)
    record(tx, acting, petition, "accepted", now, happening, checks)
    drop_wordings(tx, petition, now)
    go_on(services, tx, petition, now)
    casework.let_go(tx, petition)
    return petition


def go_on(services: Services, tx: UnitOfWork, petition: Petition, now: datetime) -> None:
    """After its review: to its supporters, or to the public."""
    rules = ruling.of(petition, services)
    wants = gate.after_review(rules) is State.COLLECTING and not supporting.is_reached(tx.session, petition, rules)
    if wants:
        begin_gate(services, tx, petition, now)
    else:
        publishing.open_soon(tx, petition)


def reject(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    seen: str,
    checks: Mapping[str, str],
    ground: str,
    reason: str,
) -> Petition:
    """Reject a petition on one of the law's grounds, with a reason that everybody reads.

    Args:
        ground: its code; it decides whether the text is shown.

    Raises:
        DomainError: those of `review`; 422 ``petition.checks``.
    """
    petition, now = review(services, tx, acting, reference, seen), services.clock()
    rules = ruling.of(petition, services)
    if moderating.unchecked(rules.grounds, checks):
        raise DomainError(422, moderating.ALL_CHECKED, code="petition.checks")
    if ground not in moderating.against(checks):
        raise DomainError(422, moderating.ONE_FOUND, code="petition.checks")
    chosen = next(one for one in rules.grounds if one.code == ground)
    petition.ground, petition.text_hidden, petition.due_on = ground, chosen.hides, None
    happening = lifecycle.change(
        tx,
        petition,
        State.REJECTED,
        now,
        by="moderator",
        actor=acting.person_id,
        reason=reason,
        details={"ground": ground},
    )
    record(tx, acting, petition, "rejected", now, happening, checks)
    drop_wordings(tx, petition, now)
    text = chosen.text
    letters.tell_creator(
        tx, services, petition, letters.REJECTED, ground={"kk": text.kk, "ru": text.ru, "en": text.en}, reason=reason
    )
    casework.let_go(tx, petition)
    return petition


def hide(services: Services, tx: UnitOfWork, petition: Petition, moderator: str, reason: str) -> Happening:
    """Take a petition out of the public's sight, with a public reason; that it was there stays in the log."""
    now = services.clock()
    petition.text_hidden, petition.due_on = True, None
    happening = lifecycle.change(tx, petition, State.HIDDEN, now, by="moderator", actor=moderator, reason=reason)
    put_down(tx, moderator, petition, "hidden", now, happening)
    drop_wordings(tx, petition, now)
    search.remove(tx, "petition", petition.reference or "")
    letters.tell_creator(tx, services, petition, letters.HIDDEN, reason=reason)
    return happening


def stop(services: Services, tx: UnitOfWork, petition: Petition, moderator: str, reason: str) -> Happening:
    """Stop a petition that was open, with a public reason: nobody is there any more to answer it.

    What was signed stays counted.
    """
    now = services.clock()
    petition.due_on = None
    happening = lifecycle.change(tx, petition, State.STOPPED, now, by="moderator", actor=moderator, reason=reason)
    put_down(tx, moderator, petition, "stopped", now, happening)
    letters.tell_creator(tx, services, petition, letters.STOPPED, reason=reason)
    return happening


def record(
    tx: UnitOfWork,
    acting: SessionInfo,
    petition: Petition,
    decision: str,
    now: datetime,
    happening: Happening,
    checks: Mapping[str, str] | None = None,
) -> None:
    """Put a moderator's decision into its table, the log and the audit trail."""
    put_down(tx, acting.person_id, petition, decision, now, happening, checks)
    object_, reason = f"petition:{petition.reference}", happening.reason or ""
    audit.record(tx, acting, Action.REVIEW_PETITION, object_, now, reason=reason, step=decision)


def put_down(
    tx: UnitOfWork,
    moderator: str,
    petition: Petition,
    decision: str,
    now: datetime,
    happening: Happening,
    checks: Mapping[str, str] | None = None,
) -> None:
    """The same without the audit trail, for what a second moderator approved: that approval is in it."""
    assert petition.id is not None
    ticked = json.dumps(dict(checks or {}))
    tx.add(Decision(petition_id=petition.id, at=now, moderator=moderator, decision=decision, checks=ticked))
    enter(tx, petition, decision, now, happening)
    tx.flush()


def enter(tx: UnitOfWork, petition: Petition, decision: str, now: datetime, happening: Happening) -> None:
    """Put a decision, a moderator's or the creator's on a wording, into the log."""
    ledger.enter(
        tx,
        {
            "type": "moderation.decision",
            "version": 1,
            "petition": petition.reference,
            "at": ledger.time(now),
            "decision": decision,
            "reason": lifecycle.committed(happening),
        },
    )


def drop_wordings(tx: UnitOfWork, petition: Petition, now: datetime) -> None:
    """Whatever wording still waits for the creator waits no longer."""
    waiting = select(Wording).where(Wording.petition_id == petition.id, Wording.state == "proposed")
    for wording in tx.exec(waiting.order_by(col(Wording.id))).all():
        wording.state, wording.decided_at = "dropped", now
        tx.add(wording)
    tx.flush()
