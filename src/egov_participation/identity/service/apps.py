"""Apps that show codes: TOTP (RFC 6238; SHA-1, six digits, 30 seconds, which every such app can do)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import pyotp
from nacl.secret import Aead
from pyotp.utils import strings_equal
from sqlmodel import Session, col, delete, select, update

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import rules
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.models import PendingTotp, Totp
from egov_participation.identity.service import factors, first, limits, notifying, sessions
from egov_participation.services import Services, SessionInfo


@dataclass(frozen=True, slots=True)
class Setup:
    """What an app is told once, to show codes from then on."""

    secret: str
    """Base32, as typed into an app without a camera."""
    address: str
    """``otpauth://``, as a QR code holds it."""


def begin_setup(tx: UnitOfWork, keys: IdentityKeys, session: SessionInfo, now: datetime) -> None:
    """Make a secret for an app, known to this session until a code of it is entered.

    Raises:
        DomainError: 409 ``app.exists``; those of `factors.check_may_add`.
    """
    factors.alone(tx, session.person_id)
    factors.check_may_add(tx.session, session, now)
    _check_none(tx.session, session.person_id)
    tx.exec(delete(PendingTotp).where(col(PendingTotp.session) == session.token_hash))
    tx.add(
        PendingTotp(
            session=session.token_hash,
            person_id=session.person_id,
            sealed=_seal(keys, session.person_id, pyotp.random_base32()),
            expires_at=now + rules.APP_SETUP_LIFE,
        )
    )


def setup(db: Session, services: Services, keys: IdentityKeys, session: SessionInfo, lang: str) -> Setup | None:
    """What to show the app, or None if nothing is being set up in this session."""
    row = _pending(db, session, services.clock())
    if row is None:
        return None
    secret = open_sealed(keys, session.person_id, row.sealed)
    person = services.registry.get(db, session.person_id)
    name = f"{person.given_name} {person.family_name}" if person is not None else "–"
    issuer = translate(lang, N_("Civic Participation"))
    return Setup(secret, pyotp.TOTP(secret, name=name, issuer=issuer).provisioning_uri())


def confirm(
    tx: UnitOfWork, services: Services, keys: IdentityKeys, session: SessionInfo, code: str, now: datetime
) -> str | None:
    """Take the app over if the code is its own; the session goes on at level 2 under a new token, which is returned.

    Returns:
        None if the code is wrong.

    Raises:
        DomainError: 409 ``app.not_begun``, 409 ``app.exists``; those of `factors.check_may_add`.
    """
    factors.alone(tx, session.person_id)
    factors.check_may_add(tx.session, session, now)
    _check_none(tx.session, session.person_id)
    row = _pending(tx.session, session, now)
    if row is None:
        raise DomainError(
            HTTPStatus.CONFLICT,
            N_("Setting up the app took too long or was begun elsewhere. Begin again."),
            code="app.not_begun",
        )
    step = _step_of(open_sealed(keys, session.person_id, row.sealed), code, now, after=-1)
    if step is None:
        return None
    first.make_way(tx, services, session.person_id)
    app = Totp(person_id=session.person_id, public_id=_new_id(), sealed=row.sealed, last_step=step, created_at=now)
    tx.add(app)
    tx.session.delete(row)
    notifying.tell(tx, services, session.person_id, notifying.APP_ADDED, at=now)
    return sessions.raise_level(tx, session, assurance=rules.OWN_FACTOR, method=rules.Method.APP, app=app.public_id)


def enter(
    tx: UnitOfWork, keys: IdentityKeys, session: SessionInfo, code: str, now: datetime, *, network: str
) -> str | None:
    """Try a code of one's app; a right one raises the session to level 2 under a new token, which is returned.

    Commit whatever comes of it: a wrong try must stay counted.

    Args:
        network: the line that it is entered from, of `rules.network_of`.

    Returns:
        None if the code is wrong, was used already, or there is no app.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    limits.check_second(tx, keys.throttle, rules.APP_LIMITS, session.person_id, network, now)
    row = tx.get(Totp, session.person_id)
    step = None
    if row is not None:
        step = _step_of(open_sealed(keys, session.person_id, row.sealed), code, now, after=row.last_step)
    if row is None or step is None or not _use_step(tx, session.person_id, step, now):
        limits.count_second(tx, keys.throttle, rules.APP_LIMITS, session.person_id, network, now)
        return None
    return sessions.raise_level(tx, session, assurance=rules.OWN_FACTOR, method=rules.Method.APP, app=row.public_id)


def remove(tx: UnitOfWork, services: Services, session: SessionInfo, now: datetime) -> None:
    """Take one's app away, and end the sessions that it opened, except this one.

    Raises:
        DomainError: 404 ``app.unknown``; those of `factors.check_may_remove`.
    """
    row = tx.get(Totp, session.person_id)
    if row is None:
        raise DomainError(
            HTTPStatus.NOT_FOUND, N_("You have no app with codes, or it was removed already."), code="app.unknown"
        )
    factors.check_may_remove(tx.session, session, rules.OWN_FACTOR, now)
    tx.session.delete(row)
    tx.flush()
    sessions.end_of_app(tx, session.person_id, row.public_id, but=session.token_hash)
    factors.forget_codes_of_nothing(tx, session.person_id)
    notifying.tell(tx, services, session.person_id, notifying.APP_REMOVED, at=now)


def _new_id() -> str:
    return secrets.token_hex(8)


def _check_none(db: Session, person_id: str) -> None:
    if db.get(Totp, person_id) is not None:
        raise DomainError(
            HTTPStatus.CONFLICT,
            N_("You have an app with codes already. Remove it before you set up another one."),
            code="app.exists",
        )


def _pending(db: Session, session: SessionInfo, now: datetime) -> PendingTotp | None:
    row = db.get(PendingTotp, session.token_hash)
    return row if row is not None and row.person_id == session.person_id and now < row.expires_at else None


def _step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code this is, later than `after` and at most one away from now."""
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now)
    around = range(present - rules.STEPS_AROUND, present + rules.STEPS_AROUND + 1)
    # All are compared, so that the time does not tell which it was.
    right = [step for step in around if strings_equal(totp.generate_otp(step), code)]
    return next((step for step in right if step > after), None)


def _use_step(tx: UnitOfWork, person_id: str, step: int, now: datetime) -> bool:
    """In one statement: of two who enter the same code at the same moment, one is first."""
    used = tx.session.execute(
        update(Totp)
        .where(col(Totp.person_id) == person_id, col(Totp.last_step) < step)
        .values(last_step=step, last_used_at=now)
        .returning(col(Totp.person_id))
    )
    return used.first() is not None


def _seal(keys: IdentityKeys, person_id: str, secret: str) -> bytes:
    return bytes(Aead(keys.totp).encrypt(secret.encode(), aad=person_id.encode()))


def open_sealed(keys: IdentityKeys, person_id: str, sealed: bytes) -> str:
    """An app's secret.

    Raises:
        nacl.exceptions.CryptoError: it was sealed with another key or for another person, or is damaged.
    """
    return Aead(keys.totp).decrypt(sealed, aad=person_id.encode()).decode()


# -- the demonstration -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DemoApp:
    """An app as it would lie before its owner, with what it shows now."""

    person_id: str
    code: str
    seconds_left: int


def add_demo_app(tx: UnitOfWork, services: Services, keys: IdentityKeys, person_id: str) -> None:
    """Give somebody in the demonstration an app, whose codes its mailbox shows. What they had before is replaced.

    Raises:
        RuntimeError: this is no demonstration.
    """
    _only_in_the_demo(services)
    tx.exec(delete(Totp).where(col(Totp.person_id) == person_id))
    sealed = _seal(keys, person_id, pyotp.random_base32())
    tx.add(Totp(person_id=person_id, public_id=_new_id(), sealed=sealed, last_step=-1, created_at=services.clock()))


def demo_apps(db: Session, services: Services, keys: IdentityKeys) -> list[DemoApp]:
    """All apps of the demonstration, with the codes that they show now; a code that was used already is left empty.

    Raises:
        RuntimeError: this is no demonstration.
    """
    _only_in_the_demo(services)
    now = services.clock()
    seconds = int(rules.STEP.total_seconds())
    shown = []
    for row in db.exec(select(Totp).order_by(col(Totp.created_at), col(Totp.person_id))):
        totp = pyotp.TOTP(open_sealed(keys, row.person_id, row.sealed))
        code = totp.at(now) if totp.timecode(now) > row.last_step else ""
        shown.append(DemoApp(row.person_id, code, seconds - int(now.timestamp()) % seconds))
    return shown


def _only_in_the_demo(services: Services) -> None:
    if not services.settings.demo:
        raise RuntimeError("codes of other people's apps are for the demonstration alone")
