"""Sessions: opened, found by their token, listed, ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy import select as select_core
from sqlalchemy import update as update_core
from sqlmodel import Session, col, delete, or_, select

from egov_participation.actions import Capacity, Role
from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.models import LoginSession, Passkey
from egov_participation.identity.rules import Method
from egov_participation.identity.service import acting
from egov_participation.identity.service.tokens import hash_token, is_token, new_token
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo, Site


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its owner sees it."""

    public_id: str
    agent: str
    site: str
    signed_in_at: datetime
    last_seen_at: datetime
    assurance: int
    method: Method
    added: bool
    """Its passkey was added in it, after something else was proved."""
    official: bool
    current: bool


def alone(tx: UnitOfWork, person_id: str) -> None:
    """Nobody else opens or ends a session of this person until the transaction ends.

    So none grows out of one that is being ended: no booth stays open behind somebody who signed out.
    """
    tx.lock(f"identity:sessions:{person_id}")


def open_main(
    tx: UnitOfWork,
    person_id: str,
    *,
    assurance: int,
    method: Method,
    agent: str,
    replaced: SessionInfo | None,
    now: datetime,
    passkey: str | None = None,
) -> str:
    """Open a session on the main site for somebody who has just proved who they are, and return its new token.

    The browser's session of before, `replaced`, ends. A booth that the same person had open goes on: signing in once
    more to see a credential must not end the vote in the other tab.
    """
    alone(tx, person_id)
    token = new_token()
    token_hash = hash_token(token)
    if replaced is not None:
        if replaced.person_id == person_id:
            _move_booths(tx, replaced.token_hash, token_hash)
        _end(tx, replaced.token_hash)
    row = _row(
        token_hash,
        site=Site.MAIN,
        person_id=person_id,
        assurance=assurance,
        method=method.value,
        agent=agent,
        signed_in_at=now,
        now=now,
        life=rules.SESSION_LIFE,
    )
    row.passkey = passkey
    tx.add(row)
    return token


def raise_level(
    tx: UnitOfWork,
    current: SessionInfo,
    *,
    assurance: int,
    method: Method,
    passkey: str | None = None,
    app: str | None = None,
) -> str:
    """Go on at a higher level with a second proof, under a new token, which is returned.

    The session keeps its age and its end; what was proved first is not proved anew by what comes second.

    Raises:
        DomainError: 401 ``session.none``: it has ended meanwhile.
    """
    alone(tx, current.person_id)
    row = tx.get(LoginSession, current.token_hash)
    if row is None:
        raise DomainError(
            401, N_("You are not signed in, or were signed out meanwhile. Please sign in again."), code="session.none"
        )
    token = new_token()
    copied = LoginSession.model_validate(
        row.model_dump()
        | {
            "token_hash": hash_token(token),
            "public_id": secrets.token_hex(8),
            "assurance": max(row.assurance, assurance),
            "method": method.value,
            "passkey": passkey or row.passkey,
            "app": app or row.app,
        }
    )
    _move_booths(tx, row.token_hash, copied.token_hash)
    _end(tx, row.token_hash)
    tx.add(copied)
    return token


def _move_booths(tx: UnitOfWork, before: str, after: str) -> None:
    for booth in tx.session.exec(select(LoginSession).where(LoginSession.parent == before)):
        booth.parent = after
    tx.flush()


def end_of_passkey(tx: UnitOfWork, person_id: str, public_id: str, *, but: str) -> None:
    """End the sessions that a passkey opened, except the one whose token hash is `but`, and their booths."""
    _end_opened(tx, person_id, col(LoginSession.passkey) == public_id, but)


def end_of_app(tx: UnitOfWork, person_id: str, public_id: str, *, but: str) -> None:
    """The same for sessions in which a code of an app was entered."""
    _end_opened(tx, person_id, col(LoginSession.app) == public_id, but)


def _end_opened(tx: UnitOfWork, person_id: str, by: ColumnElement[bool], but: str) -> None:
    alone(tx, person_id)
    opened = select(LoginSession.token_hash).where(
        by, LoginSession.token_hash != but, col(LoginSession.parent).is_(None)
    )
    for token_hash in list(tx.session.exec(opened)):
        _end(tx, token_hash)


def open_official(tx: UnitOfWork, before: LoginSession, now: datetime) -> tuple[str, str]:
    """Put an official's session in the place of a citizen's, and return its new token and its `public_id`.

    It has the same sign-in behind it. The citizen's session ends, with the booth that was open from it.
    """
    token = new_token()
    row = _row(
        hash_token(token),
        site=Site.MAIN,
        person_id=before.person_id,
        assurance=before.assurance,
        method=before.method,
        agent=before.agent,
        signed_in_at=before.signed_in_at,
        now=now,
        life=rules.SESSION_LIFE,
    )
    row.capacity, row.passkey, row.app = Capacity.OFFICIAL.value, before.passkey, before.app
    _end(tx, before.token_hash)
    tx.add(row)
    return token, row.public_id


def open_booth(tx: UnitOfWork, main: LoginSession, vote: str, now: datetime) -> str:
    """Open a session on the booth's origin for one vote, and return its token. It takes the place of an earlier one."""
    tx.exec(delete(LoginSession).where(col(LoginSession.parent) == main.token_hash))
    token = new_token()
    row = _row(
        hash_token(token),
        site=Site.BOOTH,
        person_id=main.person_id,
        assurance=main.assurance,
        method=main.method,
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
    method: str,
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
        method=method,
        agent=agent,
        created_at=now,
        signed_in_at=signed_in_at,
        last_seen_at=now,
        expires_at=now + life,
    )


def alive(row: LoginSession, now: datetime) -> bool:
    """Whether the session still counts. The booth's does not idle: filling in a ballot takes as long as it takes."""
    idle = rules.SESSION_IDLE if row.site == Site.MAIN else None
    if row.capacity == Capacity.OFFICIAL:
        idle = rules.OFFICE_IDLE
    return rules.is_alive(now, last_seen_at=row.last_seen_at, expires_at=row.expires_at, idle=idle)


_SESSIONS: Final = table_of(LoginSession)
_BY_TOKEN: Final = select_core(_SESSIONS).where(_SESSIONS.c.token_hash == bindparam("token_hash"))
_SEEN: Final = (
    update_core(_SESSIONS)
    .where(_SESSIONS.c.token_hash == bindparam("seen_token"))
    .values(last_seen_at=bindparam("seen_at"))
)
"""Both on the table, and made once: they are asked with each request of somebody who is signed in."""


def load_session(services: Services, site: Site, token: str) -> SessionInfo | None:
    """The session of a cookie's token on that host, or None if it is unknown, expired, revoked or the other host's."""
    if not is_token(token):
        return None
    now = services.clock()
    found = services.database.first(_BY_TOKEN, {"token_hash": hash_token(token)})
    if found is None:
        return None
    row = cast(LoginSession, found)  # has its columns; to make the model of it takes as long as to ask for it
    if row.site != site or not alive(row, now):
        return None
    capacity = Capacity(row.capacity)
    held = roles.Held(frozenset({Role.CITIZEN}))
    if capacity is Capacity.OFFICIAL:
        # At each request: a role that was revoked ends at once, whoever has a page of it open.
        with services.database.read() as session:
            held = acting.roles_of(session, row, now)
    info = SessionInfo(
        person_id=row.person_id,
        token_hash=row.token_hash,
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
        assurance=row.assurance,
        vote=row.vote,
        capacity=capacity,
        roles=held.roles,
        agencies=held.agencies,
    )
    if site is Site.MAIN and now - row.last_seen_at >= rules.SEEN_EVERY:
        with services.database.uow() as tx:
            # If it was revoked in between, nothing is written and the next request finds out.
            tx.session.execute(_SEEN, {"seen_token": info.token_hash, "seen_at": now})
            tx.commit()
    return info


def list_sessions(session: Session, current: SessionInfo, now: datetime) -> list[SessionView]:
    """The person's sessions that still count, the current one first, then the latest used."""
    statement = select(LoginSession).where(LoginSession.person_id == current.person_id)
    rows = [row for row in session.exec(statement) if alive(row, now)]
    added = select(Passkey.public_id, Passkey.created_at).where(Passkey.person_id == current.person_id)
    keys = dict(session.exec(added).all())
    rows.sort(key=lambda row: (row.token_hash != current.token_hash, -row.last_seen_at.timestamp()))
    return [
        SessionView(
            row.public_id,
            row.agent,
            row.site,
            row.signed_in_at,
            row.last_seen_at,
            row.assurance,
            Method(row.method),
            added=row.passkey in keys and keys[row.passkey] > row.signed_in_at,
            official=row.capacity == Capacity.OFFICIAL,
            current=row.token_hash == current.token_hash,
        )
        for row in rows
    ]


def revoke(tx: UnitOfWork, current: SessionInfo, public_id: str) -> bool:
    """End one of the person's own sessions; whether there was such a one."""
    alone(tx, current.person_id)
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
    alone(tx, current.person_id)
    kept = or_(col(LoginSession.token_hash) == current.token_hash, col(LoginSession.parent) == current.token_hash)
    # parent is NULL on main sessions, and NOT of an unknown is unknown: both halves are asked for by name.
    others = select(LoginSession.token_hash).where(
        LoginSession.person_id == current.person_id,
        col(LoginSession.token_hash).not_in(select(LoginSession.token_hash).where(kept)),
    )
    tx.exec(delete(LoginSession).where(col(LoginSession.token_hash).in_(others)))


def end_all(tx: UnitOfWork, person_id: str) -> None:
    """End every session of a person, the booths' too."""
    alone(tx, person_id)
    tx.exec(delete(LoginSession).where(col(LoginSession.person_id) == person_id))


def sign_out(tx: UnitOfWork, current: SessionInfo) -> None:
    """End the current session, and the booth's that came from it."""
    alone(tx, current.person_id)
    _end(tx, current.token_hash)


def _end(tx: UnitOfWork, token_hash: str) -> None:
    tx.exec(
        delete(LoginSession).where(
            or_(col(LoginSession.token_hash) == token_hash, col(LoginSession.parent) == token_hash)
        )
    )
