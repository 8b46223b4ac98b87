"""The encrypted tally: the counted ballots of an archive that is closed, added up with their weights.

Ten thousand ciphertexts take a second or more. A vote whose ballots are one part is added up while the tick waits;
a larger one by a slow job (`ADD_UP`), part after part. The sum of each part is kept until the tally is appended, so
that a job that was killed goes on after the last one, and everybody who waits can see how far it is.

The ballots were verified when they were cast; observers and trustees verify them again. Nothing of the archive changes
any more, so each part is a read of its own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from egov_crypto import ballot
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.tally import Tally
from egov_participation.database import UnitOfWork
from egov_participation.jobs import MAX_ATTEMPTS, enqueue, tries
from egov_participation.services import Services
from egov_participation.voting.models import PublicCredential, TallyPart, Vote, VoteEvent
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service.append import append_event
from egov_participation.voting.service.counting import counts_of
from egov_participation.voting.service.lookup import election_from, find_vote, state_of
from egov_participation.voting.service.payloads import data_members
from egov_participation.voting.views import AddingUp

ADD_UP: Final = "voting.add_up"
"""Kind of the jobs that add up the ballots of a vote."""

PART: Final = 2000
"""Ciphertexts of a part, if a single ballot has no more."""


def add_up_soon(services: Services, uuid: str) -> None:
    """Add the ballots up now if they are few, else have the worker do it beside everything else."""
    with services.database.read() as session:
        vote = find_vote(session, uuid)
        few = counts_of(session, vote)[1] <= _ballots_of_a_part(election_from(vote.election))
    if few:
        append_tally(services, uuid)
        return
    with services.database.uow() as tx:
        enqueue(tx, ADD_UP, uuid, {"vote": uuid})
        tx.commit()


def adding_up_of(session: Session, uuid: str) -> AddingUp | None:
    """How far it is; None if no job has it in hand.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    tried = tries(session, ADD_UP, uuid)
    if tried is None:
        return None
    vote = find_vote(session, uuid)
    if vote.head_type != EventType.END_BALLOTS or vote.cancelled_at is not None:
        return None
    done = session.exec(select(func.sum(TallyPart.ballots)).where(TallyPart.vote_uuid == uuid)).one()
    return AddingUp(done or 0, counts_of(session, vote)[1], failing=tried >= MAX_ATTEMPTS)


def append_tally(services: Services, uuid: str) -> None:
    """Add up the ballots of a vote whose ballots ended, and append the encrypted tally. Again, or where the vote was
    cancelled or is gone: no change, but that nothing of it is kept any longer.
    """
    with services.database.read() as session:
        vote = session.get(Vote, uuid)
        awaited = vote is not None and _is_awaited(services, vote)
    tally = _sum(services, vote) if vote is not None and awaited else None
    with services.database.uow() as tx:
        vote = tx.exec(select(Vote).where(col(Vote.uuid) == uuid).with_for_update()).first()
        if tally is not None and vote is not None and _is_awaited(services, vote):
            append_event(tx, vote, EventType.ENCRYPTED_TALLY, tally.to_json(), tally.sized_json())
        forget_parts(tx, uuid)
        tx.commit()


def forget_parts(tx: UnitOfWork, uuid: str) -> None:
    """Delete what was kept of a sum."""
    tx.session.execute(delete(TallyPart).where(col(TallyPart.vote_uuid) == uuid))


def _is_awaited(services: Services, vote: Vote) -> bool:
    return vote.head_type == EventType.END_BALLOTS and state_of(vote, services.clock()) is VoteState.CLOSED


def _sum(services: Services, vote: Vote) -> Tally | None:
    """The sum of the last ballots of all credentials; None if the vote was cancelled meanwhile."""
    election = election_from(vote.election)
    tally, size, last = Tally.empty(election), _ballots_of_a_part(election), 0
    with services.database.read() as session:
        for kept in session.exec(
            select(TallyPart).where(TallyPart.vote_uuid == vote.uuid).order_by(col(TallyPart.last))
        ):
            tally.merge(Tally.parse(election, kept.encrypted, kept.sized))
            last = kept.last
    while True:
        with services.database.read() as session:
            batch = _counted(session, vote.uuid, last, size)
        part = Tally.empty(election)
        for _, blob, weight in batch:
            (raw,) = data_members(blob, vote.timestamp)
            part.add(ballot.ciphertexts(election, raw), weight)
        tally.merge(part)
        if len(batch) < size:
            return tally
        last = batch[-1][0]
        if not _keep(services, vote.uuid, last, part):
            return None


def _keep(services: Services, uuid: str, last: int, part: Tally) -> bool:
    """Keep the sum of a part, which ends with the ballot at height `last`; False if the vote is no longer to be added
    up."""
    with services.database.uow() as tx:
        vote = tx.exec(select(Vote).where(col(Vote.uuid) == uuid).with_for_update()).first()
        if vote is None or not _is_awaited(services, vote):
            return False
        tx.add(
            TallyPart(
                vote_uuid=uuid, last=last, ballots=part.ballots, encrypted=part.to_json(), sized=part.sized_json()
            )
        )
        tx.commit()
    return True


def _ballots_of_a_part(election: Election) -> int:
    """At least one, and at most `PART` ciphertexts of them: so much is held in memory, too."""
    ciphertexts = sum(1 if isinstance(one, PreferenceQuestion) else one.size for one in election.questions)
    return max(1, PART // ciphertexts)


def _counted(session: Session, uuid: str, after: int, limit: int) -> list[tuple[int, bytes, int]]:
    """(height, blob, weight) of the next ballots that are their credential's last."""
    later = aliased(VoteEvent)
    superseded = exists().where(
        col(later.vote_uuid) == col(VoteEvent.vote_uuid),
        col(later.credential) == col(VoteEvent.credential),
        col(later.height) > col(VoteEvent.height),
    )
    statement = (
        select(VoteEvent.height, VoteEvent.blob, PublicCredential.weight)
        .join(
            PublicCredential,
            (col(PublicCredential.vote_uuid) == col(VoteEvent.vote_uuid))
            & (col(PublicCredential.credential) == col(VoteEvent.credential)),
        )
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.height) > after, ~superseded)
        .order_by(col(VoteEvent.height))
        .limit(limit)
    )
    return [(height, blob, weight) for height, blob, weight in session.exec(statement)]
