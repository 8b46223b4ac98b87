"""Letting a person go, as far as the law allows: what each room deletes is its own ``personal.py``'s to say."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from egov_participation import personal
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.service import factors, passkeys, sessions
from egov_participation.jobs import Payload, enqueue, sealed
from egov_participation.notices import service as notices
from egov_participation.notices.service import notice
from egov_participation.registry.service import Person
from egov_participation.services import Services, SessionInfo

ERASE: Final = "identity.erase"

ERASED: Final = notice(
    "identity.erased",
    subject=N_("What we held about you was deleted"),
    paragraphs=(
        N_(
            "Your ways of signing in, your sessions, your messages and what you had set for mails are deleted, as you "
            "asked. In the register of residents you stay, and on the registers of votes that you may take part in; "
            "what officials did stays in their audit trail."
        ),
        N_(
            "You can sign in again at any time with a code that is mailed to the address in the register of residents. "
            "If it was not you who asked for this, tell us at once."
        ),
    ),
    facts=((N_("When"), "at"),),
)


def check_may_erase(db: Session, session: SessionInfo, now: datetime) -> None:
    """Make sure that the session has shown as much as the strongest way of signing in that would go.

    Raises:
        DomainError: 403 ``factor.not_fresh``, 403 ``factor.level``.
    """
    found = factors.factors_of(db, session, now)
    level = max([rules.OWN_FACTOR if found.app else 0, *(passkey.level for passkey in found.passkeys)])
    factors.check_may_remove(db, session, level, now)


def why_not_erase(db: Session, session: SessionInfo, now: datetime) -> DomainError | None:
    """What `check_may_erase` would refuse with."""
    try:
        check_may_erase(db, session, now)
    except DomainError as refusal:
        return refusal
    return None


def ask_for_erasure(tx: UnitOfWork, keys_dir: Path, session: SessionInfo, person: Person | None, now: datetime) -> None:
    """End all sessions now, and leave the rest to a job. It is certain from here on.

    Args:
        person: whoever the session is of, with the address of before: the mail must reach them there.

    Raises:
        DomainError: as `check_may_erase`.
    """
    factors.alone(tx, session.person_id)
    check_may_erase(tx.session, session, now)
    content = {
        "person": session.person_id,
        "address": person.mail if person is not None else "",
        "lang": person.language if person is not None else "",
        "asked_at": now.isoformat(),
    }
    enqueue(tx, ERASE, secrets.token_hex(16), sealed(keys_dir, content))
    sessions.end_all(tx, session.person_id)


def erase(services: Services, payload: Payload) -> None:
    """Let every room delete what it may, and tell the person. Once more changes nothing but may tell them again."""
    now = services.clock()
    with services.database.uow() as tx:
        factors.alone(tx, payload["person"])
        passkeys.forget_all_at_registrar(tx, services, payload["person"])
        personal.erase(services, tx, payload["person"], now)
        if payload["address"]:
            asked_at = datetime.fromisoformat(payload["asked_at"])
            notices.write(
                tx, services.settings.keys_dir, payload["address"], payload["lang"], ERASED, None, at=asked_at
            )
        tx.commit()
