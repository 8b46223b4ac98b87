"""Trustees shuffle the ballots that are decrypted one by one, in turn; once those who shuffled could decrypt together,
the shuffles end.

A shuffle proves that it changed places only, but not who made it: whoever hands it in must be known to be the trustee,
by the link of the invitation or as the operator. It is a shuffle of the ballots as the last one before left them, so
that of two who shuffle at once the slower one begins again. Verifying takes some milliseconds a ballot and is done
before the writer lane is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from egov_crypto import mixnet
from egov_crypto.archive import EventType, Head
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.tally import Progress, Tally, owned_json
from egov_crypto.trustees import Trustees
from egov_participation.database import UnitOfWork
from egov_participation.services import Services
from egov_participation.voting import rules
from egov_participation.voting.models import Vote
from egov_participation.voting.service.append import HeadMovedError, append_event
from egov_participation.voting.service.lookup import (
    election_from,
    find_vote,
    head_of,
    refusal,
    state_of,
    trustees_from,
)
from egov_participation.voting.service.payloads import owners_of, tally_now


@dataclass(frozen=True, slots=True)
class ShuffleOutcome:
    """Whose shuffle was recorded (place in the list of trustees, from 1), and how many are still awaited.

    With none awaited, the trustees can begin to decrypt.
    """

    owner: int
    awaited: int
    hash: str
    """SHA-256 of the shuffle, 64 hex digits: the number that the trustee's page or program showed."""


Then = Callable[[UnitOfWork, ShuffleOutcome], None]
"""What else is done in the transaction that records a shuffle."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the archive holds for shuffling, at ``head``."""

    head: Head
    election: Election
    tally: Tally
    trustees: Trustees
    shuffled: set[int]
    """Who has shuffled so far."""


def hand_in_shuffle(
    services: Services,
    vote_uuid: str,
    owner: int,
    raw: bytes,
    then: Then | None = None,
    *,
    progress: Progress | None = None,
    jobs: int = 1,
) -> ShuffleOutcome:
    """Verify a trustee's shuffle and record it, and do `then` with it or neither.

    Args:
        owner: whose it is, from 1: whoever calls this knows that it is that trustee who hands it in.
        progress: told how many ciphertexts are verified, and of how many.
        jobs: processes that verify it (`rules.processes`).

    Raises:
        DomainError: 404 ``vote.unknown`` or ``shuffle.owner``; 409 ``vote.not_shuffling`` (also for a cancelled vote)
            or ``shuffle.repeated``; 413 ``shuffle.size``; 400 ``shuffle.format``; 422 ``shuffle.invalid``: it is none,
            or of ballots that another trustee has shuffled since.
    """
    with services.database.read() as session:
        standing = _standing(services, session, find_vote(session, vote_uuid), owner)
    raw = _checked(standing, raw, progress, jobs)
    awaited = standing.trustees.lacking(standing.shuffled | {owner})
    outcome = ShuffleOutcome(owner, awaited, hashlib.sha256(raw).hexdigest())
    try:
        _record(services, vote_uuid, standing.head, raw, outcome, then)
    except HeadMovedError:
        raise refusal(rules.SHUFFLE_INVALID) from None
    return outcome


def check_turn(services: Services, session: Session, vote: Vote, owner: int) -> None:
    """Refuse where no shuffle of this trustee is awaited.

    Raises:
        DomainError: 404 ``shuffle.owner``; 409 ``vote.not_shuffling`` or ``shuffle.repeated``.
    """
    refused = rules.refuse_shuffle(state_of(vote, services.clock()))
    if refused is not None:
        raise refusal(refused)
    if not 1 <= owner <= len(trustees_from(vote.trustees)):
        raise refusal(rules.NO_SUCH_TRUSTEE)
    if owner in owners_of(session, vote, EventType.SHUFFLE):
        raise refusal(rules.ALREADY_SHUFFLED)


def _standing(services: Services, session: Session, vote: Vote, owner: int) -> _Standing:
    check_turn(services, session, vote, owner)
    return _Standing(
        head_of(vote),
        election_from(vote.election),
        tally_now(session, vote),
        trustees_from(vote.trustees),
        owners_of(session, vote, EventType.SHUFFLE),
    )


def _checked(standing: _Standing, raw: bytes, progress: Progress | None, jobs: int) -> bytes:
    """The shuffle without blanks around it, if it is one."""
    if len(raw) > mixnet.size_limit(standing.election, standing.tally):
        raise refusal(rules.SHUFFLE_TOO_LARGE)
    raw = raw.strip()
    told = None if progress is None else lambda _stage, done, total: progress(done, total)
    try:
        processes = rules.processes(jobs, standing.tally.ciphertexts)
        mixnet.verify(standing.election, standing.tally, raw, jobs=processes, progress=told)
    except VerificationError as error:
        malformed = error.code == rules.SHUFFLE_MALFORMED.code
        raise refusal(rules.SHUFFLE_MALFORMED if malformed else rules.SHUFFLE_INVALID) from None
    return raw


def _record(
    services: Services, vote_uuid: str, head: Head, raw: bytes, outcome: ShuffleOutcome, then: Then | None
) -> None:
    with services.database.uow() as tx:
        vote = find_vote(tx.session, vote_uuid, lock=True)
        refused = rules.refuse_shuffle(state_of(vote, services.clock()))
        if refused is not None:
            raise refusal(refused)
        if head_of(vote) != head:
            raise HeadMovedError(f"height {head.height} is no longer the head")
        append_event(tx, vote, EventType.SHUFFLE, raw, owned_json(outcome.owner, raw), owner=outcome.owner)
        if not outcome.awaited:
            append_event(tx, vote, EventType.END_SHUFFLES)
        if then is not None:
            then(tx, outcome)
        tx.commit()
