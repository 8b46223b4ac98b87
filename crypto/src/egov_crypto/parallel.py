"""Verifying ballots in several processes."""

from collections.abc import Iterator

from egov_crypto import ballot
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.tally import Tally
from egov_crypto.workers import Workers

Chunk = list[tuple[int, bytes, int]]
"""Ballots as (height, bytes, weight); the weight is 0 for ballots that are verified but not counted."""

_election: Election  # of a worker process, set once when it starts


def started(election: Election, jobs: int) -> Workers:
    """``jobs`` processes that know ``election``."""
    return Workers(jobs, _set_election, election.raw)


def verify_chunks(election: Election, chunks: Iterator[Chunk], workers: Workers) -> Iterator[tuple[Tally, int]]:
    """For each chunk, in order: the tally of its counted ballots, and how many ballots were verified.

    ``workers`` must have been :func:`started` for ``election``. Raises :class:`VerificationError` at the first ballot
    that does not hold.
    """
    if not workers.alone:
        yield from workers.map(_verify_in_worker, chunks)
        return
    for chunk in chunks:
        yield verify_chunk(election, chunk), len(chunk)


def verify_chunk(election: Election, chunk: Chunk) -> Tally:
    """Verify each ballot of ``chunk`` and add the counted ones up."""
    tally = Tally.empty(election)
    for height, raw, weight in chunk:
        try:
            verified = ballot.parse_and_verify(election, raw)
        except VerificationError as error:
            raise VerificationError(error.code, error.detail, height) from None
        if weight:
            tally.add(verified.answers, weight)
    return tally


def _set_election(raw: bytes) -> None:
    global _election
    _election = Election.parse(raw)


def _verify_in_worker(chunk: Chunk) -> tuple[Tally, int]:
    return verify_chunk(_election, chunk), len(chunk)
