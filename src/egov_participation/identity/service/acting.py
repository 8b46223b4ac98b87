"""What somebody may act as in the office: it depends on what the session was opened with.

A role counts only with a passkey or an app that was there when it was granted (`roles.service.ways`). So neither a
mailbox nor a desk operator alone makes an official: who needs something new has the role ended and granted anew, by two
people. What a provider (OpenID Connect) says of somebody is no factor of ours, and counts at its level; a recovery code
never does.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from egov_participation.identity.models import LoginSession, Passkey, Totp
from egov_participation.identity.rules import Method
from egov_participation.roles import service as roles


def roles_of(db: Session, row: LoginSession, now: datetime) -> roles.Held:
    """What the session's person holds at this moment, as far as it counts in this session."""
    if row.method == Method.OPENID:
        return roles.held(db, row.person_id, now)
    added_at = _added_at(db, row)
    return roles.Held() if added_at is None else roles.held_with(db, row.person_id, added_at, now)


def _added_at(db: Session, row: LoginSession) -> datetime | None:
    """Since when there is what was proved last; None if that is nothing of ours, or gone."""
    if row.method == Method.PASSKEY and row.passkey is not None:
        passkey = db.get(Passkey, row.passkey)
        usable = passkey is not None and passkey.person_id == row.person_id and passkey.stopped_at is None
        return passkey.created_at if passkey is not None and usable else None
    if row.method == Method.APP and row.app is not None:
        app = db.get(Totp, row.person_id)
        return app.created_at if app is not None and app.public_id == row.app else None
    return None
