"""Counting how often somebody did something."""

from __future__ import annotations

from datetime import UTC, datetime

from egov_participation.database import UnitOfWork
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.models import LimitCount
from egov_participation.identity.rules import Limit


def take(tx: UnitOfWork, keys: IdentityKeys, limit: Limit, subject: str, now: datetime) -> bool:
    """Count one more for `subject`, if that stays within the limit; whether it does.

    What is refused is not counted: who keeps trying is not kept out for longer.
    """
    window = int(now.timestamp() // limit.window.total_seconds())
    key = keys.limit_key(limit.name, subject, window)
    row = tx.get(LimitCount, key)
    if row is None:
        end = datetime.fromtimestamp((window + 1) * limit.window.total_seconds(), UTC)
        tx.add(LimitCount(key=key, count=1, expires_at=end))
        return True
    if row.count >= limit.times:
        return False
    row.count += 1
    return True
