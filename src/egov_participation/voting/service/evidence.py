"""What observers are given besides the archive: the documents of the set-up, and where the archive stood and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from sqlalchemy import func
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from egov_crypto.archive import EventType
from egov_participation.incidents import service as incidents
from egov_participation.incidents.views import IncidentView
from egov_participation.services import Services
from egov_participation.voting.models import VoteEvent
from egov_participation.voting.service.lookup import find_vote
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.views import HeadView, SetupDocuments

_NO_BALLOTS: Final = tuple(kind for kind in EventType if kind is not EventType.BALLOT)


def setup_documents(services: Services, uuid: str) -> SetupDocuments | None:
    """The set-up document and the registrar's word on it; None for a vote that has none.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        row = find_vote(session, uuid)
        raw, confirmation = row.setup, row.confirmation
    if raw is None:
        return None
    at = None if confirmation is None else datetime.fromisoformat(json.loads(confirmation)["at"])
    return SetupDocuments(SetupDocument.parse(raw), raw, confirmation, at)


def heads(services: Services, uuid: str) -> tuple[HeadView, ...]:
    """Where the archive stood at each day's end while ballots came in, and at every event that is no ballot.

    Nothing finer is told of ballots than on the board: their day.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    mine = col(VoteEvent.vote_uuid) == uuid
    with services.database.read() as session:
        find_vote(session, uuid)
        heights = [*session.exec(select(VoteEvent.height).where(mine, col(VoteEvent.type).in_(_NO_BALLOTS)))]
        heights += [height for _, height in day_ends(session, uuid)]
        statement = (
            sqlalchemy_select(
                col(VoteEvent.height),
                col(VoteEvent.hash),
                col(VoteEvent.type),
                col(VoteEvent.day),
                col(VoteEvent.owner),
            )
            .where(mine, col(VoteEvent.height).in_(heights))
            .order_by(col(VoteEvent.height))
        )
        rows = session.execute(statement).all()
    return tuple(HeadView(height, head, EventType(kind), day, owner) for height, head, kind, day, owner in rows)


def day_ends(session: Session, uuid: str) -> Iterator[tuple[date, int]]:
    """Each day with a ballot, and the height of its last one.

    Anybody asks for these, and there may be a million ballots: by its index this skips from day to day.
    """
    mine, day, height = col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.day), col(VoteEvent.height)
    following = session.exec(select(func.min(day)).where(mine)).one()
    while following is not None:
        yield following, session.exec(select(func.max(height)).where(mine, day == following)).one()
        following = session.exec(select(func.min(day)).where(mine, day > following)).one()


def incidents_of(services: Services, uuid: str) -> tuple[IncidentView, ...]:
    """What is public of the incidents of a vote, with the commission's answers.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    with services.database.read() as session:
        find_vote(session, uuid)
        return tuple(incidents.of_vote(session, uuid))
