"""Collecting cosignatures: all witnesses are asked at once, and nobody is waited for longer than a moment.

Who does not answer in time is not asked again before that answer is there, or its time is up; who fails is asked again
after a while that doubles each time. What is known of each stands in a table, for whoever observes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlmodel import Session

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cosignature import time_of
from egov_crypto.note import Note, Signature
from egov_participation.database import UnitOfWork
from egov_participation.ledger.models import WitnessRow
from egov_participation.ledger.service.witnesses import (
    Asker,
    ConflictError,
    DisagreementError,
    UnheardError,
    Witness,
    witnesses_of,
)
from egov_participation.settings import Settings

log = structlog.get_logger()

PATIENCE: Final = 0.75
"""Seconds that publication waits for witnesses."""
LONGEST_PAUSE: Final = 300.0
"""Seconds between two questions to a witness that fails."""

FRESH: Final = 300.0
"""Seconds after which a witness is asked about the same checkpoint again: of a quiet log, too, somebody else says that
this is the latest, and observers need not take that from the log."""

Prove = Callable[[int], Sequence[bytes]]
"""``prove(old)``: that the checkpoint to be cosigned begins with that of ``old`` entries."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking a witness."""

    witness: Witness
    signature: Signature | None = None
    problem: str = ""
    """Why there is none: a code."""
    disagrees: bool = False


@dataclass(frozen=True, slots=True)
class WitnessState:
    """What is known of a witness."""

    name: str
    key: str
    """Its verifier key."""
    size: int | None = None
    """Entries of the last checkpoint that it cosigned; None if it never did."""
    at: datetime | None = None
    """When, by its own word."""
    asked_at: datetime | None = None
    """Since when it is asked in vain; None if it cosigned when it was asked last."""
    problem: str = ""
    """Why it did not cosign: ``ahead``, ``fork`` and ``proof`` are disagreements; ``timeout``, ``unreachable``,
    ``http.N``, ``answer``, ``cosignature``, ``conflict`` and ``late`` say nothing of the log."""
    disagrees: bool = False
    """It has seen another log, and has not cosigned since."""


class _Asked:
    """A witness, and what this process knows of it."""

    def __init__(self, witness: Witness, known: int) -> None:
        self.witness, self.known = witness, known
        self.failures = 0
        self.not_before = 0.0
        self.fresh_until = float("-inf")
        self.pending: tuple[Checkpoint, Future[Signature]] | None = None

    @property
    def may_be_heard(self) -> bool:
        """Whether it is worth looking: an answer is there, or it may be asked again."""
        return self.pending[1].done() if self.pending else time.monotonic() >= self.not_before

    def has_cosigned(self, note: Note) -> bool:
        """Whether its cosignature is there, and no older than it should be."""
        key = self.witness.key
        there = any((found.name, found.key_id) == (key.name, key.key_id) for found in note.signatures)
        return there and time.monotonic() < self.fresh_until

    def failed(self) -> None:
        self.failures += 1
        self.not_before = time.monotonic() + min(2.0 ** min(self.failures, 20) / 2, LONGEST_PAUSE)

    def answered(self, size: int) -> None:
        self.known, self.failures, self.not_before = size, 0, 0.0
        self.fresh_until = time.monotonic() + FRESH


class Cosigners:
    """The witnesses of one log. One thread uses it."""

    def __init__(self, witnesses: Sequence[Witness], known: Callable[[Witness], int]) -> None:
        """
        Args:
            known: how many entries the last checkpoint had that a witness cosigned.
        """
        self._asked = [_Asked(witness, known(witness)) for witness in witnesses]
        self._asker = Asker()
        self._pool = ThreadPoolExecutor(max(1, len(witnesses)), thread_name_prefix="witness")

    def close(self) -> None:
        """Ask nobody any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._asker.close()

    def lacks(self, note: Note) -> bool:
        """Whether somebody who may be heard now has not cosigned this checkpoint, or not lately."""
        return any(asked.may_be_heard and not asked.has_cosigned(note) for asked in self._asked)

    def among(self, note: Note) -> list[Signature]:
        """The cosignatures that a checkpoint has already."""
        ours = {(asked.witness.key.name, asked.witness.key.key_id) for asked in self._asked}
        return [signature for signature in note.signatures if (signature.name, signature.key_id) in ours]

    def collect(self, checkpoint: Checkpoint, signed: Note, prove: Prove) -> list[Outcome]:
        """Ask all who may be asked and have not cosigned ``signed`` lately; what came of it within `PATIENCE`."""
        until = time.monotonic() + PATIENCE
        missing = [asked for asked in self._asked if not asked.has_cosigned(signed)]
        for asked in missing:
            if asked.pending is None and asked.may_be_heard:
                self._ask(asked, checkpoint, signed, prove)
        outcomes: list[Outcome] = []
        again: set[int] = set()
        while pending := {asked.pending[1]: asked for asked in missing if asked.pending}:
            done, _ = wait(pending, max(0.0, until - time.monotonic()), FIRST_COMPLETED)
            if not done:
                break
            for future in done:
                asked = pending[future]
                found = self._hear(asked, checkpoint, may_go_on=id(asked) not in again)
                if found is not None:
                    outcomes.append(found)
                else:
                    again.add(id(asked))
                    self._ask(asked, checkpoint, signed, prove)
        return outcomes

    def _ask(self, asked: _Asked, checkpoint: Checkpoint, signed: Note, prove: Prove) -> None:
        old = min(asked.known, checkpoint.size)
        future = self._pool.submit(self._asker.ask, asked.witness, old, tuple(prove(old)), signed)
        asked.pending = checkpoint, future

    def _hear(self, asked: _Asked, checkpoint: Checkpoint, *, may_go_on: bool) -> Outcome | None:
        """What a witness's answer comes to; None if it is to be asked once more, with what it said."""
        assert asked.pending is not None
        (wanted, future), asked.pending = asked.pending, None
        try:
            signature = future.result()
        except ConflictError as conflict:
            before, asked.known = min(asked.known, wanted.size), conflict.size
            if conflict.size > checkpoint.size:
                return self._disagrees(asked, "ahead")  # it has seen entries that we do not have
            if conflict.size == before:
                return self._disagrees(asked, "fork")  # as many as we said, with another root hash
            if may_go_on:
                return None
            asked.failed()
            return Outcome(asked.witness, problem="conflict")
        except DisagreementError:
            return self._disagrees(asked, "proof")  # what it has seen is not what ours begins with
        except UnheardError as error:
            asked.failed()
            return Outcome(asked.witness, problem=error.code)
        asked.answered(wanted.size)
        if wanted.text != checkpoint.text:  # late, of a checkpoint that is no longer the present one
            return None if may_go_on else Outcome(asked.witness, problem="late")
        return Outcome(asked.witness, signature)

    def _disagrees(self, asked: _Asked, problem: str) -> Outcome:
        asked.failed()
        log.error("ledger.witness_disagrees", witness=asked.witness.key.name, problem=problem)
        return Outcome(asked.witness, problem=problem, disagrees=True)


def witness_states(settings: Settings, session: Session) -> list[WitnessState]:
    """What is known of each witness that the settings name, in their order."""
    rows = [(witness.key, session.get(WitnessRow, witness.key.text)) for witness in witnesses_of(settings)]
    return [
        WitnessState(key.name, key.text, row.size, row.at, row.asked_at, row.problem, row.disagrees)
        if row is not None
        else WitnessState(key.name, key.text)
        for key, row in rows
    ]


def note_outcomes(tx: UnitOfWork, outcomes: Sequence[Outcome], size: int, now: datetime) -> None:
    """Keep what is known of each witness since it was asked about a checkpoint of ``size`` entries."""
    for outcome in outcomes:
        key = outcome.witness.key.text
        row = tx.get(WitnessRow, key) or WitnessRow(key=key)
        if outcome.signature is not None:
            row.size, row.at = size, datetime.fromtimestamp(time_of(outcome.signature.raw), UTC)
            row.asked_at, row.problem, row.disagrees = None, "", False
        else:
            row.asked_at = row.asked_at or now
            # Who is not heard has said nothing new: what it saw, it saw.
            row.problem, row.disagrees = outcome.problem, row.disagrees or outcome.disagrees
        tx.add(row)
