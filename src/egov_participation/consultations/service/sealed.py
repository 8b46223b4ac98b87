"""Whether what was published is still what the agency signed: recomputed from the rows, against the log's entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from egov_participation.consultations.models import Consultation, Expression, Version
from egov_participation.consultations.rules.provisions import as_document
from egov_participation.consultations.rules.record import record_hash
from egov_participation.consultations.service import lookup, recording
from egov_participation.documents import hashing
from egov_participation.ledger import service as ledger


def altered(session: Session) -> Iterator[str]:
    """Published texts that are not what the log has, as ``C-2026-0007/v1/ru``; versions without their entry, whose
    record is another, or whose signature does not hold, as ``C-2026-0007/v1``."""
    published = (
        select(Consultation, Version)
        .join(Version, col(Version.consultation_id) == col(Consultation.id))
        .where(col(Version.published_at).is_not(None))
        .order_by(col(Version.id))
    )
    for row, version in session.exec(published).all():
        name = f"{row.reference}/v{version.number}"
        entries = ledger.newest(session, "consultation.version", row.reference or "")
        entry = next((one for one in entries if one["number"] == version.number), None)
        if entry is None or not _is_signed(entry, version.signature or b""):
            yield name
            continue
        if record_hash(recording.made(session, row, version, version.published_at)) != entry["record"]:
            yield name
        texts = lookup.expressions(session, version.id or 0)
        for text in entry["texts"]:
            expression = texts.get(text["lang"])
            if expression is None or _hash(session, expression) != text["document"]:
                yield f"{name}/{text['lang']}"


def _is_signed(entry: dict[str, Any], signature: bytes) -> bool:
    statement = {name: value for name, value in entry.items() if name != "signature"}
    try:
        ledger.check_signed(statement, signature)
    except ValueError:
        return False
    return True


def _hash(session: Session, expression: Expression) -> str:
    try:
        return hashing.document_hash(as_document(expression, lookup.provisions(session, expression.id or 0))).hex()
    except (hashing.CanonicalFormError, ValueError):
        return ""
