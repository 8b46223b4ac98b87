"""Turnout by region: asked of the registrar once the ballots are added up, checked, and kept as it was signed.

The registrar gets the voting codes with a ballot on the board and no other list. A crash before its answer is kept:
it is asked again and answers with the same bytes. While it does not answer, it is asked every minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session, col, select

from egov_crypto.archive import EventType
from egov_participation.jobs import enqueue
from egov_participation.ledger import service as ledger
from egov_participation.logs import describe
from egov_participation.registrar import statements
from egov_participation.registrar.statements import StatementError
from egov_participation.services import Services
from egov_participation.voting import turnout
from egov_participation.voting.models import Vote, VoteEvent
from egov_participation.voting.service import logged
from egov_participation.voting.service.acts import DOCUMENTS
from egov_participation.voting.service.lookup import find_vote
from egov_participation.voting.setup import SetupDocument, digest

log = structlog.get_logger()
AGAIN: Final = timedelta(minutes=1)

_later: dict[str, datetime] = {}
"""When to ask again, by vote, where the last time failed. Each process has its own; nothing depends on it."""


def ask_for_turnouts(services: Services) -> None:
    """Ask for every vote that was added up and has no turnout by region. One that fails holds up no other."""
    now = services.clock()
    for uuid in _missing(services):
        if _later.get(uuid, now) > now:
            continue
        try:
            ask_for_turnout(services, uuid)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are asked for, this one later
            _later[uuid] = now + AGAIN
            log.warning("vote.turnout_failed", vote=uuid, **describe(error))
        else:
            _later.pop(uuid, None)


def ask_for_turnout(services: Services, uuid: str) -> None:
    """Ask for one vote, and keep what the registrar signed.

    Raises:
        DomainError: what the registrar refuses, or 503 ``registrar.unavailable``.
        StatementError: its answer is not signed with the key that the setup names, or not about this vote and list.
    """
    with services.database.read() as session:
        row = find_vote(session, uuid)
        key = services.registrar.key if row.setup is None else SetupDocument.parse(row.setup).registrar
        voted = _voted(session, uuid)
    raw = services.registrar.turnout(uuid, voted)
    said = statements.verify(raw, key, type=turnout.TYPE)
    if (said["uuid"], said["voted"], turnout.read(raw).voters) != (uuid, len(voted), len(voted)):
        raise StatementError("not about this vote and those who voted in it")
    with services.database.uow() as tx:
        row = find_vote(tx.session, uuid, lock=True)
        # While the registrar was asked, the row was not locked. Nothing of a vote is entered after its cancellation.
        if row.turnout is None and row.cancelled_at is None:
            row.turnout = raw
            if not row.rehearsal:
                ledger.enter(tx, logged.turnout(uuid, raw, len(voted)))
            if row.protocol is not None:  # whose PDFs show it
                enqueue(tx, DOCUMENTS, digest(raw), {"vote": uuid})
            tx.commit()


def _missing(services: Services) -> list[str]:
    tallied = select(VoteEvent.vote_uuid).where(col(VoteEvent.type) == EventType.ENCRYPTED_TALLY)
    statement = select(Vote.uuid).where(
        col(Vote.turnout).is_(None), col(Vote.cancelled_at).is_(None), col(Vote.uuid).in_(tallied)
    )
    with services.database.read() as session:
        return list(session.exec(statement))


def _voted(session: Session, uuid: str) -> list[str]:
    """The public credentials with a ballot on the board, in their own order."""
    statement = (
        select(col(VoteEvent.credential))
        .where(col(VoteEvent.vote_uuid) == uuid, col(VoteEvent.type) == EventType.BALLOT)
        .distinct()
        .order_by(col(VoteEvent.credential))
    )
    return [credential for credential in session.exec(statement) if credential is not None]
