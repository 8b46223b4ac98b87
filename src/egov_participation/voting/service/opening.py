"""That a vote opened, entered in the transparency log when its time has come. The clock opens it, whoever enters it."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import col, select

from egov_crypto.archive import EventType
from egov_participation.database import UnitOfWork
from egov_participation.ledger import service as ledger
from egov_participation.logs import describe
from egov_participation.services import Services
from egov_participation.voting.models import Vote
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import logged
from egov_participation.voting.service.lookup import find_vote, state_of

log = structlog.get_logger()


def enter_openings(services: Services) -> None:
    """Enter it of every vote that is open and of which it was not entered yet. One that fails holds up no other."""
    for uuid in _due(services):
        try:
            with services.database.uow() as tx:
                vote, now = find_vote(tx.session, uuid, lock=True), services.clock()
                if state_of(vote, now) is VoteState.OPEN:
                    enter_opening(tx, vote, now)
                    tx.commit()
        except Exception as error:  # noqa: BLE001 - whatever holds up one vote, the others are entered, this one later
            log.warning("vote.opening_failed", vote=uuid, **describe(error))


def enter_opening(tx: UnitOfWork, vote: Vote, now: datetime) -> None:
    """Enter it once; the vote's row is locked."""
    if not vote.opened:
        vote.opened = True
        ledger.enter(tx, logged.opened(vote.uuid, now))


def _due(services: Services) -> list[str]:
    statement = select(Vote.uuid).where(
        col(Vote.opened).is_(False),
        col(Vote.opens_at) <= services.clock(),
        col(Vote.closes_at) > services.clock(),
        col(Vote.cancelled_at).is_(None),
        col(Vote.rehearsal).is_(False),
        col(Vote.head_type).in_([EventType.SETUP, EventType.BALLOT]),
    )
    with services.database.read() as session:
        return list(session.exec(statement))
