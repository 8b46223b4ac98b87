"""Casting: a ballot's way from the wire into the archive.

=======  ===========================  ======================================================================
status   code                         when
=======  ===========================  ======================================================================
201                                   recorded; the receipt is the body
200                                   the credential's latest ballot again: the same receipt, nothing new
400      ``ballot.format``            not a ballot
403      ``vote.not_open``            too early (403, not 409: sending it again cannot help until the vote opens)
403      ``credential.unknown``       the credential is not on this vote's list
403      ``credential.not_yours``     it is, and belongs to somebody else
404      ``vote.unknown``             no such vote
409      ``ballot.superseded``        an earlier ballot of a credential that has cast a later one
410      ``vote.closed``              too late; ``vote.cancelled`` likewise
413      ``ballot.size``              over 1 MB; over HTTP it is ``http.413``: no more is read (web/limits.py)
422      ``ballot.…`` of the verifier  proofs, signature or election do not hold
429      ``ballot.too_many``          20 new ballots of this credential were recorded within the hour
=======  ===========================  ======================================================================

The costly part, verifying, comes before the writer lane is taken; what depends on the archive's head is decided in it.
A ballot is acknowledged after its commit, which is on disk (synchronous=FULL). A crash before it leaves nothing; a
crash after it leaves the ballot, and the voter's retry with the same bytes gets the same receipt.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from egov_crypto import ballot as ballots
from egov_crypto.archive import EventType
from egov_crypto.ballot import Ballot
from egov_crypto.errors import VerificationError
from egov_participation.jobs import enqueue, sealed
from egov_participation.services import Services
from egov_participation.throttle import throttle
from egov_participation.voting import rules
from egov_participation.voting.models import PublicCredential, Vote, VoteEvent
from egov_participation.voting.service.append import BallotFacts, append_event
from egov_participation.voting.service.lookup import election_from, find_vote, refusal, state_of
from egov_participation.voting.service.receipting import receipt_of

RECORDED: Final = "voting.ballot_recorded"
"""Kind of the job that tells a voter by mail."""


@dataclass(frozen=True, slots=True)
class CastOutcome:
    """The receipt's bytes (JSON), and whether this call recorded the ballot (201) or it stood there before (200)."""

    receipt: bytes
    new: bool


def cast(services: Services, vote_uuid: str, person_id: str, raw: bytes) -> CastOutcome:
    """Record a ballot of a signed-in person, or find it recorded already.

    Raises:
        DomainError: as the table of this module says.
    """
    if len(raw) > rules.MAX_BALLOT_BYTES:
        raise refusal(rules.TOO_LARGE)
    tracker = ballots.tracker(raw)
    with services.database.read() as session:
        vote = find_vote(session, vote_uuid)
        recorded = _recorded_credential(session, vote_uuid, tracker)
        closed = rules.refuse_cast(state_of(session, vote, services.clock()))
    if recorded is not None:
        # Before the clock is looked at: who cast in time and lost the answer gets the receipt after closing too.
        _check_owner(services, vote_uuid, person_id, recorded)
        return _again(services, vote_uuid, recorded, tracker)
    if closed is not None:
        raise refusal(closed)
    ballot = _verified(vote, raw)
    credential = ballot.credential.text
    with services.database.read() as session:
        if session.get(PublicCredential, (vote_uuid, credential)) is None:
            raise refusal(rules.UNKNOWN_CREDENTIAL)
    _check_owner(services, vote_uuid, person_id, credential)
    if not _append(services, vote_uuid, person_id, raw, BallotFacts(credential, tracker, _today(services))):
        return _again(services, vote_uuid, credential, tracker)
    with services.database.read() as session:
        return CastOutcome(receipt_of(services, session, vote, tracker), new=True)


def _append(services: Services, vote_uuid: str, person_id: str, raw: bytes, facts: BallotFacts) -> bool:
    """The short transaction; False if the same bytes were recorded since they were looked for."""
    with services.database.uow() as tx:
        vote = find_vote(tx.session, vote_uuid, lock=True)
        if _recorded_credential(tx.session, vote_uuid, facts.tracker) is not None:
            return False
        closed = rules.refuse_cast(state_of(tx.session, vote, services.clock()))
        if closed is not None:
            raise refusal(closed)
        who = f"{vote_uuid}|{facts.credential}"
        throttle(services.settings.keys_dir).take(tx, rules.BALLOTS_PER_HOUR, who, services.clock())
        append_event(tx, vote, EventType.BALLOT, raw, ballot=facts)
        # The job's row names the person, so nothing in it may lead to the ballot: its key and its place are random.
        # And it is sealed, since the database's log (WAL) keeps both together as one transaction.
        notice = sealed(services.settings.keys_dir, {"person": person_id, "vote": vote_uuid})
        enqueue(tx, RECORDED, secrets.token_hex(16), notice, unordered=True)
        tx.commit()
    return True


def _again(services: Services, vote_uuid: str, credential: str, tracker: str) -> CastOutcome:
    """What is said to bytes that stand in the archive already."""
    with services.database.read() as session:
        vote = find_vote(session, vote_uuid)
        latest = session.exec(
            select(VoteEvent.tracker)
            .where(col(VoteEvent.vote_uuid) == vote_uuid, col(VoteEvent.credential) == credential)
            .order_by(col(VoteEvent.height).desc())
            .limit(1)
        ).one()
        if latest != tracker:
            raise refusal(rules.SUPERSEDED)
        return CastOutcome(receipt_of(services, session, vote, tracker), new=False)


def _recorded_credential(session: Session, vote_uuid: str, tracker: str) -> str | None:
    """The credential of the ballot with this tracker, if it stands in the archive."""
    statement = select(VoteEvent.credential).where(
        col(VoteEvent.vote_uuid) == vote_uuid, col(VoteEvent.tracker) == tracker
    )
    return session.exec(statement).first()


def _verified(vote: Vote, raw: bytes) -> Ballot:
    try:
        return ballots.parse_and_verify(election_from(vote.election), raw)
    except VerificationError as error:
        if error.code == rules.MALFORMED.code:
            raise refusal(rules.MALFORMED) from None
        raise refusal(rules.INVALID, error.code) from None


def _check_owner(services: Services, vote_uuid: str, person_id: str, credential: str) -> None:
    if not services.registrar.owns(vote_uuid, person_id, credential):
        raise refusal(rules.NOT_YOURS)


def _today(services: Services) -> date:
    """The day where people vote. The archive and its rows keep no more of a ballot's time."""
    return services.clock().astimezone(ZoneInfo(services.settings.timezone)).date()
