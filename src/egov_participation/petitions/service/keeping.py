"""What was typed into a draft's page by a browser whose session had ended: kept until its owner is signed in again."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping

from sqlmodel import Session, col, delete, select

from egov_participation.database import UnitOfWork
from egov_participation.petitions import keys
from egov_participation.petitions.models import KeptText, Petition, State
from egov_participation.petitions.rules import writing
from egov_participation.petitions.service import lookup
from egov_participation.services import Services
from egov_participation.throttle import throttle


def keep(services: Services, tx: UnitOfWork, key: str, fields: Mapping[str, str], network: str) -> str:
    """Keep what was typed; the token that its owner finds it by.

    Raises:
        DomainError: 404 ``petition.unknown``: there is no such draft; 429 ``petition.too_many``.
    """
    now = services.clock()
    throttle(services.settings.keys_dir).take(tx, writing.KEPT_FOR_NETWORK, network, now)
    draft = tx.exec(select(Petition).where(Petition.key == key, Petition.state == State.DRAFT.value)).first()
    if draft is None or draft.id is None:
        raise lookup.no_petition()
    token = secrets.token_urlsafe(16)
    sealed = keys.box(services.settings.keys_dir).close(json.dumps(dict(fields)), _owner(token, draft))
    tx.add(
        KeptText(
            token_hash=_hash(token), petition_id=draft.id, fields_sealed=sealed, expires_at=now + writing.KEPT_TEXT
        )
    )
    tx.flush()
    return token


def kept(services: Services, session: Session, draft: Petition, token: str) -> dict[str, str]:
    """What was typed into this draft's page; empty if nothing is kept under this token (any more)."""
    row = session.get(KeptText, _hash(token)) if token else None
    if row is None or row.petition_id != draft.id or row.expires_at <= services.clock():
        return {}
    text = keys.box(services.settings.keys_dir).open(row.fields_sealed, _owner(token, draft))
    fields: dict[str, str] = json.loads(text)
    return fields


def forget(tx: UnitOfWork, draft: Petition, token: str) -> None:
    """It was put into the draft."""
    theirs = (col(KeptText.token_hash) == _hash(token), col(KeptText.petition_id) == draft.id)
    tx.exec(delete(KeptText).where(*theirs))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _owner(token: str, draft: Petition) -> str:
    return f"kept:{_hash(token)}:{draft.id}"
