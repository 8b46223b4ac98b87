"""Closing by the clock: no more ballots, no more private credentials, and the ballots are to be added up.

Each step is its own transaction and finds out from the archive's head whether it is still to be done, so that a crash
anywhere is followed by the next tick going on where it stopped:

1. EndBallots is appended. Crash before: the clock has closed the vote all the same, no ballot is taken. After: step 2.
2. The registrar destroys the private credentials. Crash before or after: it is asked again, and does it once.
3. The tally is computed from the frozen archive and appended (`adding_up`): here, or by a job if that takes longer.
   Crash before: computed again, with the same outcome.

Turnout by region comes apart from these (`regional`): a registrar that does not answer must hold up no result.
"""

from __future__ import annotations

import structlog
from sqlmodel import col, select

from egov_crypto.archive import EventType
from egov_participation.jobs import is_owed
from egov_participation.ledger import service as ledger
from egov_participation.logs import describe
from egov_participation.services import Services
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import adding_up, logged, opening, regional
from egov_participation.voting.service.append import append_event
from egov_participation.voting.service.counting import counts_of
from egov_participation.voting.service.lookup import find_vote, head_of, state_of

log = structlog.get_logger()


def close_due_votes(services: Services) -> None:
    """Close every vote whose time has come, and see to its encrypted tally. One that fails holds up no other."""
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
        in_hand = is_owed(session, adding_up.ADD_UP, uuid)
    if ended and not in_hand:
        services.registrar.destroy(uuid)
        adding_up.add_up_soon(services, uuid)


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
