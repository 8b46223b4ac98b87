"""What the registrar is asked about people and their credentials while a vote runs."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_models

from egov_participation.database import table_of
from egov_participation.registrar import rules
from egov_participation.registrar.models import Asked, Release, RolledVote, RollEntry, RollState, WrongAnswer
from egov_participation.registrar.service.means import Means, place

log = structlog.get_logger()


def votes_of(means: Means, person_id: str) -> list[str]:
    """See `Registrar.votes_of`."""
    with means.database.read() as session:
        running = session.exec(
            select_models(RolledVote.vote_uuid).where(col(RolledVote.state) == RollState.ACTIVE)
        ).all()
        owners = {means.vault.owner(vote, person_id): vote for vote in running}
        found: list[str] = []
        keys = list(owners)
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            rows = session.exec(
                select_models(RollEntry.vote_uuid, RollEntry.owner).where(col(RollEntry.owner).in_(part))
            )
            found += [vote for vote, owner in rows if owners[owner] == vote]
    return sorted(found)


def is_on_roll(means: Means, vote: str, person_id: str) -> bool:
    """See `Registrar.is_on_roll`."""
    with means.database.read() as session:
        return _entry(means, session, vote, person_id) is not None


def owns(means: Means, vote: str, person_id: str, public_credential: str) -> bool:
    """See `Registrar.owns`."""
    owner = means.vault.owner(vote, person_id)
    found = means.database.first(_OWNER, {"vote": vote, "owner": owner})
    if found is None:
        return False
    rules.check_asking(
        over=found.destroyed_at is not None or means.clock() >= found.closes_at,
        person_muted=found.person_muted,
        vote_muted=found.vote_muted,
        now=means.clock(),
    )
    if found.public_credential is None:
        return False
    if not hmac.compare_digest(found.public_credential.encode(), public_credential.encode()):
        _count_wrong(means, vote, person_id, public_credential)
        return False
    if found.blocked_at is not None:
        raise rules.blocked_credential()
    return True


def _count_wrong(means: Means, vote: str, person_id: str, public_credential: str) -> None:
    """Note that somebody else's credential was asked about. Which is nobody's on the roll tells nothing: not counted.

    Questions that come at the same moment have looked before any is counted: as many as the process has threads, once.

    Raises:
        DomainError: those of `rules.check_asking`: meanwhile it is too many.
    """
    now, owner = means.clock(), means.vault.owner(vote, person_id)
    with means.database.uow() as tx:
        row = tx.get(RolledVote, vote, with_for_update=True)
        entry = tx.get(RollEntry, (vote, owner))
        anothers = select(_entries.c.owner).where(
            _entries.c.vote_uuid == vote, _entries.c.public_credential == public_credential
        )
        if row is None or entry is None or tx.session.execute(anothers).first() is None:
            return
        over = row.destroyed_at is not None or now >= row.closes_at
        rules.check_asking(over=over, person_muted=entry.muted_until, vote_muted=row.muted_until, now=now)
        pair = means.vault.pair(vote, person_id, public_credential)
        if not tx.add_if_new(WrongAnswer, pair_hash=pair, vote_uuid=vote, owner=owner, at=now):
            return
        count, oldest = _wrong(tx.session, now - _HOUR, col(WrongAnswer.owner) == owner)
        if count >= rules.WRONG_PER_HOUR:
            entry.muted_until = oldest + _HOUR
        count, oldest = _wrong(tx.session, now - _DAY, col(WrongAnswer.vote_uuid) == vote)
        if count >= rules.most_wrong(row.size):
            row.muted_until = oldest + _DAY
            log.error("registrar.swept", vote=vote)
        tx.commit()


def _wrong(session: Session, after: datetime, which: ColumnElement[bool]) -> tuple[int, datetime]:
    """How many wrong answers there were since, and when the first of them was."""
    asked = select_models(func.count(), func.min(WrongAnswer.at)).where(which, col(WrongAnswer.at) > after)
    count, oldest = session.exec(asked).one()
    return count, oldest


def block(means: Means, vote: str, person_id: str) -> None:
    """See `Registrar.block`."""
    with means.database.uow() as tx:
        owner = place(means, tx.session, vote, person_id).owner
        entry = tx.get(RollEntry, (vote, owner), with_for_update=True)
        if entry is None or entry.blocked_at is not None:
            return
        entry.blocked_at = means.clock()
        tx.session.execute(delete(Asked).where(col(Asked.about) == vote, col(Asked.owner) == owner))
        tx.session.execute(delete(Release).where(col(Release.vote_uuid) == vote, col(Release.owner) == owner))
        tx.commit()


_entries, _rolls = table_of(RollEntry), table_of(RolledVote)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_OWNER: Final = (
    select(
        _rolls.c.closes_at,
        _rolls.c.destroyed_at,
        _rolls.c.muted_until.label("vote_muted"),
        _entries.c.public_credential,
        _entries.c.blocked_at,
        _entries.c.muted_until.label("person_muted"),
    )
    .join_from(
        _rolls,
        _entries,
        and_(_entries.c.vote_uuid == _rolls.c.vote_uuid, _entries.c.owner == bindparam("owner")),
        isouter=True,
    )
    .where(_rolls.c.vote_uuid == bindparam("vote"), _rolls.c.state == RollState.ACTIVE.value)
)
"""A roll that is in use, and the person's place on it if they have one. It is asked for with each ballot."""
_ENTRY: Final = (
    select(_entries.c.owner)
    .join_from(_entries, _rolls, _entries.c.vote_uuid == _rolls.c.vote_uuid)
    .where(
        _entries.c.vote_uuid == bindparam("vote"),
        _entries.c.owner == bindparam("owner"),
        _rolls.c.state == RollState.ACTIVE.value,
    )
)
"""A place on a roll that is in use."""


def _entry(means: Means, session: Session, vote: str, person_id: str) -> Row[tuple[bytes]] | None:
    return session.execute(_ENTRY, {"vote": vote, "owner": means.vault.owner(vote, person_id)}).first()
