"""What a grant may be, and whether it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from egov_participation.actions import Role

ADMINISTRATORS: Final = 2
"""There are never fewer: one alone could not approve anything, not even a second one."""
LONGEST: Final = timedelta(days=5 * 366)
"""A role with an end has one that somebody will see."""


def stands(now: datetime, *, valid_until: datetime | None, revoked_at: datetime | None) -> bool:
    """Whether a grant counts at that moment."""
    return revoked_at is None and (valid_until is None or now < valid_until)


def needs_agency(role: Role) -> bool:
    """Whether a role is held for one agency."""
    return role is Role.MINISTRY


def may_end(role: Role, now: datetime, valid_until: datetime | None) -> bool:
    """Whether a role may be granted with that end, or with none."""
    if valid_until is None:
        return True
    return role is not Role.ADMINISTRATOR and now < valid_until <= now + LONGEST
