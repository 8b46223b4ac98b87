"""Work for later, written in the same transaction as its cause (an outbox), and done by a worker.

A job runs at least once: a handler must bear being run again. What has no single cause, such as closing a vote when its
time has come, are `ticks`. What takes minutes is done beside them by a thread of its own, so that votes close and mails
leave meanwhile.

On PostgreSQL any number of workers share the jobs: each holds the row of the job that it does locked, and takes no row
that another holds. A worker that dies lets go of its job, which is then done again. On SQLite one worker works.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from nacl.encoding import Base64Encoder
from nacl.secret import Aead
from sqlalchemy import JSON, BigInteger, CheckConstraint, ColumnElement, Index, Integer, UniqueConstraint, event
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Field, Session, SQLModel, and_, col, delete, func, or_, select

from egov_participation import keyring, metrics, tracing
from egov_participation.database import UnitOfWork, UTCDateTime
from egov_participation.rounds import Rounds, wake
from egov_participation.ticks import HOUR, Ticks, tick

if TYPE_CHECKING:
    from egov_participation.services import Services

log = structlog.get_logger()

MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
PERSISTENT_WAIT = timedelta(minutes=1)
"""The longest between two attempts of a job that is never given up."""
DONE_KEPT = timedelta(days=7)
"""For so long a job that was done keeps a second one of the same kind and key from being added."""
PATIENCE = 10.0
"""Seconds that a slow job may still take when its worker is stopped."""
_QUARTER = 900
_SLOW_WORKER = "slow worker"

Payload = dict[str, Any]
Handler = Callable[["Services", Payload], None]


class HopelessError(Exception):
    """Trying again cannot help: a handler raises it to have the job given up at once, for the office to see."""


_handlers: dict[str, Handler] = {}
_words: dict[str, str] = {}
_forgotten: set[str] = set()
_persistent: set[str] = set()
_slow: set[str] = set()


_ID: Any = BigInteger().with_variant(Integer, "sqlite")


class Job(SQLModel, table=True):
    """One thing to do. `payload` is emptied when it is done, since it may hold an address."""

    __tablename__: ClassVar[str] = "job"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="end"),
        Index("ix_job_end", "done_at", "dead_at", "id"),  # what waits, in its order; what is dead; what may be purged
    )

    # SQLite counts up a key of no other type than INTEGER.
    id: int | None = Field(default=None, primary_key=True, sa_type=_ID)
    kind: str
    key: str
    payload: Payload = Field(sa_type=JSON)
    run_after: datetime | None = Field(default=None, sa_type=UTCDateTime)
    attempts: int = 0
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    dead_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    """When it was given up."""
    last_error: str = ""
    """What kind of exception the last attempt raised; never its words, which may quote the payload."""


def _waiting() -> ColumnElement[bool]:
    return and_(col(Job.done_at).is_(None), col(Job.dead_at).is_(None))


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that was given up, as the office sees it: nothing of what it holds."""

    id: int
    kind: str
    key: str
    attempts: int
    dead_at: datetime
    last_error: str

    @property
    def words(self) -> str:
        """What it was to do: a msgid, or its kind where no room says."""
        return _words.get(self.kind) or self.kind


def handler(
    kind: str, *, words: str = "", forget: bool = False, persistent: bool = False, slow: bool = False
) -> Callable[[Handler], Handler]:
    """Register what does the jobs of this kind: ``(services, payload) -> None``; any exception is a failure, and tried
    again but for `HopelessError`.

    Args:
        words: what such a job does, for the office: a msgid.
        forget: a job of this kind is deleted when it is done or given up, and tried again at moments left to chance,
            because even when it was done, or tried, may tell too much.
        persistent: a job of this kind is tried until it is done, however often it fails: only `HopelessError` ends it.
        slow: a job of this kind may take minutes, and others are not kept waiting.
    """

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"two handlers for jobs of kind {kind!r}")
        _handlers[kind] = function
        _words[kind] = words
        if forget:
            _forgotten.add(kind)
        if persistent:
            _persistent.add(kind)
        if slow:
            _slow.add(kind)
        return function

    return register


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
    if kind in _slow and run_after is None:
        # Slow ones alone, which somebody looks on at: else the time of a mail would tell when exactly its cause came.
        event.listen(tx.session, "after_commit", lambda _session: wake(_SLOW_WORKER), once=True)
    values = {"kind": kind, "key": key, "payload": payload, "run_after": run_after, "attempts": 0, "last_error": ""}
    if not unordered:
        tx.add_if_new(Job, **values)
        return
    # Where a place is taken, another one is: the chance is small, so that it is not looked at before.
    while not tx.add_if_new(Job, id=_some_place(), **values):
        if tx.exec(select(Job.id).where(Job.kind == kind, Job.key == key)).first() is not None:
            return


def is_owed(session: Session, kind: str, key: str) -> bool:
    """Whether there is such a job that was not done: it waits, is in hand, or was given up."""
    return tries(session, kind, key) is not None


def tries(session: Session, kind: str, key: str) -> int | None:
    """How often such a job that was not done was tried in vain; None if there is none."""
    owed = select(Job.attempts).where(Job.kind == kind, Job.key == key, col(Job.done_at).is_(None))
    return session.exec(owed).first()


def failing(session: Session) -> int:
    """Jobs that failed so often that others would have been given up: persistent ones, which nobody else tells of."""
    found = select(func.count()).select_from(Job).where(_waiting(), col(Job.attempts) >= MAX_ATTEMPTS)
    return session.exec(found).one()


def dead(session: Session, *, limit: int = 50, offset: int = 0) -> tuple[list[DeadJob], int]:
    """Jobs that were given up, the latest first, and how many there are in all."""
    given_up = col(Job.dead_at).is_not(None)
    columns = (col(Job.id), col(Job.kind), col(Job.key), col(Job.attempts), col(Job.dead_at), col(Job.last_error))
    found = sqlalchemy_select(*columns).where(given_up).order_by(col(Job.dead_at).desc(), col(Job.id).desc())
    total = session.exec(select(func.count()).select_from(Job).where(given_up)).one()
    return [DeadJob(*row) for row in session.execute(found.limit(limit).offset(offset))], total


def find_dead(session: Session, job_id: int) -> DeadJob | None:
    """One that was given up."""
    columns = (col(Job.id), col(Job.kind), col(Job.key), col(Job.attempts), col(Job.dead_at), col(Job.last_error))
    found = session.execute(sqlalchemy_select(*columns).where(col(Job.id) == job_id, col(Job.dead_at).is_not(None)))
    row = found.first()
    return None if row is None else DeadJob(*row)


def retry(tx: UnitOfWork, job_id: int, now: datetime) -> bool:
    """Let a job that was given up be tried from the beginning again; False if it is not there (any more)."""
    job = _take(tx, Job.id == job_id, col(Job.dead_at).is_not(None))
    if job is not None:
        job.dead_at, job.run_after, job.attempts = None, now, 0
    return job is not None


def discard(tx: UnitOfWork, job_id: int) -> bool:
    """Delete a job that was given up, with what it holds; False if it is not there (any more)."""
    job = _take(tx, Job.id == job_id, col(Job.dead_at).is_not(None))
    if job is not None:
        tx.session.delete(job)
        tx.flush()
    return job is not None


def _take(tx: UnitOfWork, *conditions: ColumnElement[bool] | bool) -> Job | None:
    """The job, locked; None if somebody else holds it, which on SQLite nobody does."""
    return tx.exec(select(Job).where(*conditions).with_for_update(skip_locked=True)).first()


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


def _some_place() -> int:
    """A random identifier, above those that are counted up and within 31 bits."""
    return 2**30 + secrets.randbelow(2**30)


def _vaguely_after(now: datetime) -> datetime:
    """Some moment of the quarter of an hour after this one: it does not tell when in this one its cause came."""
    start = datetime.fromtimestamp(now.timestamp() // _QUARTER * _QUARTER, UTC)
    return start + timedelta(seconds=_QUARTER + secrets.randbelow(_QUARTER))


class Worker(Rounds):
    """Does what is due, slow jobs in a thread of their own. `run_due` is one round of both: what tests call."""

    def __init__(self, services: Services) -> None:
        super().__init__(self._round, "worker", "worker.failed")
        self._beside = Rounds(lambda: self._do_jobs(slow=True), _SLOW_WORKER, "worker.failed")
        self.services = services
        self._ticks = Ticks(services)

    def start(self) -> None:
        """Work until `stop`."""
        super().start()
        self._beside.start()

    def stop(self) -> None:
        """Finish the job in hand and end. A slow one gets `PATIENCE`; then it is left, and done again by the next."""
        super().stop()
        self._beside.leave(PATIENCE)

    def run_due(self) -> None:
        """Call every tick that is due, then do every job that is."""
        self._ticks.call_due()
        self.do_due_jobs()

    def do_due_jobs(self) -> None:
        """Do every slow job that is due, then every other, the oldest first; what fails is tried again later."""
        for slow in (True, False):
            self._do_jobs(slow=slow)

    def _round(self) -> None:
        self._ticks.call_due()
        self._do_jobs(slow=False)

    def _do_jobs(self, *, slow: bool) -> None:
        database = self.services.database
        if database.dialect == "postgresql":
            self._do_each(slow=slow)
            return
        with database.alone("slow-jobs" if slow else "jobs") as alone:  # no row can be held there while others write
            if alone:
                self._do_each(slow=slow)

    def _do_each(self, *, slow: bool) -> None:
        tried: int | None = 0
        while not self._stopping.is_set() and tried is not None:
            tried = self._do_next(tried, slow=slow)

    def _do_next(self, after: int, *, slow: bool) -> int | None:
        """Do the first job that is due and stands after that place; its place, or None if there was none."""
        with self._claimed(after, slow=slow) as job:
            if job is None:
                return None
            failure: Exception | None = None
            try:
                with tracing.part(f"job {job.kind}"):
                    _handlers[job.kind](self.services, _opened(self.services.settings.keys_dir, job.payload))
            except Exception as error:  # noqa: BLE001 - whatever it is, the job is kept and tried again
                failure = error
            # A crash here leaves the job to be done a second time: handlers bear that.
            self._note(job, failure)
            return job.id

    @contextmanager
    def _claimed(self, after: int, *, slow: bool) -> Iterator[Job | None]:
        """The next job; what the block writes into it is stored at its end."""
        due = or_(col(Job.run_after).is_(None), col(Job.run_after) <= self.services.clock())
        mine = col(Job.kind).in_(_slow) if slow else col(Job.kind).not_in(_slow)
        statement = select(Job).where(_waiting(), due, mine, col(Job.id) > after).order_by(col(Job.id)).limit(1)
        database = self.services.database
        if database.dialect == "sqlite":
            with database.read() as session:
                job = session.exec(statement).first()
            yield job
            if job is not None:
                with database.uow() as tx:
                    self._store(tx, job)
            return
        with database.aside() as tx:
            job = tx.exec(statement.with_for_update(skip_locked=True)).first()
            yield job
            if job is not None:
                self._store(tx, job)

    def _store(self, tx: UnitOfWork, job: Job) -> None:
        if job.kind in _forgotten and (job.done_at or job.dead_at):
            tx.exec(delete(Job).where(col(Job.id) == job.id))
        else:
            tx.session.merge(job)
        tx.commit()

    def _note(self, job: Job, failure: Exception | None) -> None:
        now, persistent = self.services.clock(), job.kind in _persistent
        job.attempts += 1
        if failure is None:
            job.done_at, job.payload, job.last_error = now, {}, ""
            metrics.job(job.kind, "done")
            return
        job.last_error = type(failure).__name__
        if job.kind in _forgotten:
            job.run_after = _vaguely_after(now)
        else:
            longest = PERSISTENT_WAIT if persistent else LONGEST_WAIT
            job.run_after = now + min(FIRST_WAIT * 2 ** (min(job.attempts, MAX_ATTEMPTS) - 1), longest)
        if (job.attempts >= MAX_ATTEMPTS and not persistent) or isinstance(failure, HopelessError):
            job.dead_at = now
        metrics.job(job.kind, "failed" if job.dead_at is None else "dead")
        log.warning(
            "job.failed", kind=job.kind, attempt=job.attempts, error=job.last_error, dead=job.dead_at is not None
        )


@tick(every=HOUR)
def purge(services: Services) -> None:
    """Delete jobs that were done long ago."""
    old = col(Job.done_at) <= services.clock() - DONE_KEPT
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        any_old = session.exec(select(Job.id).where(old).limit(1)).first() is not None
    if any_old:
        with services.database.uow() as tx:
            tx.exec(delete(Job).where(old))
            tx.commit()
