"""Closing by the clock: no more ballots, no more private credentials, and the encrypted tally.

Each step is its own transaction and finds out from the archive's head whether it is still to be done, so that a crash
anywhere is followed by the next tick going on where it stopped:

1. EndBallots is appended. Crash before: the clock has closed the vote all the same, no ballot is taken. After: step 2.
2. The registrar destroys the private credentials. Crash before or after: it is asked again, and does it once.
3. The tally is computed from the frozen archive and appended. Crash before: computed again, with the same outcome.

Turnout by region comes apart from these (`regional`): a registrar that does not answer must hold up no result.
"""

from __future__ import annotations

import structlog
from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from egov_crypto import ballot
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_crypto.elgamal import Ciphertext
from egov_crypto.tally import Tally
from egov_participation.ledger import service as ledger
from egov_participation.logs import describe
from egov_participation.services import Services
from egov_participation.voting.models import PublicCredential, Vote, VoteEvent
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import logged, opening, regional
from egov_participation.voting.service.append import append_event
from egov_participation.voting.service.counting import counts_of
from egov_participation.voting.service.lookup import election_from, find_vote, head_of, state_of
from egov_participation.voting.service.payloads import data_members

log = structlog.get_logger()
_BATCH = 500
"""Ballots read at a time."""


def close_due_votes(services: Services) -> None:
    """Carry every vote whose time has come on to its encrypted tally. One that fails holds up no other."""
    for uuid in _due(services):
        try:
            close(services, uuid)
        except Exception as error:  # noqa: BLE001 - whatever holds up one vote, the others close, this one next second
            log.warning("vote.closing_failed", vote=uuid, **describe(error))
    regional.ask_for_turnouts(services)


def close(services: Services, uuid: str) -> None:
    """Close one vote that is due, from wherever it stands; nothing if it is not due.

    Raises:
        DomainError: 404 ``vote.unknown``.
    """
    end_ballots(services, uuid)
    with services.database.read() as session:
        ended = find_vote(session, uuid).head_type == EventType.END_BALLOTS
    if ended:
        services.registrar.destroy(uuid)
        append_tally(services, uuid)


def end_ballots(services: Services, uuid: str) -> None:
    """Append EndBallots if the clock has closed the vote and nothing has ended it yet."""
    with services.database.uow() as tx:
        # One reading of the clock: after a second one, set back in between, the log would say that it closed too early.
        vote, now = find_vote(tx.session, uuid, lock=True), services.clock()
        closed = state_of(vote, now) is VoteState.CLOSED
        if closed and vote.head_type != EventType.END_BALLOTS:
            append_event(tx, vote, EventType.END_BALLOTS)
            if not vote.rehearsal:
                opening.enter_opening(tx, vote, now)  # should no worker have lived while it was open
                ledger.enter(tx, logged.closed(uuid, now, head_of(vote), *counts_of(tx.session, vote)))
            tx.commit()


def append_tally(services: Services, uuid: str) -> None:
    """Compute the encrypted tally of a vote whose ballots ended, and append it if it is not there yet."""
    tally = compute_tally(services, uuid)
    with services.database.uow() as tx:
        vote = find_vote(tx.session, uuid, lock=True)
        waiting = state_of(vote, services.clock()) is VoteState.CLOSED
        if waiting and vote.head_type == EventType.END_BALLOTS:
            append_event(tx, vote, EventType.ENCRYPTED_TALLY, tally.to_json(), tally.sized_json())
            tx.commit()


def compute_tally(services: Services, uuid: str) -> Tally:
    """The sum of the last ballots of all credentials, with their weights, from the rows of an archive that is closed.

    The ballots were verified when they were cast; observers and trustees verify them again. Nothing changes any more,
    so each batch is a read of its own.
    """
    with services.database.read() as session:
        vote = find_vote(session, uuid)
    election = election_from(vote.election)
    tally = Tally.empty(election)
    height = 0
    while True:
        with services.database.read() as session:
            batch = _counted(session, uuid, height)
        if not batch:
            return tally
        for _, blob, weight in batch:
            tally.add(_answers(election, blob, vote.timestamp), weight)
        height = batch[-1][0]


def _due(services: Services) -> list[str]:
    """Votes past their time whose archive has no encrypted tally, and that were not cancelled."""
    tallied = select(VoteEvent.vote_uuid).where(col(VoteEvent.type) == EventType.ENCRYPTED_TALLY)
    statement = select(Vote.uuid).where(
        col(Vote.closes_at) <= services.clock(),
        col(Vote.cancelled_at).is_(None),
        col(Vote.uuid).not_in(tallied),
    )
    with services.database.read() as session:
        return list(session.exec(statement))


def _counted(session: Session, uuid: str, after: int) -> list[tuple[int, bytes, int]]:
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
        .limit(_BATCH)
    )
    return [(height, blob, weight) for height, blob, weight in session.exec(statement)]


def _answers(election: Election, blob: bytes, timestamp: int) -> list[list[Ciphertext]]:
    (raw,) = data_members(blob, timestamp)
    return ballot.ciphertexts(election, raw)
