"""What trustees hand in on their pages waits here until it is verified by a job, for that takes minutes where many have
voted. How far it is, and why it was refused, is to be read at any time.

One of each trustee in a vote: another file takes the place of the one before, the same one again changes nothing. What
is recorded goes from here in the transaction that records it, so that it is recorded once however often the job is run.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

import structlog
from sqlalchemy import delete
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select, update

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.services import Services
from egov_participation.voting import rules
from egov_participation.voting.models import HandIn, HandInFile
from egov_participation.voting.service import decrypting, shuffling
from egov_participation.voting.service.decrypting import hand_in_decryption
from egov_participation.voting.service.lookup import find_vote
from egov_participation.voting.service.shuffling import ShuffleOutcome, hand_in_shuffle

log = structlog.get_logger()

_BETWEEN_REPORTS: Final = 0.5
"""Seconds between two writings of how far it is: each takes the writer lane."""
_MOST_PROCESSES: Final = 8
"""Unless the settings say more: each takes 170 MB, and a container sees all processors of its machine."""


class HandInKind(StrEnum):
    """What trustees hand in after a vote has closed."""

    SHUFFLE = "shuffle"
    DECRYPTION = "decryption"


class HandInStage(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    VERIFYING = "verifying"
    FINISHING = "finishing"
    """Each part of it holds. What proves them together is verified, and if it is the last one the result is made."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HandInView:
    """What was handed in and is not recorded."""

    kind: HandInKind
    at: datetime
    stage: HandInStage
    done: int
    total: int
    """Ciphertexts that are verified, of how many; 0 before it was begun."""
    refused: str
    """Why it was refused: a msgid; empty while it is verified."""

    @property
    def pending(self) -> bool:
        """Whether it is still to be verified."""
        return self.stage is not HandInStage.REFUSED


Refused = Callable[[UnitOfWork, HandInKind, str], None]
"""What else is done where something is refused: what it was, and why (a msgid)."""


class _GoneError(Exception):
    """Another file took its place, or it was recorded already."""


def take_hand_in(
    services: Services, tx: UnitOfWork, vote_uuid: str, owner: int, kind: HandInKind, raw: bytes
) -> str | None:
    """Put down what a trustee hands in, to be verified by `verify_hand_in`.

    Args:
        owner: who hands it in, from 1: whoever calls this knows that it is that trustee.

    Returns:
        By what `verify_hand_in` finds it; None if the same file waits already.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 of the turn (``vote.not_shuffling``, ``shuffle.repeated``,
            ``vote.not_decrypting``, ``decryption.repeated``). Nothing of its content is looked at.
    """
    vote, raw = find_vote(tx.session, vote_uuid), raw.strip()
    check = shuffling.check_turn if kind is HandInKind.SHUFFLE else decrypting.check_turn
    check(services, tx.session, vote, owner)
    tx.lock(f"hand-in:{vote_uuid}:{owner}")
    hash_ = hashlib.sha256(raw).hexdigest()
    before = tx.exec(select(HandIn).where(HandIn.vote_uuid == vote_uuid, HandIn.owner == owner)).first()
    if before is not None:
        if before.stage != HandInStage.REFUSED and (before.kind, before.hash) == (kind, hash_):
            return None
        tx.session.execute(delete(HandIn).where(col(HandIn.id) == before.id))
    id_ = secrets.token_hex(16)
    tx.add(HandIn(id=id_, vote_uuid=vote_uuid, owner=owner, kind=kind, hash=hash_, at=services.clock()))
    tx.flush()
    tx.add(HandInFile(id=id_, content=raw))
    tx.flush()
    return id_


def verify_hand_in(
    services: Services, id_: str, then: shuffling.Then | None = None, refused: Refused | None = None
) -> None:
    """Verify what was handed in and record it, or keep why it was refused. Again: no change.

    Args:
        then: what else is done in the transaction that records a shuffle.
        refused: what else is done in the one that keeps why it was refused.
    """
    with services.database.read() as session:
        row, file = session.get(HandIn, id_), session.get(HandInFile, id_)
    if row is None or file is None:
        return
    try:
        _verify(services, row, file.content, then)
    except DomainError as error:
        if error.code not in rules.OF_HAND_INS:
            raise
        _refuse(services, row, error.code, refused)
    except _GoneError:
        pass


def drop_shuffle(tx: UnitOfWork, vote_uuid: str, owner: int) -> None:
    """Forget the shuffle that waits under this trustee's number, for somebody else may have handed it in. (A decryption
    tells itself whose it is.)"""
    mine = (col(HandIn.vote_uuid) == vote_uuid, col(HandIn.owner) == owner)
    tx.session.execute(delete(HandIn).where(*mine, col(HandIn.kind) == HandInKind.SHUFFLE))


def hand_ins(session: Session, vote_uuid: str) -> Mapping[int, HandInView]:
    """What is verified at this moment or was refused, by the trustee who handed it in."""
    return {row.owner: _view(row) for row in session.exec(select(HandIn).where(HandIn.vote_uuid == vote_uuid))}


def _verify(services: Services, row: HandIn, raw: bytes, then: shuffling.Then | None) -> None:
    def recorded(tx: UnitOfWork, outcome: object) -> None:
        gone = cast("CursorResult[tuple[()]]", tx.session.execute(delete(HandIn).where(col(HandIn.id) == row.id)))
        if not gone.rowcount:
            raise _GoneError
        if then is not None and isinstance(outcome, ShuffleOutcome):
            then(tx, outcome)

    report, jobs = _reporting(services, row.id), services.settings.worker_processes or spare_processors()

    def verify(jobs: int) -> None:
        if row.kind == HandInKind.SHUFFLE:
            hand_in_shuffle(services, row.vote_uuid, row.owner, raw, recorded, progress=report, jobs=jobs)
        else:
            hand_in_decryption(services, row.vote_uuid, raw, recorded, first=row.owner, progress=report, jobs=jobs)

    try:
        verify(jobs)
    except BrokenProcessPool:
        # One of them was ended, for the memory it takes most likely: alone it takes longer, and comes to an end.
        log.warning("hand_in.processes_ended", vote=row.vote_uuid, processes=jobs)
        verify(1)


def spare_processors() -> int:
    """Of those that this process may use all but one; at least 1, at most `_MOST_PROCESSES`."""
    return min(max(1, len(os.sched_getaffinity(0)) - 1), _MOST_PROCESSES)


def _reporting(services: Services, id_: str) -> Callable[[int, int], None]:
    """Writes down how far it is, now and then."""
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if done < total and time.monotonic() - last < _BETWEEN_REPORTS:
            return
        last = time.monotonic()
        stage = HandInStage.FINISHING if done == total else HandInStage.VERIFYING
        with services.database.uow() as tx:
            values = update(HandIn).where(col(HandIn.id) == id_).values(stage=stage, done=done, total=total)
            found = cast("CursorResult[tuple[()]]", tx.session.execute(values)).rowcount
            tx.commit()
        if not found:
            raise _GoneError

    return report


def _refuse(services: Services, row: HandIn, code: str, then: Refused | None) -> None:
    with services.database.uow() as tx:
        values = {"stage": HandInStage.REFUSED, "refused": code, "done": 0, "total": 0}
        standing = (col(HandIn.id) == row.id, col(HandIn.stage) != HandInStage.REFUSED)
        changed = cast("CursorResult[tuple[()]]", tx.session.execute(update(HandIn).where(*standing).values(**values)))
        tx.session.execute(delete(HandInFile).where(col(HandInFile.id) == row.id))
        if changed.rowcount and then is not None:
            then(tx, HandInKind(row.kind), str(rules.OF_HAND_INS[code].sentence))
        tx.commit()


def _view(row: HandIn) -> HandInView:
    refused = str(rules.OF_HAND_INS[row.refused].sentence) if row.refused else ""
    return HandInView(HandInKind(row.kind), row.at, HandInStage(row.stage), row.done, row.total, refused)
