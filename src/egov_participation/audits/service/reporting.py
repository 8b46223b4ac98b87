"""What came of an audit: numbers alone, approved by two auditors, committed to in the log and public."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Final

from egov_crypto import canonical
from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Content, Proposal
from egov_participation.audits import rules
from egov_participation.audits.models import Audit, Stage
from egov_participation.audits.service import lookup
from egov_participation.audits.service.opening import sample_of
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo

COMMITTED: Final = "petition.audit"
"""The word for what the commitment to a report is of."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the people of a sample said to the registrar's mail."""

    yes: int
    no: int
    waiting: int
    """Asked, and no answer yet."""
    unasked: int
    """Nobody could be asked."""


def answers(services: Services, row: Audit) -> Answers:
    """Raises DomainError 503 ``registrar.unavailable``."""
    said = Counter(services.registrar.audit_answers(row.reference, row.name or "").values())
    return Answers(said[True], said[False], said[None], len(sample_of(row)) - said.total())


def propose(
    services: Services, tx: UnitOfWork, session: SessionInfo, key: str, outcome: rules.Outcome, said: Answers
) -> Proposal:
    """Propose what is reported.

    Args:
        said: what `answers` has found, which asks the registrar.

    Raises:
        DomainError: 404 ``audit.none``, 409 ``audit.stage``, 422 ``audit.report``, ``audit.unproven``; what
            `approvals.propose` raises.
    """
    row = lookup.locked(tx, key)
    rules.check_stage(row.stage, Stage.OPENED)
    drawn = len(sample_of(row))
    rules.check_report(outcome, drawn=drawn, unproven=row.unproven or 0, mailed_yes=said.yes)
    content: Content = {
        "audit": key,
        "petition": row.reference,
        **asdict(outcome),
        "mailed_yes": said.yes,
        "mailed_no": said.no,
    }
    return approvals.propose(services, tx, session, REPORT, lookup.object_of(row.key), content, reason="")


def _report(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    now, content = services.clock(), proposal.content
    row = lookup.locked(tx, str(content["audit"]))
    rules.check_stage(row.stage, Stage.OPENED)
    row.stage, row.reported_at = Stage.REPORTED.value, now
    for name in _NUMBERS:
        setattr(row, name, int(str(content[name])))
    salt = secrets.token_bytes(ledger.SALT_SIZE)
    row.salt, row.document = salt.hex(), ledger.commitment(COMMITTED, salt, canonical.dump(report(row)))
    tx.add(row)
    ledger.enter(
        tx,
        {
            "type": "petition.audit",
            "version": 1,
            "petition": row.reference,
            "at": ledger.time(now),
            "step": "reported",
            "audit": row.name,
            "opened": len(sample_of(row)),
            "confirmed": row.confirmed,
            "denied": row.denied,
            "unreached": row.unreached,
            "asked": (row.asked_yes or 0) + (row.asked_no or 0),
            "document": row.document,
        },
    )


def report(row: Audit) -> dict[str, object]:
    """The public report."""
    return {
        "petition": row.reference,
        "audit": row.name,
        "counted": row.counted,
        "drawn": len(sample_of(row)),
        "unproven": row.unproven,
        "unknown": row.unknown,
        "confirmed": row.confirmed,
        "denied": row.denied,
        "unreached": row.unreached,
        "answered_registrar": {"signed": row.mailed_yes, "not_signed": row.mailed_no},
        "answered_auditors": {"signed": row.asked_yes, "not_signed": row.asked_no},
    }


_NUMBERS: Final = ("confirmed", "denied", "unreached", "asked_yes", "asked_no", "mailed_yes", "mailed_no")
REPORT: Final = approvals.kind(
    "audits.report",
    Action.DRAW_AUDIT,
    title=N_("Publish what came of an audit"),
    route="audits.proposal",
    carry_out=_report,
)
