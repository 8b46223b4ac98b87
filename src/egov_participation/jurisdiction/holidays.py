"""Kazakhstan's public holidays, for hints: somebody who plans a vote may not have thought of one.

The fixed days of the law on holidays (No. 267-II of 13 December 2001), and Orthodox Christmas. What moves is not here:
Kurban Ait, and days off that a decree moves. No deadline is counted with these (`working_days`).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from egov_participation.i18n import N_

FIXED: Final[dict[tuple[int, int], str]] = {
    (1, 1): N_("New Year"),
    (1, 2): N_("New Year"),
    (1, 7): N_("Orthodox Christmas"),
    (3, 8): N_("International Women’s Day"),
    (3, 21): N_("Nauryz"),
    (3, 22): N_("Nauryz"),
    (3, 23): N_("Nauryz"),
    (5, 1): N_("Day of Unity of the People of Kazakhstan"),
    (5, 7): N_("Defender of the Fatherland Day"),
    (5, 9): N_("Victory Day"),
    (7, 6): N_("Capital City Day"),
    (8, 30): N_("Constitution Day"),
    (10, 25): N_("Republic Day"),
    (12, 16): N_("Independence Day"),
}
"""By month and day, each with its name (a msgid)."""


def holiday(day: date) -> str:
    """The name of the holiday on a day, a msgid; empty if it is none that is known."""
    return FIXED.get((day.month, day.day), "")
