"""Reports of pressure to sign: their numbers, how often, until when they are answered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from egov_participation import references
from egov_participation.i18n import N_
from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.calendars import Calendar
from egov_participation.throttle import Limit

LETTER: Final = "H"
"""Of the numbers: ``H-7Q4M-2XNP``."""
WORKING_DAYS: Final = 3
"""Within which a moderator writes back."""

_TOO_MANY: Final = "pressure.too_many"
PER_NETWORK: Final = Limit(
    "petitions.pressure.network",
    10,
    timedelta(hours=1),
    _TOO_MANY,
    N_("Many reports have come from your network in the last hour. Your text is kept here: send it later."),
)
PER_SENDER: Final = Limit(
    "petitions.pressure.sender",
    5,
    timedelta(days=1),
    _TOO_MANY,
    N_("You have sent many reports today. Your text is kept here: send it tomorrow, or call the contact centre."),
)


def new_reference() -> str:
    """A number for a report."""
    return references.new(LETTER)


def due_on(reported: date, calendar: Calendar) -> date:
    """The last day on which somebody should have written back."""
    return working_days.after(reported, WORKING_DAYS, calendar)
