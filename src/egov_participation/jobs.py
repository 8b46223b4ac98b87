"""Work for later, written in the same transaction as its cause (an outbox), and done by a thread of this process.

A job runs at least once: a handler must bear being run again. Ticks are what has no single cause, such as closing a
vote when its time has come.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from nacl.encoding import Base64Encoder
from nacl.secret import Aead
from sqlalchemy import JSON, UniqueConstraint, or_
from sqlmodel import Field, SQLModel, col, select

from egov_participation import keyring
from egov_participation.database import UnitOfWork, UTCDateTime
from egov_participation.logs import describe

if TYPE_CHECKING:
    from egov_participation.services import Services

log = structlog.get_logger()

MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
_QUARTER = 900
SECONDS_BETWEEN_ROUNDS = 1.0

Payload = dict[str, Any]
Handler = Callable[["Services", Payload], None]
Tick = Callable[["Services"], None]

_handlers: dict[str, Handler] = {}
_forgotten: set[str] = set()
_ticks: list[Tick] = []


class Job(SQLModel, table=True):
    """One thing to do. `payload` is emptied when it is done, since it may hold an address."""

    __tablename__: ClassVar[str] = "job"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    payload: Payload = Field(sa_type=JSON)
    run_after: datetime | None = Field(default=None, sa_type=UTCDateTime)
    attempts: int = 0
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    dead_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def handler(kind: str, *, forget: bool = False) -> Callable[[Handler], Handler]:
    """Register what does the jobs of this kind: ``(services, payload) -> None``; any exception is a failure.

    Args:
        forget: a job of this kind is deleted when it is done or given up, and tried again at moments left to chance,
            because even when it was done, or tried, may tell too much.
    """

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"two handlers for jobs of kind {kind!r}")
        _handlers[kind] = function
        if forget:
            _forgotten.add(kind)
        return function

    return register


def tick(function: Tick) -> Tick:
    """Register what the worker calls every second: ``(services) -> None``. It finds out itself what is due."""
    _ticks.append(function)
    return function


def enqueue(
    tx: UnitOfWork,
    kind: str,
    key: str,
    payload: Payload,
    *,
    run_after: datetime | None = None,
    unordered: bool = False,
) -> None:
    """Add a job, due at once or from `run_after`. A second one of the same kind and key changes nothing.

    Args:
        key: stays in the table when the job is done, so it names no person; random where each cause counts.
        unordered: the row's place is random, because the order of such jobs would tell whose cause came when.
    """
    if tx.exec(select(Job.id).where(Job.kind == kind, Job.key == key)).first() is None:
        place = _free_place(tx) if unordered else None
        tx.add(Job(id=place, kind=kind, key=key, payload=payload, run_after=run_after))


def sealed(keys_dir: Path, payload: Payload) -> Payload:
    """A payload that a copy of the database alone does not tell, for a job that names a person; its handler gets it
    opened. XChaCha20-Poly1305 under the key ``jobs`` of ``keys_dir``.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    content = _box(keys_dir).encrypt(json.dumps(payload).encode(), encoder=Base64Encoder)
    return {"sealed": bytes(content).decode()}


def _opened(keys_dir: Path, payload: Payload) -> Payload:
    if payload.keys() != {"sealed"}:
        return payload
    content: Payload = json.loads(_box(keys_dir).decrypt(payload["sealed"].encode(), encoder=Base64Encoder))
    return content


@cache
def _box(keys_dir: Path) -> Aead:
    return Aead(keyring.secret(keys_dir, "jobs", Aead.KEY_SIZE))


def _free_place(tx: UnitOfWork) -> int:
    """A random identifier that no job has, above those that are counted up and within 31 bits."""
    while tx.get(Job, place := 2**30 + secrets.randbelow(2**30)) is not None:
        pass
    return place


def _vaguely_after(now: datetime) -> datetime:
    """Some moment of the quarter of an hour after this one: it does not tell when in this one its cause came."""
    start = datetime.fromtimestamp(now.timestamp() // _QUARTER * _QUARTER, UTC)
    return start + timedelta(seconds=_QUARTER + secrets.randbelow(_QUARTER))


class Worker:
    """Does what is due. One per database; `run_due` is what its thread calls every second, and what tests call."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Work in a thread until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the job in hand and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def run_due(self) -> None:
        """Call every tick, then do every job that is due, the oldest first; what fails is tried again later."""
        for function in _ticks:
            try:
                function(self.services)
            except Exception as error:  # noqa: BLE001 - the others must still be called, and this one again next second
                log.warning("tick.failed", tick=function.__name__, **describe(error))
        tried = 0
        while not self._stopping.is_set() and (job := self._next(tried)) is not None:
            tried = job.id or 0
            self._do(job)

    def _run(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN_ROUNDS):
            try:
                self.run_due()
            except Exception as error:  # noqa: BLE001 - such as a full disk: the thread must outlive it
                log.error("worker.failed", **describe(error))

    def _next(self, after: int) -> Job | None:
        due = or_(col(Job.run_after).is_(None), col(Job.run_after) <= self.services.clock())
        waiting = select(Job).where(col(Job.done_at).is_(None), col(Job.dead_at).is_(None), due, col(Job.id) > after)
        with self.services.database.read() as session:
            return session.exec(waiting.order_by(col(Job.id)).limit(1)).first()

    def _do(self, job: Job) -> None:
        failure: Exception | None = None
        try:
            _handlers[job.kind](self.services, _opened(self.services.settings.keys_dir, job.payload))
        except Exception as error:  # noqa: BLE001 - whatever it is, the job is kept and tried again
            failure = error
        # A crash here leaves the job to be done a second time: handlers bear that.
        with self.services.database.uow() as tx:
            tx.add(job)
            self._note(job, failure)
            if job.kind in _forgotten and (job.done_at or job.dead_at):
                tx.session.delete(job)
            tx.commit()

    def _note(self, job: Job, failure: Exception | None) -> None:
        now = self.services.clock()
        job.attempts += 1
        if failure is None:
            job.done_at, job.payload = now, {}
            return
        if job.kind in _forgotten:
            job.run_after = _vaguely_after(now)
        else:
            job.run_after = now + min(FIRST_WAIT * 2 ** (job.attempts - 1), LONGEST_WAIT)
        if job.attempts >= MAX_ATTEMPTS:
            job.dead_at = now
        log.warning(
            "job.failed",
            kind=job.kind,
            attempt=job.attempts,
            error=type(failure).__name__,
            dead=job.dead_at is not None,
        )
