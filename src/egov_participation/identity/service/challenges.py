"""Challenges: what an authenticator signs, so that its answer counts once, here and now."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlmodel import col, delete
from webauthn.helpers.exceptions import WebAuthnException

from egov_participation.database import UnitOfWork
from egov_participation.identity import rules
from egov_participation.identity.models import Challenge
from egov_participation.services import Services
from egov_participation.settings import Settings

TIMEOUT: Final = int(rules.CHALLENGE_LIFE.total_seconds() * 1000)
"""Milliseconds that the browser gives the person."""
MALFORMED: Final = (WebAuthnException, ValueError, TypeError, LookupError, RecursionError)
"""What the library raises for an answer that is none. It comes from outside: none of it is a fault of ours."""
MAX_ANSWER: Final = 20_000
"""Characters of an authenticator's answer; attestations are not asked for, so that it is short."""


def rp_id(settings: Settings) -> str:
    """The host name that passkeys are made for."""
    return str(urlsplit(settings.base_url).hostname)


def create(tx: UnitOfWork, owner: str, purpose: str, person_id: str | None, now: datetime) -> bytes:
    """32 random bytes for this owner and purpose; an earlier challenge no longer works."""
    challenge = secrets.token_bytes(32)
    tx.lock(f"identity:challenge:{owner}")
    tx.exec(delete(Challenge).where(col(Challenge.owner) == owner, col(Challenge.purpose) == purpose))
    tx.add(
        Challenge(
            owner=owner,
            purpose=purpose,
            challenge=challenge,
            person_id=person_id,
            expires_at=now + rules.CHALLENGE_LIFE,
        )
    )
    return challenge


def take(services: Services, owner: str, purpose: str, person_id: str | None) -> bytes | None:
    """Use the challenge up; None if there is none, if it is too old or another person's.

    In one statement and a transaction of its own: of two at the same moment one gets it, and it is gone whatever comes
    of the answer.
    """
    taken = (
        delete(Challenge)
        .where(col(Challenge.owner) == owner, col(Challenge.purpose) == purpose)
        .returning(col(Challenge.challenge), col(Challenge.person_id), col(Challenge.expires_at))
    )
    with services.database.uow() as tx:
        row = tx.session.execute(taken).first()
        tx.commit()
    if row is None or row.person_id != person_id or services.clock() >= row.expires_at:
        return None
    return bytes(row.challenge)
