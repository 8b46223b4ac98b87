"""The hand-off: how a session of the main site gets one of its own on the booth's origin.

The two origins share no cookie. The main site makes a token that works once, for a minute; the person's browser posts
it to the booth, which opens a session for that person and that one vote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select

from egov_participation import actions
from egov_participation.actions import Action
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.models import Handoff, LoginSession
from egov_participation.identity.rules import Purpose
from egov_participation.identity.service import sessions
from egov_participation.identity.service.tokens import hash_token, is_token, new_token
from egov_participation.services import SessionInfo


@dataclass(frozen=True, slots=True)
class Entered:
    """A session on the booth's origin, just opened, and where to go with it."""

    token: str
    vote: str
    purpose: Purpose
    lang: str


def create_handoff(
    tx: UnitOfWork, session: SessionInfo, vote: str, purpose: Purpose, *, lang: str, now: datetime
) -> str:
    """A token to post to the booth's ``/handoff`` within 60 seconds, once.

    Raises:
        DomainError: 403 ``role.official``: an official's session. 403 ``session.not_fresh``: a credential is asked for,
            and the sign-in is older than 10 minutes.
    """
    actions.check(Action.VOTE, session.capacity, session.roles)
    if purpose is Purpose.CREDENTIAL and not rules.is_fresh(session.signed_in_at, now):
        raise DomainError(
            403,
            N_("You signed in more than 10 minutes ago. Sign in once more, then go on."),
            code="session.not_fresh",
        )
    token = new_token()
    tx.add(
        Handoff(
            token_hash=hash_token(token),
            parent=session.token_hash,
            vote=vote,
            purpose=purpose.value,
            lang=lang,
            expires_at=now + rules.HANDOFF_LIFE,
        )
    )
    return token


def redeem_handoff(tx: UnitOfWork, token: str, now: datetime) -> Entered:
    """Use a token up and open the booth's session. Commit whatever comes of it: a token that was shown is spent.

    Raises:
        DomainError: 403 ``handoff.invalid``: unknown, used, too old, or the session that made it has ended.
    """
    found = _spend(tx, token) if is_token(token) else None
    main = tx.get(LoginSession, found.parent) if found is not None else None
    if main is not None:
        sessions.alone(tx, main.person_id)
        main = tx.get(LoginSession, main.token_hash, populate_existing=True)
    if found is None or now >= found.expires_at or main is None or not sessions.alive(main, now):
        raise DomainError(
            403,
            N_("This way into the booth has been used already or is too old. Go back to the vote and enter again."),
            code="handoff.invalid",
        )
    return Entered(sessions.open_booth(tx, main, found.vote, now), found.vote, Purpose(found.purpose), found.lang)


def _spend(tx: UnitOfWork, token: str) -> Handoff | None:
    """Locked before it is deleted: of two who show the same token at the same moment one finds it."""
    found = tx.exec(select(Handoff).where(Handoff.token_hash == hash_token(token)).with_for_update()).first()
    if found is not None:
        tx.exec(delete(Handoff).where(col(Handoff.token_hash) == found.token_hash))
    return found
