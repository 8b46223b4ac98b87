"""How a consultation goes from one state to another: one way for all, with its happening and its entry in the log."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select

from egov_participation.consultations.models import Comment, Consultation, ConsultationHappening, State
from egov_participation.consultations.rules.states import check_transition
from egov_participation.database import UnitOfWork
from egov_participation.ledger import service as ledger

REASON = "consultation.reason"
"""The word for what the commitment to a public reason is of."""


def change(
    tx: UnitOfWork,
    consultation: Consultation,
    to: State,
    now: datetime,
    *,
    actor: str | None = None,
    reason: str | None = None,
    approved: str | None = None,
) -> ConsultationHappening:
    """Let a consultation go into another state, with its happening and the log's entry.

    Args:
        consultation: locked (`lookup.locked`), with its number.
        actor, reason: as in `ConsultationHappening`.
        approved: hash of the proposal that two officials approved; None: the clock did it.

    Raises:
        DomainError: 409 ``consultation.state``: it cannot go there from where it is.
    """
    check_transition(State(consultation.state), to)
    ends = consultation.state == State.OPEN
    consultation.state, consultation.state_at = to.value, now
    tx.add(consultation)
    happening = happened(tx, consultation, f"state.{to}", now, actor=actor, reason=reason)
    ledger.enter(
        tx,
        {
            "type": "consultation.state",
            "version": 1,
            "consultation": consultation.reference,
            "at": ledger.time(now),
            "to": to.value,
            "closes_at": ledger.time(consultation.closes_at) if to is State.OPEN and consultation.closes_at else None,
            "rules": rules_hash(consultation) if to is State.OPEN else None,
            "reason": committed(happening),
            "supports": supports_hash(tx, consultation) if ends else None,
            "approvals": 0 if approved is None else 2,
            "approved": approved,
        },
    )
    return happening


def supports_hash(tx: UnitOfWork, consultation: Consultation) -> str:
    """SHA-256 in hex over how many support each comment, in their order, parted by commas: that stands from then on."""
    mine = select(Comment.supports).where(Comment.consultation_id == consultation.id).order_by(col(Comment.number))
    return hashlib.sha256(",".join(map(str, tx.exec(mine.with_for_update()).all())).encode()).hexdigest()


def happened(
    tx: UnitOfWork,
    consultation: Consultation,
    kind: str,
    now: datetime,
    *,
    actor: str | None = None,
    reason: str | None = None,
    details: Mapping[str, str | int] | None = None,
) -> ConsultationHappening:
    """Put something into the timeline. It enters nothing in the log."""
    assert consultation.id is not None
    row = ConsultationHappening(
        consultation_id=consultation.id,
        at=now,
        kind=kind,
        actor=actor,
        details=json.dumps(dict(details or {}), ensure_ascii=False),
        reason=reason,
        salt=None if reason is None else secrets.token_bytes(ledger.SALT_SIZE),
    )
    tx.add(row)
    return row


def committed(happening: ConsultationHappening) -> str | None:
    """The commitment to a happening's reason, as the log has it; None where there is no reason."""
    if happening.reason is None or happening.salt is None:
        return None
    return ledger.commitment(REASON, happening.salt, happening.reason.encode())


def rules_hash(consultation: Consultation) -> str:
    """SHA-256 in hex of the rules that the consultation keeps."""
    return hashlib.sha256(consultation.rules.encode()).hexdigest()
