"""Since when a file is known to be the same (``Last-Modified``), without telling when the last ballot came.

A process notes the day on which it first saw a file in a state; from the end of that day on it says that the file has
not changed since that end. On the day itself it says nothing: then the entity tag alone answers. So nothing finer
than the day is told, as on the board, and whoever has the file of another process is never told 304 wrongly: a state
that was seen before a midnight and still holds held at that midnight in every process.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

from egov_participation.services import Services

MOST: Final = 1000
"""Files whose day is noted: of more, those that came first are forgotten."""

_lock = threading.Lock()
_seen: dict[tuple[str, str], tuple[str, date]] = {}
"""(site's database, file) → its state, and the day on which it was first seen."""


def same_since(services: Services, file: str, state: str) -> datetime | None:
    """The midnight since when the file is known to be in this state; None while none has passed."""
    key, today = (services.database.url, file), services.day(services.clock())
    with _lock:
        known = _seen.get(key)
        if known is None or known[0] != state or known[1] > today:
            _seen.pop(key, None)
            _seen[key] = known = (state, today)
            while len(_seen) > MOST:
                del _seen[next(iter(_seen))]
    if known[1] >= today:
        return None
    return datetime.combine(known[1] + timedelta(days=1), time(), ZoneInfo(services.settings.timezone))


def as_header(moment: datetime) -> str:
    """An HTTP date (RFC 9110, section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def is_since(header: str, moment: datetime) -> bool:
    """Whether a file that is the same since ``moment`` was so at the time of ``If-Modified-Since``."""
    try:
        return parsedate_to_datetime(header) >= moment
    except (ValueError, TypeError):
        return False
