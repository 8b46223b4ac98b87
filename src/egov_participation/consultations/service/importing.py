"""Reading what a ministry has into a draft: a file in the background, pasted text at once. Names tell nothing."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Final

import structlog
from sqlmodel import Session, col, delete, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Import, Version
from egov_participation.consultations.service import preparing, readers, storing
from egov_participation.consultations.service.drafting import object_of
from egov_participation.database import UnitOfWork
from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.plain import read_text
from egov_participation.jobs import enqueue
from egov_participation.logs import describe
from egov_participation.services import Services, SessionInfo

log = structlog.get_logger()

READ: Final = "consultations.read"
"""Kind of the jobs that read a file."""
MAX_SIZE: Final = 25_000_000
"""Bytes of a file."""
UNREADABLE: Final = "unreadable"
"""Refusal of a file that no reader of ours gets through; the log of the server says why."""
_ZIP: Final = b"PK\x03\x04"
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Of Unicode, before an XML."""
_BLANK: Final = b" \t\r\n"
_WEB_PAGE: Final = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_START: Final = 2_000
"""Bytes within which a web page says that it is one."""


def format_of(content: bytes) -> str:
    """What a file is by how it begins: ``akn`` or ``docx``; what is neither, the reader of ``docx`` refuses by name.

    Raises:
        DocumentRefusedError: it is too large, or nothing that is read: said at once, nothing is kept.
    """
    if len(content) > MAX_SIZE:
        raise DocumentRefusedError("file.too_large", most=MAX_SIZE // 1_000_000)
    if content.startswith(_ZIP):
        return "docx"
    if _WEB_PAGE.search(content, 0, _START):
        raise DocumentRefusedError("file.web_page")
    if content.startswith(_MARKS) or content.lstrip(_BLANK).startswith(b"<"):
        return "akn"
    readers.READERS["docx"](content, lambda _done, _total: None)
    return "docx"


def take_file(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    key: str,
    number: int,
    lang: str,
    name: str,
    content: bytes,
) -> None:
    """Take a file, to be read in the background; one that waits is replaced.

    Raises:
        DomainError: as `preparing.editable`.
        DocumentRefusedError: as `format_of`.
    """
    source_format = format_of(content)
    consultation, version = preparing.editable(tx, session, key, number)
    assert version.id is not None
    forget(tx, version.id, lang)
    now, token = services.clock(), secrets.token_hex(16)
    tx.add(
        Import(
            version_id=version.id,
            lang=lang,
            token=token,
            source_format=source_format,
            name=name,
            content=content,
            at=now,
        )
    )
    enqueue(tx, READ, token, {"token": token})
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), now, step="uploaded")


def take_text(
    services: Services, tx: UnitOfWork, session: SessionInfo, key: str, number: int, lang: str, text: str
) -> None:
    """Put pasted text in the place of a version's text.

    Raises:
        DomainError: as `preparing.editable`.
        DocumentRefusedError: there is no text of an act in it.
    """
    consultation, version = preparing.editable(tx, session, key, number)
    assert version.id is not None
    document = read_text(text)
    forget(tx, version.id, lang)
    source = {"source_format": "text", "source_name": "", "source": text.encode()}
    storing.replace(tx, version, lang, document, source)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="uploaded")


def forget(tx: UnitOfWork, version_id: int, lang: str) -> None:
    """Delete what waits, or was refused, of a version's text in one language."""
    tx.exec(delete(Import).where(col(Import.version_id) == version_id, col(Import.lang) == lang))


def waiting(session: Session, version_id: int) -> dict[str, Import]:
    """Files that are being read, or were refused, by language."""
    return {row.lang: row for row in session.exec(select(Import).where(Import.version_id == version_id))}


def read(services: Services, token: str) -> None:
    """Read a file that waits: its text takes the place of what stood there, or only why it was refused is kept."""
    with services.database.read() as session:
        found = session.exec(select(Import).where(Import.token == token)).first()
    if found is None or found.content is None:
        return
    content = found.content

    def progress(done: int, total: int) -> None:
        _step(services, token, done, total)

    try:
        document = readers.READERS[found.source_format](content, _seldom(progress))
    except DocumentRefusedError as refusal:
        _refuse(services, token, refusal)
        return
    except Exception as error:  # noqa: BLE001 – whatever a file does to a reader, the official and the operator are told
        log.error("consultations.unreadable", error=describe(error))
        _refuse(services, token, DocumentRefusedError(UNREADABLE))
        return
    with services.database.uow() as tx:
        row = tx.exec(select(Import).where(Import.token == token).with_for_update()).first()
        if row is None:
            return
        version = tx.get(Version, row.version_id)
        if version is not None and version.published_at is None:
            source = {"source_format": row.source_format, "source_name": row.name, "source": content}
            storing.replace(tx, version, row.lang, document, source)
        tx.session.delete(row)
        tx.commit()


def _refuse(services: Services, token: str, refusal: DocumentRefusedError) -> None:
    with services.database.uow() as tx:
        row = tx.exec(select(Import).where(Import.token == token).with_for_update()).first()
        if row is None:
            return
        row.refused, row.content = refusal.code, None
        row.details = json.dumps({"places": refusal.places, "values": refusal.values}, ensure_ascii=False)
        tx.add(row)
        tx.commit()


def _step(services: Services, token: str, done: int, total: int) -> None:
    with services.database.uow() as tx:
        row = tx.exec(select(Import).where(Import.token == token)).first()
        if row is not None:
            row.done, row.total = done, total
            tx.add(row)
            tx.commit()


def _seldom(progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Tells of each tenth only: each is a transaction."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        tenth = done * 10 // max(total, 1)
        if tenth > told:
            told = tenth
            progress(done, total)

    return tell
