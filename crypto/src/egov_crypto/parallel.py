"""Verifying ballots in several processes, with a bounded number of them on the way."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from egov_crypto import ballot
from egov_crypto.election import Election
from egov_crypto.errors import VerificationError
from egov_crypto.tally import Tally

Chunk = list[tuple[int, bytes, int]]
"""Ballots as (height, bytes, weight); the weight is 0 for ballots that are verified but not counted."""

_election: Election  # of a worker process, set once when it starts


def verify_chunks(election: Election, chunks: Iterator[Chunk], jobs: int) -> Iterator[tuple[Tally, int]]:
    """For each chunk, in order: the tally of its counted ballots, and how many ballots were verified.

    Raises :class:`VerificationError` at the first ballot that does not hold.
    """
    if jobs == 1:
        for chunk in chunks:
            yield verify_chunk(election, chunk), len(chunk)
        return
    # Spawned, not forked: a fork would copy the caller's threads' locks, and the memory that holds the credentials.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start_worker, (election.raw,)) as pool:
        waiting: deque[tuple[Future[Tally], int]] = deque()
        try:
            for chunk in chunks:
                with interrupts_kept_from_children():
                    future = pool.submit(_verify_in_worker, chunk)
                waiting.append((future, len(chunk)))
                if len(waiting) > 4 * jobs:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            for future, _ in waiting:
                future.cancel()


@contextmanager
def interrupts_kept_from_children() -> Iterator[None]:
    """An interrupt from the keyboard reaches every process; the one that the user started answers it, for all.

    The first submission starts the workers, which inherit the signals that are blocked here, for as long as they live.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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


def _next(waiting: "deque[tuple[Future[Tally], int]]") -> tuple[Tally, int]:
    future, count = waiting.popleft()
    return future.result(), count


def _start_worker(raw: bytes) -> None:
    global _election
    _election = Election.parse(raw)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _verify_in_worker(chunk: Chunk) -> Tally:
    return verify_chunk(_election, chunk)
