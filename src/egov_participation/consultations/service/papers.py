"""Documents that go with a draft: public with the next publication, and only ever saved, never shown inline."""

from __future__ import annotations

import hashlib
from typing import Final

from sqlmodel import Session, col, delete, func, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Consultation, ConsultationPaper, State
from egov_participation.consultations.rules.attachments import DOCX, PDF, docx_parts, has_programs
from egov_participation.consultations.rules.states import ENDED, changed
from egov_participation.consultations.service import drafting, lookup
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

MAX_SIZE: Final = 15_000_000
"""Bytes."""
MOST: Final = 30
"""Documents of a consultation."""
KINDS: Final = ("note", "assessment", "comparison", "other")


def media_type(content: bytes) -> str:
    """What a document is, by its content.

    Raises:
        DomainError: 422 ``paper.type``: neither a PDF nor a Word file without programs; ``paper.size``.
    """
    if len(content) > MAX_SIZE:
        raise DomainError(422, N_("The file is larger than 15 MB."), code="paper.size")
    if content.startswith(b"%PDF-"):
        return PDF
    if (parts := docx_parts(content)) and not has_programs(parts):
        return DOCX
    raise DomainError(
        422,
        N_("This is neither a PDF nor a Word file (.docx) without macros. Nothing was kept of it."),
        code="paper.type",
    )


def add(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    key: str,
    paper: tuple[str, str, str],
    content: bytes,
) -> None:
    """Put a document with a draft; the same file again changes nothing.

    Args:
        paper: kind (of `KINDS`), language and name.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state`` or ``paper.many``; 422 as `media_type`.
    """
    found = media_type(content)
    row = lookup.locked_by_key(tx, key, session.agencies)
    if State(row.state) in ENDED:
        raise changed()
    mine = ConsultationPaper.consultation_id == row.id
    if tx.exec(select(func.count()).select_from(ConsultationPaper).where(mine)).one() >= MOST:
        raise DomainError(409, N_("There are 30 documents with this draft, and no more fit."), code="paper.many")
    kind, lang, name = paper
    now = services.clock()
    tx.add_if_new(
        ConsultationPaper,
        consultation_id=row.id,
        kind=kind,
        lang=lang,
        name=name,
        media_type=found,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        content=content,
        added_at=now,
    )
    audit.record(tx, session, Action.PUBLISH_DRAFT, drafting.object_of(row), now, step="added")


def remove(services: Services, tx: UnitOfWork, session: SessionInfo, key: str, sha256: str) -> None:
    """Take a document away that is not public yet.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    row = lookup.locked_by_key(tx, key, session.agencies)
    mine = (
        col(ConsultationPaper.consultation_id) == row.id,
        col(ConsultationPaper.sha256) == sha256,
        col(ConsultationPaper.published_at).is_(None),
    )
    tx.exec(delete(ConsultationPaper).where(*mine))
    audit.record(tx, session, Action.PUBLISH_DRAFT, drafting.object_of(row), services.clock(), step="removed")


def content_of(session: Session, row: Consultation, sha256: str) -> tuple[bytes, str]:
    """A document's bytes and type, for officials of the agency: published or not.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    mine = (ConsultationPaper.consultation_id == row.id, ConsultationPaper.sha256 == sha256)
    found = session.exec(select(ConsultationPaper.content, ConsultationPaper.media_type).where(*mine)).first()
    if found is None:
        raise lookup.no_consultation()
    return found
