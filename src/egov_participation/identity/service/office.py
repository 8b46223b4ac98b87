"""Entering the office: a citizen's session makes place for an official's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session

from egov_participation import audit
from egov_participation.actions import OFFICE_ASSURANCE, Action
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.models import LoginSession
from egov_participation.identity.service import acting, sessions
from egov_participation.roles import service as roles
from egov_participation.services import SessionInfo

NOT_WITH_THIS: Final = N_(
    "The office opens only with a passkey or an app that you had already when you were given your role. Sign in with "
    "it. If you no longer have it, ask two administrators to end the role and to grant it anew."
)


def roles_in_office(db: Session, current: SessionInfo, now: datetime) -> roles.Held:
    """What the person would be in the office if they entered it from this session."""
    row = db.get(LoginSession, current.token_hash)
    return roles.Held() if row is None else acting.roles_of(db, row, now)


def enter_office(tx: UnitOfWork, current: SessionInfo, now: datetime) -> str:
    """Replace the session by an official's, which is in the audit trail, and return the new token.

    It keeps when and how the person signed in. Leaving the office is signing out.

    Raises:
        DomainError: 403 ``office.role`` (nobody has entrusted this person with anything), 403 ``office.assurance``
            (signed in by a mailed code alone), 403 ``session.not_fresh`` (signed in more than 10 minutes ago), 401
            ``session.none`` (the session ended meanwhile), 403 ``office.factor`` (signed in with something for which
            no role counts, see `acting`).
    """
    if not roles.held(tx.session, current.person_id, now):
        raise DomainError(403, N_("You have no role in the office."), code="office.role")
    if current.assurance < OFFICE_ASSURANCE:
        raise DomainError(
            403,
            N_("The office takes more than a mailed code: sign in with a passkey or with a code from your app."),
            code="office.assurance",
        )
    if not rules.is_fresh(current.signed_in_at, now):
        raise DomainError(
            403,
            N_("You signed in more than 10 minutes ago. Sign in once more, then go on."),
            code="session.not_fresh",
        )
    sessions.alone(tx, current.person_id)
    before = tx.get(LoginSession, current.token_hash)
    if before is None:
        raise DomainError(
            401, N_("You are not signed in, or were signed out meanwhile. Please sign in again."), code="session.none"
        )
    if not acting.roles_of(tx.session, before, now):
        raise DomainError(403, NOT_WITH_THIS, code="office.factor")
    token, public_id = sessions.open_official(tx, before, now)
    audit.record(tx, current, Action.ENTER_OFFICE, f"session:{public_id}", now)
    return token
