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

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from egov_participation import keyring
from egov_participation.database import UnitOfWork, UTCDateTime
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
            end = datetime.fromtimestamp((window + 1) * limit.window.total_seconds(), UTC)
            tx.add(LimitCount(key=key, count=1, expires_at=end))
        else:
            row.count += 1

    def check(self, tx: UnitOfWork, limit: Limit, subject: str, now: datetime) -> None:
        """Count nothing; raises as `take` would."""
        _, key = self._place(limit, subject, now)
        row = tx.get(LimitCount, key)
        if row is not None and row.count >= limit.times:
            wait = math.ceil((row.expires_at - now).total_seconds())
            raise DomainError(HTTPStatus.TOO_MANY_REQUESTS, limit.refusal, code=limit.code, retry_after=wait)

    def _place(self, limit: Limit, subject: str, now: datetime) -> tuple[int, bytes]:
        """The number of the stretch of time, and what stands for the subject in it."""
        window = int(now.timestamp() // limit.window.total_seconds())
        text = f"{limit.name}:{window}:{subject}".encode()
        return window, hashlib.blake2b(text, key=self._key, digest_size=32).digest()


@cache
def throttle(keys_dir: Path) -> Throttle:
    """The throttle of this installation; its key is made at the first start.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    return Throttle(keyring.secret(keys_dir, "throttle"))
