"""Signing in by an IIN and a mailed code.

What the visitor sees, and how long it takes, is the same whether or not the IIN is in the register: the request only
notes the IIN; a job looks it up, makes the code and mails it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, and_, col, delete, select

from egov_participation.database import UnitOfWork, finds_any
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.models import Challenge, Handoff, LoginSession, PendingTotp, ProviderSignIn, SignIn
from egov_participation.identity.service import limits, sessions
from egov_participation.identity.service.tokens import hash_token
from egov_participation.jobs import enqueue
from egov_participation.notices import service as notices
from egov_participation.notices.service import notice
from egov_participation.registry.iin import Iin
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.throttle import LimitCount

SEND_CODE: Final = "identity.send_code"

CODE: Final = notice(
    "identity.code",
    subject=N_("Your code for signing in"),
    paragraphs=(
        N_("Enter this code on the page where you asked for it. It works for 10 minutes and only in that browser."),
        N_(
            "If you did not ask for a code, do nothing: without it nobody can sign in as you. "
            "Never tell the code to anybody. We never ask for it by phone or by message."
        ),
    ),
    code="code",
)
"""Sent at once, and in no table: it is composed as it leaves."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The code was right: the new session's token, and where to go."""

    token: str
    next_path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The code was not taken. With no tries left (or too late) it must be asked for anew."""

    tries_left: int


def begin(
    tx: UnitOfWork,
    keys: IdentityKeys,
    iin: Iin,
    *,
    browser: str,
    network: str,
    lang: str,
    next_path: str,
    now: datetime,
) -> None:
    """Note that this browser wants to sign in with that IIN; a code is mailed if it is in the register.

    Raises:
        DomainError: 429 ``sign_in.too_many``, for the IIN or for the network; do not commit.
    """
    _alone(tx, browser)
    subject = keys.iin.hash(iin).hex()
    _check_wrong_tries(tx, keys, subject, network, now)
    throttle = keys.throttle
    limits.take_for_line(tx, throttle, rules.NETWORK_CODE_LIMITS, network, now)
    for held in rules.CODE_LIMITS:
        limits.take_for_line(tx, throttle, held, network, now, subject)
    throttle.take(tx, rules.MAILS_PER_DAY, subject, now)
    browser_hash = hash_token(browser)
    attempt = secrets.token_hex(16)
    tx.exec(delete(SignIn).where(col(SignIn.browser_hash) == browser_hash))
    tx.add(
        SignIn(
            browser_hash=browser_hash,
            attempt=attempt,
            iin_sealed=keys.iin.seal(iin, attempt),
            lang=lang,
            next_path=next_path,
            created_at=now,
            expires_at=now + rules.CODE_LIFE,
        )
    )
    enqueue(tx, SEND_CODE, attempt, {"attempt": attempt})


def is_waiting(session: Session, browser: str, now: datetime) -> bool:
    """Whether a code is expected from this browser."""
    row = session.get(SignIn, hash_token(browser))
    return row is not None and _is_open(row, now)


def another_code(tx: UnitOfWork, keys: IdentityKeys, *, browser: str, network: str, now: datetime) -> bool:
    """Begin once more with the IIN given before, so that the code sent before no longer works.

    Returns:
        False if there is no such sign-in, or no more.

    Raises:
        DomainError: as `begin`.
    """
    _alone(tx, browser)
    row = tx.get(SignIn, hash_token(browser))
    if row is None or now >= row.expires_at:
        return False
    iin = keys.iin.open_sealed(row.iin_sealed, row.attempt)
    lang, next_path = row.lang, row.next_path
    tx.session.expunge(row)
    begin(tx, keys, iin, browser=browser, network=network, lang=lang, next_path=next_path, now=now)
    return True


def send_code(services: Services, keys: IdentityKeys, attempt: str) -> None:
    """Look the IIN of a sign-in up and, if it is in the register, mail a code. Done again, it mails another code.

    The code is made here and not put into the job, so that it is in no table.
    """
    with services.database.read() as session:
        row = session.exec(select(SignIn).where(SignIn.attempt == attempt)).first()
        if row is None or services.clock() >= row.expires_at:
            return
        person = services.registry.find(session, keys.iin.open_sealed(row.iin_sealed, attempt))
        lang = row.lang
    if person is None or not person.mail:
        return
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
    with services.database.uow() as tx:
        row = tx.session.exec(select(SignIn).where(SignIn.attempt == attempt).with_for_update()).first()
        if row is None:
            return
        row.person_id, row.code_hash = person.person_id, keys.code_hash(attempt, code)
        tx.commit()
    notices.deliver(services, notices.compose(services.settings, CODE, person.mail, lang, person.person_id, code=code))


def enter_code(
    tx: UnitOfWork,
    keys: IdentityKeys,
    code: str,
    *,
    browser: str,
    network: str,
    agent: str,
    replaced: SessionInfo | None,
    now: datetime,
) -> SignedIn | Refused:
    """Try a code of six digits. Commit whatever comes of it: a wrong try must stay counted.

    Args:
        replaced: the session that the browser has already; it ends when the code is right.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    _alone(tx, browser)
    limits.take_for_line(tx, keys.throttle, rules.NETWORK_TRY_LIMITS, network, now)
    row = tx.get(SignIn, hash_token(browser))
    if row is None or not _is_open(row, now):
        return Refused(0)
    # By the IIN that was given, whether or not it is anybody's: both are counted and answered alike.
    subject = keys.iin.hash(keys.iin.open_sealed(row.iin_sealed, row.attempt)).hex()
    _check_wrong_tries(tx, keys, subject, network, now)
    row.tries += 1
    # Compared even where there is no person, so that the time tells nothing.
    expected = row.code_hash or bytes(32)
    right = hmac.compare_digest(keys.code_hash(row.attempt, code), expected)
    if not right or row.person_id is None:
        limits.take_for_line(tx, keys.throttle, rules.WRONG_LIMITS, network, now, subject)
        keys.throttle.take(tx, rules.WRONG_PER_DAY, subject, now)
        return Refused(rules.CODE_TRIES - row.tries)
    person_id, next_path = row.person_id, row.next_path
    tx.session.delete(row)
    token = sessions.open_main(
        tx,
        person_id,
        assurance=rules.MAILED_CODE,
        method=rules.Method.MAILED_CODE,
        agent=agent,
        replaced=replaced,
        now=now,
    )
    return SignedIn(token, next_path)


def _alone(tx: UnitOfWork, browser: str) -> None:
    """Of several requests of one browser at the same moment, each finds what the one before it left."""
    tx.lock(f"identity:sign-in:{hash_token(browser)}")


def _check_wrong_tries(tx: UnitOfWork, keys: IdentityKeys, subject: str, network: str, now: datetime) -> None:
    """Refuse, with any code, where too many wrong ones were entered for this IIN."""
    limits.check_for_line(tx, keys.throttle, rules.WRONG_LIMITS, network, now, subject)
    keys.throttle.check(tx, rules.WRONG_PER_DAY, subject, now)


def _is_open(row: SignIn, now: datetime) -> bool:
    return now < row.expires_at and row.tries < rules.CODE_TRIES


def purge(services: Services) -> None:
    """Delete what has expired: sign-ins with their sealed IIN, sessions, hand-offs, counts."""
    now = services.clock()
    idle_since = now - rules.SESSION_IDLE
    expired: list[tuple[type[SQLModel], ColumnElement[bool]]] = [
        (SignIn, col(SignIn.expires_at) <= now),
        (LoginSession, col(LoginSession.expires_at) <= now),
        (LoginSession, and_(col(LoginSession.site) == Site.MAIN, col(LoginSession.last_seen_at) <= idle_since)),
        (Handoff, col(Handoff.expires_at) <= now),
        (ProviderSignIn, col(ProviderSignIn.expires_at) <= now),
        (Challenge, col(Challenge.expires_at) <= now),
        (PendingTotp, col(PendingTotp.expires_at) <= now),
        (LimitCount, col(LimitCount.expires_at) <= now),
    ]
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        any_expired = finds_any(session, *(select(model).where(condition) for model, condition in expired))
    if any_expired:
        with services.database.uow() as tx:
            for model, condition in expired:
                tx.exec(delete(model).where(condition))
            tx.commit()
