"""When mails leave, and when an address counts as dead. Nothing here asks the database or the clock."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

LONGEST_DELAY: Final = timedelta(hours=6)
SHORTEST_DELAY: Final = timedelta(hours=1)
"""Of the time over which quiet notices are spread."""

FAILURES_TO_GIVE_UP: Final = 3
"""So many mails in a row come back for a reason that may pass, and the address counts as dead."""
FAILURES_COUNT_FOR: Final = timedelta(days=30)
"""One that is older is forgotten at the next."""

_NO_SUCH_ADDRESS: Final = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
"""Enhanced status codes (RFC 3463, 3.2–3.5; RFC 7505) that say that nobody reads mail there: no such mailbox or host, a
bad address, moved away, switched off. Others, a full mailbox or a mail that is not liked, may pass."""


def quiet_moment(now: datetime, until: datetime) -> datetime:
    """When a notice leaves that must not tell when its cause came.

    The board shows a ballot at once. If the voter's alarm left at once too, whoever reads the mail server's log beside
    the board would know whose ballot it is. So it leaves at a moment left to chance within the next six hours: among
    the alarms of all who voted in that time. It is also meant to be of use: towards `until`, when votes close, the time
    shrinks to half of what is left, but not below an hour, after which it may come late and still call for a complaint.

    Args:
        until: when the notice is no longer of the use it is meant for.
    """
    spread = max(SHORTEST_DELAY, min(LONGEST_DELAY, (until - now) / 2))
    return now + timedelta(seconds=secrets.randbelow(int(spread.total_seconds()) + 1))


def is_hard(status: str) -> bool:
    """Whether an enhanced status code says that nobody reads mail at that address."""
    return status in _NO_SUCH_ADDRESS


def is_dead(status: str, failures: int) -> bool:
    """Whether an address counts as dead after so many failures in a row, the last with this status."""
    return is_hard(status) or failures >= FAILURES_TO_GIVE_UP
