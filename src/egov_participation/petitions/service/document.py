"""The text of a petition as one document: what its commitment in the log is of, and what observers hash themselves."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from sqlmodel import Session

from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Petition
from egov_participation.petitions.service.lookup import texts

KIND = "petition.text"
"""The word for what the commitment is of."""


def of(session: Session, petition: Petition) -> bytes:
    """Canonical JSON (RFC 8785: keys sorted, no spaces, UTF-8) of what is asked, of whom, where, in each language."""
    content: dict[str, Any] = {
        "addressee": petition.addressee,
        "petition": petition.reference,
        "territory": petition.territory,
        "texts": {
            lang: {"ask": text.ask, "background": text.background, "title": text.title}
            for lang, text in texts(session, petition).items()
        },
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commit(session: Session, petition: Petition) -> None:
    """Commit to the text as it is now, with random bytes of its own; as it was already: nothing changes."""
    content = of(session, petition)
    if petition.salt is not None and ledger.commitment(KIND, petition.salt, content) == petition.document_hash:
        return
    petition.salt = secrets.token_bytes(ledger.SALT_SIZE)
    petition.document_hash = ledger.commitment(KIND, petition.salt, content)


def rules_hash(petition: Petition) -> str:
    """SHA-256 in hex of the rules that the petition keeps."""
    return hashlib.sha256(petition.rules.encode()).hexdigest()
