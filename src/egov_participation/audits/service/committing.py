"""Beginning an audit: each auditor commits to a random value before any is revealed, and two approve that it is drawn.

The values are the auditors' own: none is here before it is revealed.
"""

from __future__ import annotations

import secrets
from typing import Final

from sqlmodel import select

from egov_crypto import audit as protocol
from egov_participation import approvals, audit
from egov_participation.actions import Action, may
from egov_participation.approvals import Content, Proposal
from egov_participation.audits import rules
from egov_participation.audits.models import Audit, Commitment, Stage
from egov_participation.audits.service import lookup
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.petitions.service import reading
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo


def begin(services: Services, session: SessionInfo, reference: str, sample: int) -> str:
    """Begin an audit; its key.

    Raises:
        DomainError: 404 ``petition.unknown``, 409 ``audit.nothing`` (no signature is in the log), 422 ``audit.sample``.
    """
    if not 1 <= sample <= rules.MOST_SAMPLE:
        raise DomainError(
            422,
            N_("A sample has from 1 to %(most)s signatures."),
            code="audit.sample",
            most=rules.MOST_SAMPLE,
        )
    if not reading.public(services, reference).counts.verified:
        raise DomainError(
            409, N_("No signature of this petition is in the log yet: there is nothing to draw."), code="audit.nothing"
        )
    now = services.clock()
    with services.database.uow() as tx:
        row = Audit(key=secrets.token_hex(8), reference=reference, sample=sample, begun_at=now)
        tx.add(row)
        audit.record(tx, session, Action.DRAW_AUDIT, lookup.object_of(row.key), now, step="begun")
        tx.commit()
    return row.key


def join(services: Services, session: SessionInfo, key: str, commitment: str) -> None:
    """Take part in an audit with one's own commitment; what was proposed without it is void.

    Raises:
        DomainError: 404 ``audit.none``, 409 ``audit.stage``, ``audit.joined``, ``audit.full``, 422
            ``audit.commitment``.
    """
    with services.database.uow() as tx:
        approvals.lapse(tx, DRAW, lookup.object_of(key), services.clock())
        tx.lock(f"audits:{lookup.found(tx.session, key).reference}")
        row = lookup.locked(tx, key)
        rules.check_stage(row.stage, Stage.GATHERING)
        if len(lookup.commitments(tx.session, row)) >= rules.MOST_AUDITORS:
            raise DomainError(409, N_("No more auditors can take part."), code="audit.full")
        if not rules.is_hex(commitment):
            raise DomainError(422, N_("A commitment is 64 digits from 0 to 9 and a to f."), code="audit.commitment")
        used = tx.exec(select(Commitment).where(Commitment.commitment == commitment)).first()
        given = {"audit_id": row.id, "auditor": session.person_id, "commitment": commitment, "value": None}
        if used is not None or not tx.add_if_new(Commitment, **given):
            raise DomainError(
                409, N_("You take part already, or somebody has the same commitment."), code="audit.joined"
            )
        audit.record(tx, session, Action.DRAW_AUDIT, lookup.object_of(key), services.clock(), step="committed")
        tx.commit()


def propose(services: Services, tx: UnitOfWork, session: SessionInfo, key: str) -> Proposal:
    """Propose to draw with the commitments that are there.

    Raises:
        DomainError: 404 ``audit.none``, 409 ``audit.stage``, ``audit.alone``, ``audit.waiting``, ``approval.pending``;
            what `approvals.propose` raises.
    """
    row = lookup.locked(tx, key)
    rules.check_stage(row.stage, Stage.GATHERING)
    _check_alone(services, tx, row)
    given = [one.commitment for one in lookup.commitments(tx.session, row)]
    if len(given) < rules.LEAST_AUDITORS:
        raise DomainError(
            409, N_("At least two auditors commit to a value each, so that none chooses alone."), code="audit.alone"
        )
    content: Content = {"audit": key, "petition": row.reference, "sample": row.sample, "commitments": given}
    return approvals.propose(services, tx, session, DRAW, lookup.object_of(row.key), content, reason="")


def _check_alone(services: Services, tx: UnitOfWork, row: Audit) -> None:
    """With several audits at once, whoever reveals last would choose among their samples."""
    others = [other for other in lookup.at(tx.session, Stage.COMMITTED) if other.reference == row.reference]
    if any(rules.waits(other.committed_at, services.clock()) for other in others):
        raise DomainError(
            409,
            N_(
                "Another audit of this petition waits for the values of its auditors. The next one can go on when they"
                " are revealed, or four days after they were committed to."
            ),
            code="audit.waiting",
        )


def _commit(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """The log has the commitments: by the place of their entry it is fixed among whom is drawn."""
    now, content = services.clock(), proposal.content
    tx.lock(f"audits:{content['petition']}")
    row = lookup.locked(tx, str(content["audit"]))
    rules.check_stage(row.stage, Stage.GATHERING)
    _check_alone(services, tx, row)
    auditors = lookup.commitments(tx.session, row)
    if not all(may(Action.DRAW_AUDIT, roles.held(tx.session, one.auditor, now).roles) for one in auditors):
        raise DomainError(
            409,
            N_("Somebody who committed to a value is no auditor any more. Begin another audit without them."),
            code="audit.left",
        )
    given = [one.commitment for one in auditors]
    if given != content["commitments"]:
        raise DomainError(409, N_("Another auditor takes part meanwhile. Propose it anew."), code="audit.changed")
    row.stage, row.committed_at, row.approved = Stage.COMMITTED.value, now, proposal.content_hash
    row.name = protocol.identifier(row.reference, given)
    tx.add(row)
    ledger.enter(tx, entry(row, given))


def entry(row: Audit, commitments: list[str]) -> dict[str, object]:
    """The log's entry of an audit that was committed to."""
    assert row.committed_at is not None
    return {
        "type": "petition.audit",
        "version": 1,
        "petition": row.reference,
        "at": ledger.time(row.committed_at),
        "step": "committed",
        "audit": row.name,
        "commitments": commitments,
        "sample": row.sample,
        "approvals": 2,
        "approved": row.approved,
    }


DRAW: Final = approvals.kind(
    "audits.draw",
    Action.DRAW_AUDIT,
    title=N_("Draw a sample for an audit"),
    route="audits.proposal",
    carry_out=_commit,
)
