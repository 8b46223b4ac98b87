"""Sessions: opened, found by their token, listed, ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, or_, select

from egov_participation.database import UnitOfWork
from egov_participation.identity import rules
from egov_participation.identity.models import LoginSession
from egov_participation.identity.service.tokens import hash_token, is_token, new_token
from egov_participation.services import Services, SessionInfo, Site


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its owner sees it."""

    public_id: str
    agent: str
    site: str
    signed_in_at: datetime
    last_seen_at: datetime
    current: bool


def open_main(
    tx: UnitOfWork, person_id: str, *, assurance: int, agent: str, replaced: SessionInfo | None, now: datetime
) -> str:
    """Open a session on the main site for somebody who has just proved who they are, and return its new token.

    The browser's session of before, `replaced`, ends. A booth that the same person had open goes on: signing in once
    more to see a credential must not end the vote in the other tab.
    """
    token = new_token()
    token_hash = hash_token(token)
    if replaced is not None:
        if replaced.person_id == person_id:
            booths = select(LoginSession).where(LoginSession.parent == replaced.token_hash)
            for booth in tx.session.exec(booths):
                booth.parent = token_hash
            tx.flush()
        _end(tx, replaced.token_hash)
    tx.add(
        _row(
            token_hash,
            site=Site.MAIN,
            person_id=person_id,
            assurance=assurance,
            agent=agent,
            signed_in_at=now,
            now=now,
            life=rules.SESSION_LIFE,
        )
    )
    return token


def open_booth(tx: UnitOfWork, main: LoginSession, vote: str, now: datetime) -> str:
    """Open a session on the booth's origin for one vote, and return its token. It takes the place of an earlier one."""
    tx.exec(delete(LoginSession).where(col(LoginSession.parent) == main.token_hash))
    token = new_token()
    row = _row(
        hash_token(token),
        site=Site.BOOTH,
        person_id=main.person_id,
        assurance=main.assurance,
        agent=main.agent,
        signed_in_at=main.signed_in_at,
        now=now,
        life=rules.BOOTH_LIFE,
    )
    row.parent, row.vote = main.token_hash, vote
    tx.add(row)
    return token


def _row(
    token_hash: str,
    *,
    site: Site,
    person_id: str,
    assurance: int,
    agent: str,
    signed_in_at: datetime,
    now: datetime,
    life: timedelta,
) -> LoginSession:
    return LoginSession(
        token_hash=token_hash,
        public_id=secrets.token_hex(8),
        site=site.value,
        person_id=person_id,
        assurance=assurance,
        agent=agent,
        created_at=now,
        signed_in_at=signed_in_at,
        last_seen_at=now,
        expires_at=now + life,
    )


def alive(row: LoginSession, now: datetime) -> bool:
    """Whether the session still counts. The booth's does not idle: filling in a ballot takes as long as it takes."""
    idle = rules.SESSION_IDLE if row.site == Site.MAIN else None
    return rules.is_alive(now, last_seen_at=row.last_seen_at, expires_at=row.expires_at, idle=idle)


def load_session(services: Services, site: Site, token: str) -> SessionInfo | None:
    """The session of a cookie's token on that host, or None if it is unknown, expired, revoked or the other host's."""
    if not is_token(token):
        return None
    now = services.clock()
    with services.database.read() as session:
        row = session.get(LoginSession, hash_token(token))
        if row is None or row.site != site or not alive(row, now):
            return None
        info = SessionInfo(
            person_id=row.person_id,
            token_hash=row.token_hash,
            created_at=row.created_at,
            signed_in_at=row.signed_in_at,
            assurance=row.assurance,
            vote=row.vote,
        )
        unseen = site is Site.MAIN and now - row.last_seen_at >= rules.SEEN_EVERY
    if unseen:
        with services.database.uow() as tx:
            seen = tx.get(LoginSession, info.token_hash)
            if seen is not None:  # else it was revoked in between; the next request will find out
                seen.last_seen_at = now
                tx.commit()
    return info


def list_sessions(session: Session, current: SessionInfo, now: datetime) -> list[SessionView]:
    """The person's sessions that still count, the current one first, then the latest used."""
    statement = select(LoginSession).where(LoginSession.person_id == current.person_id)
    rows = [row for row in session.exec(statement) if alive(row, now)]
    rows.sort(key=lambda row: (row.token_hash != current.token_hash, -row.last_seen_at.timestamp()))
    return [
        SessionView(
            row.public_id,
            row.agent,
            row.site,
            row.signed_in_at,
            row.last_seen_at,
            current=row.token_hash == current.token_hash,
        )
        for row in rows
    ]


def revoke(tx: UnitOfWork, current: SessionInfo, public_id: str) -> bool:
    """End one of the person's own sessions; whether there was such a one."""
    statement = select(LoginSession.token_hash).where(
        LoginSession.public_id == public_id, LoginSession.person_id == current.person_id
    )
    token_hash = tx.session.exec(statement).first()
    if token_hash is None:
        return False
    _end(tx, token_hash)
    return True


def revoke_others(tx: UnitOfWork, current: SessionInfo) -> None:
    """End all the person's sessions but the current one and the booth that belongs to it."""
    kept = or_(col(LoginSession.token_hash) == current.token_hash, col(LoginSession.parent) == current.token_hash)
    # parent is NULL on main sessions, and NOT of an unknown is unknown: both halves are asked for by name.
    others = select(LoginSession.token_hash).where(
        LoginSession.person_id == current.person_id,
        col(LoginSession.token_hash).not_in(select(LoginSession.token_hash).where(kept)),
    )
    tx.exec(delete(LoginSession).where(col(LoginSession.token_hash).in_(others)))


def sign_out(tx: UnitOfWork, current: SessionInfo) -> None:
    """End the current session, and the booth's that came from it."""
    _end(tx, current.token_hash)


def _end(tx: UnitOfWork, token_hash: str) -> None:
    tx.exec(
        delete(LoginSession).where(
            or_(col(LoginSession.token_hash) == token_hash, col(LoginSession.parent) == token_hash)
        )
    )
