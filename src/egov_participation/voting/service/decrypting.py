"""Trustees hand in their decryptions; the last one that was needed makes the result.

Proofs are checked, and counts found, before the writer lane is taken; inside it the archive must still stand where it
was read. Another trustee may have been faster: then it is read again, but no proof is checked twice, for all decrypt
the same. PartialDecryption and, with the last one, Result and the counts of rankings and gradings land in one
transaction: a crash leaves all or none, and the same file can be handed in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import Session

from egov_crypto.archive import EventType, Head
from egov_crypto.counting import Method, count
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.protocol import count_json
from egov_crypto.tally import (
    Factors,
    Progress,
    Tally,
    compute_result,
    factors_of,
    lot_seed,
    owned_json,
    result_to_json,
    verify_decryption_of,
)
from egov_crypto.trustees import Trustees
from egov_participation.database import UnitOfWork
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import rules
from egov_participation.voting.models import Vote, VoteCount
from egov_participation.voting.service import logged
from egov_participation.voting.service.append import HeadMovedError, append_event
from egov_participation.voting.service.lookup import (
    election_from,
    find_vote,
    head_of,
    refusal,
    state_of,
    trustees_from,
)
from egov_participation.voting.service.payloads import events_of, owners_of, tally_now


@dataclass(frozen=True, slots=True)
class DecryptionOutcome:
    """Whose decryption was recorded (place in the list of trustees, from 1), and how many are still awaited.

    With none awaited, the result stands in the archive.
    """

    owner: int
    awaited: int


Then = Callable[[UnitOfWork, DecryptionOutcome], None]
"""What else is done in the transaction that records a decryption."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is decrypted, which stays the same whoever hands in first."""

    election: Election
    tally: Tally
    """After the shuffles, if there are any."""
    trustees: Trustees


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the archive holds at ``head``."""

    head: Head
    decryptions: dict[int, bytes]
    """Those handed in, by owner."""


@dataclass(frozen=True, slots=True)
class _Result:
    """The result's bytes, and by the question's number the count of its ballots."""

    raw: bytes
    counts: dict[int, bytes] = field(default_factory=dict)


def hand_in_decryption(
    services: Services,
    vote_uuid: str,
    raw: bytes,
    then: Then | None = None,
    *,
    first: int = 1,
    progress: Progress | None = None,
    jobs: int = 1,
) -> DecryptionOutcome:
    """Verify a trustee's partial decryption and record it, and do `then` with it or neither; whose it is, its proofs
    tell. A bad one is refused, and never archived.

    Args:
        first: whose it probably is, from 1: whose key is tried first.
        progress: told how many ciphertexts are verified, and of how many; all of them before the result is made.
        jobs: processes that verify it (`rules.processes`).

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_decrypting`` (also once enough trustees have decrypted, and
            for a cancelled vote: it is never decrypted) or ``decryption.repeated``; 413 ``decryption.size``; 400
            ``decryption.format``; 422 ``decryption.invalid``.
    """
    with services.database.read() as session:
        vote = find_vote(session, vote_uuid)
        standing = _standing(services, session, vote)
        subject = _Subject(election_from(vote.election), tally_now(session, vote), trustees_from(vote.trustees))
    if len(raw) > _most(subject.tally):
        raise refusal(rules.DECRYPTION_TOO_LARGE)
    raw = raw.strip()
    owner, factors = _verified(subject, first, raw, progress, rules.processes(jobs, subject.tally.ciphertexts))
    while True:
        if owner in standing.decryptions:
            raise refusal(rules.ALREADY_DECRYPTED)
        outcome = DecryptionOutcome(owner, subject.trustees.lacking({*standing.decryptions, owner}))
        result = _result(subject, standing, owner, factors)
        try:
            _record(services, vote_uuid, standing.head, outcome, raw, result, then)
        except HeadMovedError:
            with services.database.read() as session:
                standing = _standing(services, session, find_vote(session, vote_uuid))
        else:
            return outcome


def check_turn(services: Services, session: Session, vote: Vote, owner: int) -> None:
    """Refuse where no decryption of this trustee is awaited.

    Raises:
        DomainError: 409 ``vote.not_decrypting`` or ``decryption.repeated``.
    """
    refused = rules.refuse_decryption(state_of(vote, services.clock()))
    if refused is not None:
        raise refusal(refused)
    if owner in owners_of(session, vote, EventType.PARTIAL_DECRYPTION):
        raise refusal(rules.ALREADY_DECRYPTED)


def _standing(services: Services, session: Session, vote: Vote) -> _Standing:
    refused = rules.refuse_decryption(state_of(vote, services.clock()))
    if refused is not None:
        raise refusal(refused)
    handed_in = events_of(session, vote, EventType.PARTIAL_DECRYPTION)
    return _Standing(head_of(vote), {owner: data[0] for owner, data in handed_in if owner is not None})


def _most(tally: Tally) -> int:
    """Bytes that no decryption exceeds."""
    return rules.MAX_DECRYPTION_BYTES + rules.DECRYPTED_BALLOT_BYTES * sum(map(len, tally.ciphertexts))


def _verified(subject: _Subject, first: int, raw: bytes, progress: Progress | None, jobs: int) -> tuple[int, Factors]:
    """The trustee whose key the proofs hold for (where nobody voted, the joint proof alone), and the factors."""
    for owner in sorted(range(1, len(subject.trustees) + 1), key=lambda owner: (owner != first, owner)):
        key = subject.trustees[owner - 1].public_key
        try:
            return owner, verify_decryption_of(subject.election, subject.tally, key, raw, jobs=jobs, progress=progress)
        except VerificationError as error:
            if error.code == rules.DECRYPTION_MALFORMED.code:
                raise refusal(rules.DECRYPTION_MALFORMED) from None
    raise refusal(rules.DECRYPTION_INVALID)


def _result(subject: _Subject, standing: _Standing, owner: int, last: Factors) -> _Result | None:
    """The result if this decryption, whose factors were verified as those in the archive were, is the last that was
    needed."""
    if not subject.trustees.enough({*standing.decryptions, owner}):
        return None
    before = {of: factors_of(subject.tally, raw) for of, raw in standing.decryptions.items()}
    factors = subject.trustees.combine({**before, owner: last})
    result = compute_result(subject.tally, factors)
    election, counts = subject.election, {}
    for place, question in enumerate(election.questions):
        method = Method.of(question.extra) if isinstance(question, PreferenceQuestion) else None
        if method is not None:
            seed = lot_seed(election.fingerprint, place + 1, factors[place])
            counts[place + 1] = count_json(count(method, len(question.texts), result[place], seed))
    return _Result(result_to_json(result), counts)


def _record(
    services: Services,
    vote_uuid: str,
    head: Head,
    outcome: DecryptionOutcome,
    raw: bytes,
    result: _Result | None,
    then: Then | None,
) -> None:
    with services.database.uow() as tx:
        vote = find_vote(tx.session, vote_uuid, lock=True)
        refused = rules.refuse_decryption(state_of(vote, services.clock()))
        if head_of(vote) != head:
            raise HeadMovedError(f"height {head.height} is no longer the head")
        if refused is not None:
            raise refusal(refused)
        owned = owned_json(outcome.owner, raw)
        append_event(tx, vote, EventType.PARTIAL_DECRYPTION, raw, owned, owner=outcome.owner)
        if result is not None:
            append_event(tx, vote, EventType.RESULT, result.raw)
            for number, counted in result.counts.items():
                tx.add(VoteCount(vote_uuid=vote_uuid, question=number, raw=counted))
            if not vote.rehearsal:
                ledger.enter(tx, logged.tallied(vote_uuid, services.clock(), head_of(vote)))
        if then is not None:
            then(tx, outcome)
        tx.commit()
