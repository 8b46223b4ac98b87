"""The time, as one injected callable: nothing else asks the system what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """The computer's own clock."""
    return datetime.now(UTC)


class ManualClock:
    """A clock that stands until it is moved: for tests, and for the demo's past."""

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on by a `timedelta`'s arguments (``seconds=1``, ``days=2``) and return the new time."""
        self.now += timedelta(**by)
        return self.now

    def set(self, now: datetime) -> None:
        """Put the clock to a moment, past or to come."""
        self.now = now.astimezone(UTC)
