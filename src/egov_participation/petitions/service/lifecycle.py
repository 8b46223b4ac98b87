"""How a petition goes from one state to another: one way for all, with its happening and its entry in the log.

What a new state brings with it besides (mails, the registrar's key) is the use case's own, in the same transaction.
But for one thing: whatever ends a petition that is open has the registrar told at once, by a job of its own. Until that
is done the registrar attests whoever proves that they sign. What it promised is kept: it enters the log and counts, on
the page as for every observer.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from egov_participation.database import UnitOfWork
from egov_participation.jobs import enqueue
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Happening, Petition, State
from egov_participation.petitions.rules import retention
from egov_participation.petitions.rules.states import ENDED, check_transition
from egov_participation.petitions.service import document, finding, ruling

TELL = "petitions.close"
"""Kind of the jobs that tell the registrar whether it is open."""
REASON = "petition.reason"
"""The word for what the commitment to a public reason is of."""


def change(
    tx: UnitOfWork,
    petition: Petition,
    to: State,
    now: datetime,
    *,
    by: str = "",
    actor: str | None = None,
    reason: str | None = None,
    into: Petition | None = None,
    details: Mapping[str, str | int] | None = None,
    back: bool = False,
) -> Happening:
    """Let a petition go into another state, with the happening of its timeline and the entry of the log.

    Args:
        petition: locked (`lookup.locked`), with its number unless it stays a draft's.
        by, actor, reason: as in `Happening`.
        into: of a merger, the petition that stays.
        back: what ended it is taken back (`ending.take_back`): its text stands as it was committed to.

    Raises:
        DomainError: 409 ``petition.state``: it cannot go there from where it is.
    """
    before = State(petition.state)
    if not back:
        check_transition(before, to)
    if to in {State.COLLECTING, State.REVIEW, State.OPEN} and not (back and petition.opened_at):
        # The text may have changed since: what supporters, moderators and signers see is committed to anew.
        document.commit(tx.session, petition)
    petition.state, petition.state_at = to.value, now
    petition.merged_into = None if into is None else into.id
    if to not in ENDED:
        petition.erase_on = None
    elif petition.erase_on is None and petition.rules:
        petition.erase_on = retention.erase_on(ruling.restored(petition.rules), now.date())
    tx.add(petition)
    finding.refresh(tx, petition)
    happening = happened(tx, petition, f"state.{to}", now, by=by, actor=actor, reason=reason, details=details)
    if State.OPEN in {before, to if back else before} and petition.reference is not None:
        key = f"{petition.reference}:{to}:{now.isoformat()}"
        enqueue(tx, TELL, key, {"petition": petition.reference})
    if petition.reference is not None:
        ledger.enter(
            tx,
            {
                "type": "petition.state",
                "version": 1,
                "petition": petition.reference,
                "at": ledger.time(now),
                "to": to.value,
                "document": petition.document_hash if to in {State.COLLECTING, State.REVIEW, State.OPEN} else None,
                "rules": document.rules_hash(petition) if to is State.OPEN else None,
                "reason": committed(happening),
                "into": None if into is None else into.reference,
                "closes_at": ledger.time(petition.closes_at) if to is State.OPEN and petition.closes_at else None,
            },
        )
    return happening


def happened(
    tx: UnitOfWork,
    petition: Petition,
    kind: str,
    now: datetime,
    *,
    by: str = "",
    actor: str | None = None,
    reason: str | None = None,
    details: Mapping[str, str | int] | None = None,
    public: bool = True,
) -> Happening:
    """Put something into the timeline. It enters nothing in the log."""
    assert petition.id is not None
    row = Happening(
        petition_id=petition.id,
        at=now,
        kind=kind,
        by=by,
        actor=actor,
        details=json.dumps(dict(details or {}), ensure_ascii=False),
        reason=reason,
        salt=None if reason is None else secrets.token_bytes(ledger.SALT_SIZE),
        public=public,
    )
    tx.add(row)
    return row


def committed(happening: Happening) -> str | None:
    """The commitment to a happening's reason, as the log has it; None where there is no reason."""
    if happening.reason is None or happening.salt is None:
        return None
    return ledger.commitment(REASON, happening.salt, happening.reason.encode())
