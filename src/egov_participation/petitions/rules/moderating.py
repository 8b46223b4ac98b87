"""What a moderator must have looked at, and for how long a petition is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from egov_participation.i18n import N_
from egov_participation.jurisdiction.versions import Ground

LOCKED: Final = timedelta(minutes=15)
NOTES_KEPT: Final = timedelta(days=365)
"""After the last decision."""
LONGEST_REASON: Final = 2000

SO: Final = "so"
NOT_SO: Final = "not-so"


def is_locked(holder: str, until: datetime, person: str, now: datetime) -> bool:
    """Whether somebody else has it in hand."""
    return holder != person and now < until


def unchecked(grounds: Iterable[Ground], checks: Mapping[str, str]) -> list[str]:
    """Grounds that were not looked at: their codes."""
    return [ground.code for ground in grounds if checks.get(ground.code) not in (SO, NOT_SO)]


def against(checks: Mapping[str, str]) -> list[str]:
    """Grounds that were found."""
    return [code for code, found in checks.items() if found == SO]


ALL_CHECKED: Final = N_("Look at each of the grounds and tick what you found.")
NONE_FOUND: Final = N_("You found a ground that stands against it, so it cannot be accepted.")
ONE_FOUND: Final = N_("Tick the ground on which it is rejected.")
"""What is said of a check-list that does not fit the decision (msgids)."""
