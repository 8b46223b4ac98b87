"""PDF files that officials put with a petition, so that what they say of it can name them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select as choose
from sqlmodel import Session, col, delete, func, select, update

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import Document, Petition
from egov_participation.petitions.rules.outcomes import File
from egov_participation.petitions.service.lookup import locked
from egov_participation.petitions.service.reading import in_public
from egov_participation.services import Services, SessionInfo

MAX_SIZE: Final = 5_000_000
"""Bytes."""
_MOST: Final = 20
"""Files of a petition, published ones too."""
_KEPT: Final = timedelta(days=30)
"""What nobody publishes goes after this time: a proposal lives for half of it."""
_BEGINS: Final = b"%PDF-"


def add(services: Services, tx: UnitOfWork, session: SessionInfo, reference: str, name: str, content: bytes) -> File:
    """Put a file with a petition; the same one again changes nothing.

    Raises:
        DomainError: 404 ``petition.unknown``; 422 ``document.pdf`` (it is none) or ``document.size``; 409
            ``document.many``.
    """
    if len(content) > MAX_SIZE:
        raise DomainError(422, N_("The file is larger than 5 MB."), code="document.size")
    if not content.startswith(_BEGINS):
        raise DomainError(422, N_("This is no PDF file."), code="document.pdf")
    petition, now = locked(tx, reference), services.clock()
    mine = Document.petition_id == petition.id
    if tx.exec(select(func.count()).select_from(Document).where(mine)).one() >= _MOST:
        raise DomainError(409, N_("There are 20 files with this petition, and no more fit."), code="document.many")
    file = File(name, hashlib.sha256(content).hexdigest(), len(content))
    tx.add_if_new(
        Document,
        petition_id=petition.id,
        sha256=file.sha256,
        name=name,
        size=file.size,
        content=content,
        added_at=now,
        published=False,
    )
    audit.record(tx, session, Action.ANSWER_PETITION, f"petition:{reference}", now, step="added")
    return file


def of_petition(session: Session, petition_id: int) -> list[File]:
    """The files with a petition, the last first; without their content."""
    columns = (col(Document.name), col(Document.sha256), col(Document.size))
    rows = choose(*columns).where(col(Document.petition_id) == petition_id).order_by(col(Document.id).desc())
    return [File(*row) for row in session.execute(rows)]


def content(session: Session, reference: str, sha256: str, *, published: bool = True) -> bytes:
    """A file's content.

    Args:
        published: only if anybody may read it: it was published, with a petition that is shown.

    Raises:
        DomainError: 404 ``document.unknown``.
    """
    mine = (Petition.reference == reference, Document.petition_id == Petition.id, Document.sha256 == sha256)
    statement = select(Document.content).where(*mine)
    if published:
        statement = statement.where(col(Document.published).is_(True), in_public())
    found = session.exec(statement).first()
    if found is None:
        raise DomainError(404, N_("There is no such document."), code="document.unknown")
    return found


def publish(tx: UnitOfWork, petition: Petition, files: Sequence[File]) -> None:
    """Let everybody read these.

    Raises:
        DomainError: 409 ``document.gone``: one is no longer there.
    """
    wanted = [file.sha256 for file in files]
    mine = (col(Document.petition_id) == petition.id, col(Document.sha256).in_(wanted))
    there = set(tx.exec(select(Document.sha256).where(*mine)))
    if there != set(wanted):
        raise DomainError(409, N_("A document is no longer there. Propose it anew."), code="document.gone")
    tx.exec(update(Document).where(*mine).values(published=True))


def forget_unpublished(services: Services) -> None:
    """Delete what nobody published."""
    old = (col(Document.published).is_(False), col(Document.added_at) <= services.clock() - _KEPT)
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        if session.exec(select(Document.id).where(*old).limit(1)).first() is None:
            return
    with services.database.uow() as tx:
        tx.exec(delete(Document).where(*old))
        tx.commit()
