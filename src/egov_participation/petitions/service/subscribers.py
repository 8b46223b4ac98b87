"""Who wants to be told what becomes of a petition: its signers who said so, under the hash that their signature has."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from sqlmodel import Session, col, delete

from egov_participation.database import UnitOfWork
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, Subscriber
from egov_participation.services import Services

_OWNER = "subscriber"
_STOP = "stop"


def subscribe(tx: UnitOfWork, services: Services, petition: Petition, person_id: str) -> None:
    """Let somebody be told; a second time changes nothing."""
    keys_dir = services.settings.keys_dir
    tx.add_if_new(
        Subscriber,
        petition_id=petition.id,
        person_hash=keys.person_hash(keys_dir, person_id),
        person_sealed=keys.box(keys_dir).close(person_id, f"{_OWNER}:{petition.id}"),
    )


def unsubscribe(tx: UnitOfWork, services: Services, petition: Petition, person_id: str) -> None:
    """Tell somebody no more."""
    tx.exec(
        delete(Subscriber).where(
            col(Subscriber.petition_id) == petition.id,
            col(Subscriber.person_hash) == keys.person_hash(services.settings.keys_dir, person_id),
        )
    )


def is_subscribed(session: Session, services: Services, petition: Petition, person_id: str) -> bool:
    """Whether somebody is told."""
    person_hash = keys.person_hash(services.settings.keys_dir, person_id)
    return session.get(Subscriber, (petition.id, person_hash)) is not None


def person_of(keys_dir: Path, row: Subscriber) -> str:
    """Whom a row is about: the person id.

    Raises:
        ValueError: it was sealed with another key.
    """
    return keys.box(keys_dir).open(row.person_sealed, f"{_OWNER}:{row.petition_id}")


def stop_token(keys_dir: Path, reference: str, person_id: str) -> str:
    """Stops the mails about one petition without signing in. It tells nobody whose it is and does not expire, since
    mails are kept for long.
    """
    sealed = keys.box(keys_dir).close(f"{reference} {person_id}", _STOP)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_stop(keys_dir: Path, token: str) -> tuple[str, str] | None:
    """The petition's number and the person of a `stop_token`; None if it is not one."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        reference, person_id = keys.box(keys_dir).open(sealed, _STOP).split(" ")
    except (ValueError, binascii.Error):
        return None
    return reference, person_id
