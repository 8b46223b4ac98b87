"""Finding a consultation for who is about to do something with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from sqlalchemy import ColumnElement
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from egov_participation.consultations.models import Consultation, ConsultationText, Expression, Provision, Version
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_


def no_consultation() -> DomainError:
    """What is said where there is no such consultation, or none that this person may know of: both alike."""
    return DomainError(404, N_("There is no such consultation."), code="consultation.unknown")


def found(session: Session, reference: str) -> Consultation:
    """A published consultation by its number.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    row = session.exec(select(Consultation).where(Consultation.reference == reference)).first()
    if row is None:
        raise no_consultation()
    return row


def locked(tx: UnitOfWork, reference: str) -> Consultation:
    """The same, and nobody else changes it until this transaction ends."""
    row = tx.exec(select(Consultation).where(Consultation.reference == reference).with_for_update()).first()
    if row is None:
        raise no_consultation()
    return row


def of_key(session: Session, key: str, agencies: Collection[str]) -> Consultation:
    """A consultation of one of these agencies by the key of its office pages, whatever its state.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    row = session.exec(
        select(Consultation).where(Consultation.key == key, col(Consultation.agency).in_(list(agencies)))
    ).first()
    if row is None:
        raise no_consultation()
    return row


def locked_by_key(tx: UnitOfWork, key: str, agencies: Collection[str]) -> Consultation:
    """As `of_key`, and nobody else changes it until this transaction ends."""
    mine = (Consultation.key == key, col(Consultation.agency).in_(list(agencies)))
    row = tx.exec(select(Consultation).where(*mine).with_for_update()).first()
    if row is None:
        raise no_consultation()
    return row


def digest(value: object) -> str:
    """SHA-256 in hex over a value as JSON: for noticing that somebody else was first."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def texts(session: Session, consultation_id: int) -> dict[str, ConsultationText]:
    """What it is called, by language, Kazakh first."""
    order = ("kk", "ru", "en")
    rows = session.exec(select(ConsultationText).where(ConsultationText.consultation_id == consultation_id)).all()
    return {row.lang: row for row in sorted(rows, key=lambda row: order.index(row.lang))}


def titles(session: Session, which: ColumnElement[bool] | bool) -> dict[str, str]:
    """The same of the consultation for which a condition holds: titles alone; empty where there is none."""
    row = session.exec(select(Consultation).where(which)).first()
    return {} if row is None else {lang: text.title for lang, text in texts(session, row.id or 0).items()}


def versions(session: Session, consultation_id: int, *, published: bool = True) -> list[Version]:
    """Its versions, the first first."""
    query = select(Version).where(Version.consultation_id == consultation_id).order_by(col(Version.number))
    if published:
        query = query.where(col(Version.published_at).is_not(None))
    return list(session.exec(query))


def expressions(session: Session, version_id: int) -> dict[str, Expression]:
    """A version's texts, by language. Their files are not loaded but where they are asked for."""
    mine = select(Expression).where(Expression.version_id == version_id).options(defer(Expression.source))  # type: ignore[arg-type]
    rows = session.exec(mine).all()
    return {row.lang: row for row in sorted(rows, key=lambda row: ("kk", "ru", "en").index(row.lang))}


def provisions(session: Session, expression_id: int) -> list[Provision]:
    """The provisions of a text in reading order."""
    return list(
        session.exec(select(Provision).where(Provision.expression_id == expression_id).order_by(col(Provision.place)))
    )
