"""Counting how often somebody did something, and refusing when it was too often."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Column, Insert, Integer, LargeBinary, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from egov_participation import keyring
from egov_participation.database import UnitOfWork, UTCDateTime, table_of
from egov_participation.errors import DomainError


class LimitCount(SQLModel, table=True):
    """How often something was done in one stretch of time by one who is known only by a keyed hash."""

    __tablename__: ClassVar[str] = "throttle_count"

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    count: int
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `window` (stretches that begin at multiples of it, so that a count is one row)."""

    name: str
    times: int
    window: timedelta
    code: str
    """Of the refusal, for programs."""
    refusal: str
    """What is said when it was too often (a msgid)."""


class Throttle:
    """Holds limits. Who is counted (an IIN, a network) stands in the table as a hash under `key`, 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def take(self, tx: UnitOfWork, limit: Limit, subject: str, now: datetime) -> None:
        """Count one more for `subject`. What is refused is not counted: who keeps trying is not kept out for longer.

        Raises:
            DomainError: 429 with the limit's code; nothing was counted.
        """
        self.check(tx, limit, subject, now)
        window, key = self._place(limit, subject, now)
        row = tx.get(LimitCount, key)
        if row is None:
            tx.add(LimitCount(key=key, count=1, expires_at=_end(limit, window)))
        else:
            row.count += 1

    def take_at_once(self, tx: UnitOfWork, limit: Limit, subject: str, now: datetime) -> None:
        """As `take`, in one statement: for a way on which every statement counts. Of many at once no more come through
        than the limit says; but who has only checked that subject is not waited for.

        Raises:
            DomainError: as `take`.
        """
        window, key = self._place(limit, subject, now)
        end = _end(limit, window)
        counted = {"key": key, "count": 1, "expires_at": end, "times": limit.times}
        if tx.session.execute(_counting(tx.dialect), counted).first() is None:
            raise _too_often(limit, end, now)

    def key(self, limit: Limit, subject: str, now: datetime) -> bytes:
        """What stands for a subject in `LimitCount` now, for who asks for its count together with other things."""
        return self._place(limit, subject, now)[1]

    def check_count(self, limit: Limit, count: int | None, now: datetime) -> None:
        """Raises as `take` would of that count (None: no row)."""
        if count is not None and count >= limit.times:
            raise _too_often(limit, _end(limit, int(now.timestamp() // limit.window.total_seconds())), now)

    def give_back(self, tx: UnitOfWork, limit: Limit, subject: str, now: datetime) -> None:
        """Undo what `take` counted at that same moment."""
        _, key = self._place(limit, subject, now)
        tx.lock(f"throttle:{key.hex()}")
        row = tx.get(LimitCount, key)
        if row is not None and row.count > 0:
            row.count -= 1

    def check(self, tx: UnitOfWork, limit: Limit, subject: str, now: datetime) -> None:
        """Count nothing; raises as `take` would.

        Until this transaction ends, others who check or take for the same subject wait: of many tries at once each
        finds those counted that were before it.
        """
        _, key = self._place(limit, subject, now)
        tx.lock(f"throttle:{key.hex()}")
        row = tx.get(LimitCount, key)
        if row is not None and row.count >= limit.times:
            raise _too_often(limit, row.expires_at, now)

    def _place(self, limit: Limit, subject: str, now: datetime) -> tuple[int, bytes]:
        """The number of the stretch of time, and what stands for the subject in it."""
        window = int(now.timestamp() // limit.window.total_seconds())
        text = f"{limit.name}:{window}:{subject}".encode()
        return window, hashlib.blake2b(text, key=self._key, digest_size=32).digest()


def _end(limit: Limit, window: int) -> datetime:
    return datetime.fromtimestamp((window + 1) * limit.window.total_seconds(), UTC)


def _too_often(limit: Limit, end: datetime, now: datetime) -> DomainError:
    wait = math.ceil((end - now).total_seconds())
    return DomainError(HTTPStatus.TOO_MANY_REQUESTS, limit.refusal, code=limit.code, retry_after=wait)


@cache
def _counting(dialect: str) -> Insert:
    counts = table_of(LimitCount)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return (
        insert(counts)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"count": counts.c.count + 1},
            where=counts.c.count < bindparam("times", type_=Integer),
        )
        .returning(counts.c.count)
    )


@cache
def throttle(keys_dir: Path) -> Throttle:
    """The throttle of this installation; its key is made at the first start.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    return Throttle(keyring.secret(keys_dir, "throttle"))
