"""What is done with a rehearsal and with no other vote: closed at once, decrypted here, thrown away.

Each function refuses a real vote, whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from egov_crypto import mixnet, tally
from egov_crypto.archive import EventType
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.incidents import service as incidents
from egov_participation.services import Services
from egov_participation.voting.models import (
    HandIn,
    PublicCredential,
    TallyPart,
    Trustee,
    Vote,
    VoteAct,
    VoteCount,
    VoteEvent,
)
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service.decrypting import hand_in_decryption
from egov_participation.voting.service.lookup import election_from, find_vote, state_of
from egov_participation.voting.service.payloads import owners_of, tally_now
from egov_participation.voting.service.shuffling import hand_in_shuffle


def close_rehearsal(services: Services, tx: UnitOfWork, uuid: str) -> None:
    """Let a rehearsal that is open close now. Closing itself follows by the clock, as always.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.no_rehearsal`` or ``vote.not_open``.
    """
    vote, now = _rehearsal(tx.session, uuid, lock=True), services.clock()
    if state_of(vote, now) is not VoteState.OPEN:
        raise DomainError(409, N_("This rehearsal is not open (any more). Nothing was changed."), code="vote.not_open")
    vote.closes_at = max(now, vote.opens_at + timedelta(seconds=1))
    tx.flush()


def decrypt_rehearsal(services: Services, uuid: str, private_keys: Sequence[int]) -> None:
    """Hand in the shuffles and decryptions of mock trustees that are missing: the last one makes the result. Again: no
    change.

    Args:
        private_keys: in the order of owners.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.no_rehearsal``; those of `hand_in_shuffle`, `hand_in_decryption`.
    """
    for owner in range(1, len(private_keys) + 1):
        _shuffle(services, uuid, owner)
    for owner, private_key in enumerate(private_keys, 1):
        with services.database.read() as session:
            vote = _rehearsal(session, uuid)
            done = owners_of(session, vote, EventType.PARTIAL_DECRYPTION)
            if state_of(vote, services.clock()) is not VoteState.DECRYPTING or owner in done:
                continue
            encrypted, election = tally_now(session, vote), election_from(vote.election)
        hand_in_decryption(services, uuid, tally.decrypt(election, encrypted, private_key))


def _shuffle(services: Services, uuid: str, owner: int) -> None:
    """Shuffle as a mock trustee, if that is still to be done."""
    with services.database.read() as session:
        vote = _rehearsal(session, uuid)
        done = owners_of(session, vote, EventType.SHUFFLE)
        if state_of(vote, services.clock()) is not VoteState.SHUFFLING or owner in done:
            return
        encrypted, election = tally_now(session, vote), election_from(vote.election)
    hand_in_shuffle(services, uuid, owner, mixnet.shuffle(election, encrypted))


def discard_rehearsal(tx: UnitOfWork, uuid: str) -> None:
    """Delete everything of a rehearsal, incidents too; nothing if there is no such vote.

    Raises:
        DomainError: 409 ``vote.no_rehearsal``.
    """
    if tx.get(Vote, uuid) is None:
        return
    _rehearsal(tx.session, uuid, lock=True)
    incidents.forget_vote(tx, uuid)
    # By statements, past the guard of events, which are for good in every vote that counts.
    for model in (VoteAct, VoteCount, VoteEvent, TallyPart, HandIn, Trustee, PublicCredential):
        tx.session.execute(delete(model).where(col(model.vote_uuid) == uuid))
    tx.session.execute(delete(Vote).where(col(Vote.uuid) == uuid))
    tx.session.expire_all()


def _rehearsal(session: Session, uuid: str, *, lock: bool = False) -> Vote:
    vote = find_vote(session, uuid, lock=lock)
    if not vote.rehearsal:
        raise DomainError(
            409, N_("This is a vote that counts, and no rehearsal. Nothing was changed."), code="vote.no_rehearsal"
        )
    return vote
