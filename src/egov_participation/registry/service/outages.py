"""The circuit: after some questions in vain nobody asks for a while, and all processes know it.

Its state is a row of the database while the registry does not answer, and no row while it does: the worker asks, and
the page that must say so is another process's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete

from egov_participation.database import Database
from egov_participation.registry.models import Outage
from egov_participation.registry.service.interface import Status

FAILURES: Final = 3
"""So many questions in vain, one after another, and nobody asks for a while."""
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)
LONGEST_ASKED_FOR: Final = timedelta(hours=1)
"""Of the pause that the registry itself asks for (``Retry-After``)."""
TRIAL: Final = timedelta(seconds=15)
"""While one process tries whether the registry answers again, the others still do not ask."""


class Circuit:
    """Whether the registry called `name` may be asked.

    Args:
        database: the platform's.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._lock = f"registry-outage:{name}"

    def status(self, session: Session, now: datetime) -> Status:
        """What is known without asking."""
        row = session.get(Outage, self._name)
        if row is None or row.retry_at is None:
            return Status(available=True)
        # A pause that is over changes nothing yet: only an answer does.
        return Status(available=False, retry_after=max(1, _left(row.retry_at, now)))

    def enter(self, now: datetime) -> int:
        """Ask whether to ask: 0 if so, else in how many seconds. After a pause one is let through, as a trial."""
        with self._database.read() as session:
            row = session.get(Outage, self._name)
            if row is None or row.retry_at is None:
                return 0
        with self._database.uow() as tx:
            tx.lock(self._lock)
            row = tx.get(Outage, self._name)
            if row is None or row.retry_at is None:
                return 0
            if left := _left(row.retry_at, now):
                return left
            row.retry_at = now + TRIAL
            tx.commit()
        return 0

    def answered(self) -> None:
        """It answers: whatever was noted is over."""
        with self._database.read() as session:
            if session.get(Outage, self._name) is None:
                return
        with self._database.uow() as tx:
            tx.exec(delete(Outage).where(col(Outage.name) == self._name))
            tx.commit()

    def failed(self, now: datetime, asked_for: int = 0) -> None:
        """It did not answer.

        Args:
            asked_for: the pause in seconds that the registry itself asked for; 0 if it did not.
        """
        with self._database.uow() as tx:
            tx.lock(self._lock)
            row = tx.get(Outage, self._name)
            if row is None:
                row = Outage(name=self._name, failures=0)
                tx.add(row)
            row.failures += 1
            over = row.failures - FAILURES
            if asked_for:
                row.retry_at = now + min(timedelta(seconds=asked_for), LONGEST_ASKED_FOR)
            elif over >= 0:
                row.retry_at = now + min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)
            tx.commit()


def _left(retry_at: datetime, now: datetime) -> int:
    """Seconds of a pause that are left; 0 if it is over. So is one that reaches further than any that is noted here:
    the registrar reads it in tables of the site, where else a date would keep it from asking for good."""
    left = retry_at - now
    return max(1, round(left.total_seconds())) if timedelta(0) < left <= LONGEST_ASKED_FOR else 0
