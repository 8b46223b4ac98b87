"""What the worker does of petitions' answers by the clock: reminders, and what is told and deleted after closing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import col, select

from egov_participation.database import UnitOfWork
from egov_participation.petitions.models import Delta, Mailing, Petition, ReachedTier, State
from egov_participation.petitions.rules.outcomes import ANSWERABLE
from egov_participation.petitions.service import answer_letters, mailings, ruling
from egov_participation.petitions.service.answer_letters import OVERDUE, OWN_CLOSED
from egov_participation.services import Services

_MORNING: Final = time(9)
_AT_ONCE: Final = 50
"""Petitions that one transaction is about."""
_LATELY: Final = timedelta(days=90)
"""What closed before is not told any more: only a platform that stood still for so long comes late."""


def remind(services: Services) -> int:
    """On each working day from nine o'clock on, tell officials of what their agency owes since its date; of how many
    thresholds. Which days are working days is said by the calendar of the rules that the petition is under."""
    now = services.clock()
    today = services.day(now)
    local = now.astimezone(ZoneInfo(services.settings.timezone)).time()
    if local < _MORNING:
        return 0
    reminded = col(ReachedTier.reminded_on)
    due = (
        col(ReachedTier.done_at).is_(None),
        col(ReachedTier.answer_due_on) < today,
        reminded.is_(None) | (reminded < today),
        Petition.id == ReachedTier.petition_id,
        col(Petition.state).in_(ANSWERABLE),
    )
    with services.database.read() as session:
        if session.exec(select(ReachedTier.petition_id).where(*due).limit(1)).first() is None:
            return 0
    told = 0
    with services.database.uow() as tx:
        first = (col(ReachedTier.answer_due_on), col(ReachedTier.petition_id), col(ReachedTier.tier))
        some = select(ReachedTier, Petition).where(*due).order_by(*first).limit(_AT_ONCE)
        rows = tx.exec(some.with_for_update(of=ReachedTier)).all()
        for tier, petition in rows:
            tier.reminded_on = today
            tx.add(tier)
            if not ruling.of(petition, services).calendar.is_working(today):
                continue
            told += 1
            assert tier.answer_due_on is not None
            answer_letters.to_officials(tx, services, petition, OVERDUE, due=tier.answer_due_on)
        tx.commit()
    return told


def tell_of_closing(services: Services) -> int:
    """Tell creators and subscribers of petitions that closed without reaching a threshold what that means; of how many.

    Once the count is final: the registrar's last batch is in the log, and nothing waits to be counted.
    """
    now = services.clock()
    closed = (
        col(Petition.state) == State.CLOSED.value,
        col(Petition.attested).is_(False),
        col(Petition.state_at) > now - _LATELY,
        ~exists().where(col(Mailing.petition_id) == Petition.id, col(Mailing.about) == mailings.CLOSED),
        ~exists().where(col(ReachedTier.petition_id) == Petition.id),
        ~exists().where(col(Delta.petition_id) == Petition.id),
    )
    with services.database.read() as session:
        ids = session.exec(select(Petition.id).where(*closed).order_by(col(Petition.id)).limit(_AT_ONCE)).all()
    for id_ in ids:
        with services.database.uow() as tx:
            _tell_of_closing(tx, services, id_, now)
            tx.commit()
    return len(ids)


def _tell_of_closing(tx: UnitOfWork, services: Services, id_: int | None, now: datetime) -> None:
    petition = tx.get(Petition, id_)
    if petition is not None and mailings.begin(tx, petition, mailings.CLOSED, now):
        params = answer_letters.not_reached(tx.session, petition)
        answer_letters.to_creator(tx, services, petition, OWN_CLOSED, **params)
