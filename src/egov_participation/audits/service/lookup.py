"""Finding an audit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from egov_participation.audits.models import Audit, Commitment, Stage
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_


def found(session: Session, key: str) -> Audit:
    """An audit by its key.

    Raises:
        DomainError: 404 ``audit.none``.
    """
    row = session.exec(select(Audit).where(Audit.key == key)).first()
    if row is None:
        raise _none()
    return row


def locked(tx: UnitOfWork, key: str) -> Audit:
    """The same, and nobody else changes it until this transaction ends."""
    row = tx.exec(select(Audit).where(Audit.key == key).with_for_update()).first()
    if row is None:
        raise _none()
    return row


def of_petition(session: Session, reference: str) -> Sequence[Audit]:
    """Those that are in the log, the newest first."""
    rows = select(Audit).where(Audit.reference == reference, Audit.stage != Stage.GATHERING)
    return session.exec(rows.order_by(col(Audit.id).desc())).all()


def at(session: Session, *stages: Stage) -> Sequence[Audit]:
    """Those at a stage, the oldest first; without one all, the newest first."""
    if stages:
        return session.exec(select(Audit).where(col(Audit.stage).in_(stages)).order_by(col(Audit.id))).all()
    return session.exec(select(Audit).order_by(col(Audit.id).desc()).limit(200)).all()


def commitments(session: Session, audit: Audit) -> Sequence[Commitment]:
    """Its commitments, sorted as they are in the log."""
    rows = select(Commitment).where(Commitment.audit_id == audit.id).order_by(col(Commitment.commitment))
    return session.exec(rows).all()


def object_of(key: str) -> str:
    """How the audit trail and proposals name an audit."""
    return f"audit:{key}"


def _none() -> DomainError:
    return DomainError(404, N_("There is no such audit."), code="audit.none")
