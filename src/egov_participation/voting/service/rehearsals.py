"""What is done with a rehearsal and with no other vote: closed at once, decrypted here, thrown away.

Each function refuses a real vote, whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from egov_crypto import tally
from egov_crypto.archive import EventType
from egov_crypto.group import base
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.incidents import service as incidents
from egov_participation.services import Services
from egov_participation.voting.models import PublicCredential, Trustee, Vote, VoteAct, VoteEvent
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service.decrypting import hand_in_decryption
from egov_participation.voting.service.lookup import election_from, find_vote, state_of
from egov_participation.voting.service.payloads import events_of, published_tally


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
    """Hand in the decryptions of all mock trustees that are missing: the last one makes the result. Again: no change.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.no_rehearsal``; those of `hand_in_decryption`.
    """
    with services.database.read() as session:
        vote = _rehearsal(session, uuid)
        if state_of(vote, services.clock()) is not VoteState.DECRYPTING:
            return
        encrypted, election = published_tally(session, vote), election_from(vote.election)
        done = {owner for owner, _ in events_of(session, vote, EventType.PARTIAL_DECRYPTION)}
        statement = select(Trustee.public_key, Trustee.owner).where(col(Trustee.vote_uuid) == uuid)
        owners = dict(session.exec(statement).all())
    for private_key in private_keys:
        if owners[base(private_key).text] not in done:
            hand_in_decryption(services, uuid, tally.decrypt(election, encrypted, private_key))


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
    for model in (VoteAct, VoteEvent, Trustee, PublicCredential):
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
