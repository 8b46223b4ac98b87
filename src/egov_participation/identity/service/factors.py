"""What somebody can sign in with besides mailed codes, and what a session may change of it.

Whoever reads somebody's mail must not become that person for good: once a passkey or an app exists, a mailed code alone
adds, removes and replaces nothing (``trust.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from sqlmodel import Session, col, delete, func, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.models import LoginSession, Passkey, RecoveryCode, Totp
from egov_participation.identity.service.tokens import hash_token
from egov_participation.roles import service as roles
from egov_participation.services import SessionInfo


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its owner sees it."""

    public_id: str
    name: str
    level: int
    synced: bool
    created_at: datetime
    last_used_at: datetime | None
    stopped_at: datetime | None
    current: bool
    """Whether this session was opened with it."""
    removable: bool
    """Whether this session may take it away."""


@dataclass(frozen=True, slots=True)
class AppView:
    """An app with codes as its owner sees it."""

    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """All ways of signing in of one person, seen from one session."""

    passkeys: tuple[PasskeyView, ...]
    """The oldest first."""
    app: AppView | None
    recovery_codes: int
    """How many are left."""
    fresh: bool
    """Whether the sign-in is recent enough to change anything."""
    strong: bool
    """Whether the session has shown something that the person has: what is needed to change what there is."""

    @property
    def any(self) -> bool:
        """Whether there is anything besides mailed codes."""
        return bool(self.passkeys) or self.app is not None

    @property
    def may_add(self) -> bool:
        """Whether this session may add something now."""
        return self.fresh and (self.strong or not self.any)

    @property
    def may_make_codes(self) -> bool:
        """Whether this session may make recovery codes now."""
        return self.fresh and self.strong and self.any


def factors_of(db: Session, session: SessionInfo, now: datetime) -> Factors:
    """What the session's person can sign in with."""
    row = db.get(LoginSession, session.token_hash)
    keys = db.exec(select(Passkey).where(Passkey.person_id == session.person_id).order_by(col(Passkey.created_at)))
    app = db.get(Totp, session.person_id)
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == session.person_id)
    passkeys = tuple(
        PasskeyView(
            key.public_id,
            key.name,
            key.level,
            key.synced,
            key.created_at,
            key.last_used_at,
            key.stopped_at,
            current=row is not None and row.passkey == key.public_id,
            removable=rules.may_remove(key.level, session.assurance),
        )
        for key in keys
    )
    return Factors(
        passkeys,
        None if app is None else AppView(app.created_at, app.last_used_at),
        db.exec(left).one(),
        fresh=rules.is_fresh(session.signed_in_at, now),
        strong=session.assurance >= rules.OWN_FACTOR,
    )


@roles.ways_from
def ways(db: Session, person_id: str) -> list[roles.Way]:
    """What the person can sign in with, for those who decide about roles; a stopped passkey is none."""
    mine = select(Passkey).where(Passkey.person_id == person_id, col(Passkey.stopped_at).is_(None))
    found = [roles.Way(_PASSKEY_WORDS[key.level], key.created_at) for key in db.exec(mine)]
    app = db.get(Totp, person_id)
    if app is not None:
        found.append(roles.Way(N_("App with codes"), app.created_at))
    return sorted(found, key=lambda way: way.added_at)


_PASSKEY_WORDS: Final = {rules.OWN_FACTOR: N_("Passkey"), rules.IN_PERSON: N_("Passkey enrolled in person")}


def alone(tx: UnitOfWork, person_id: str) -> None:
    """Nothing else changes how this person signs in until the transaction ends: what is checked stays true."""
    tx.lock(f"identity:factors:{person_id}")


def check_may_add(db: Session, session: SessionInfo, now: datetime) -> None:
    """Refuse to add a way of signing in where the session has not shown enough.

    Raises:
        DomainError: 403 ``factor.not_fresh``, 403 ``factor.level``.
    """
    found = factors_of(db, session, now)
    _check_fresh(found)
    if not found.may_add:
        raise _too_weak()


def check_may_make_codes(db: Session, session: SessionInfo, now: datetime) -> None:
    """Refuse to make recovery codes where there is nothing to recover, or the session has not shown what there is.

    Raises:
        DomainError: 409 ``factor.none``, 403 ``factor.not_fresh``, 403 ``factor.level``.
    """
    found = factors_of(db, session, now)
    if not found.any:
        raise DomainError(
            HTTPStatus.CONFLICT,
            N_("First add a passkey or an app: without them there is nothing to recover."),
            code="factor.none",
        )
    _check_fresh(found)
    if not found.strong:
        raise _too_weak()


def check_may_remove(db: Session, session: SessionInfo, level: int, now: datetime) -> None:
    """Refuse to take away a way of signing in of that level where the session has not shown as much.

    Raises:
        DomainError: 403 ``factor.not_fresh``, 403 ``factor.level``.
    """
    _check_fresh(factors_of(db, session, now))
    if rules.may_remove(level, session.assurance):
        return
    if level == rules.IN_PERSON and session.assurance >= rules.OWN_FACTOR:
        raise DomainError(
            HTTPStatus.FORBIDDEN,
            N_(
                "A passkey that was enrolled in person is removed only after signing in with it or with another one "
                "like it. If you have lost it, a service centre enrols another one."
            ),
            code="factor.level",
        )
    raise _too_weak()


def has_app(db: Session, token: str) -> bool:
    """Whether the person of the session just opened, known by its token, has an app to be asked for."""
    row = db.get(LoginSession, hash_token(token))
    return row is not None and db.get(Totp, row.person_id) is not None


def has_any(db: Session, person_id: str) -> bool:
    """Whether the person has a passkey or an app."""
    passkey = select(Passkey.public_id).where(Passkey.person_id == person_id)
    return db.exec(passkey).first() is not None or db.get(Totp, person_id) is not None


def forget_codes_of_nothing(tx: UnitOfWork, person_id: str) -> None:
    """Without passkey and app there is nothing that recovery codes would recover, so they go too."""
    if not has_any(tx.session, person_id):
        tx.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))


def _check_fresh(found: Factors) -> None:
    if not found.fresh:
        raise DomainError(
            HTTPStatus.FORBIDDEN,
            N_("You signed in more than 10 minutes ago. Sign in once more, then go on."),
            code="factor.not_fresh",
        )


def _too_weak() -> DomainError:
    return DomainError(
        HTTPStatus.FORBIDDEN,
        N_(
            "A code from a mail is not enough to change how you sign in. Confirm first with your passkey, with your "
            "app or with a recovery code."
        ),
        code="factor.level",
    )
