"""References, deadlines, topics."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from egov_participation import references
from egov_participation.i18n import N_
from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.calendars import Calendar
from egov_participation.throttle import Limit

WORKING_DAYS: Final = 15
"""The time for an answer (Administrative Procedural Code, article 76)."""
KEPT: Final = timedelta(days=365)
"""A message is forgotten so long after its answer."""


class Topic(StrEnum):
    """What a message is about; said to the contact centre so that it reaches the right people."""

    VOTING = "voting"
    SIGN_IN = "sign-in"
    PERSONAL_DATA = "personal-data"
    ACCESSIBILITY = "accessibility"
    SECURITY = "security"
    OTHER = "other"


TOPIC_NAMES: Final = {
    Topic.VOTING: N_("A vote"),
    Topic.SIGN_IN: N_("Signing in"),
    Topic.PERSONAL_DATA: N_("My personal data"),
    Topic.ACCESSIBILITY: N_("Something that I cannot use or read"),
    Topic.SECURITY: N_("A weakness or a misuse"),
    Topic.OTHER: N_("Something else"),
}

_TOO_MANY: Final = N_(
    "Many messages have come from your network today. Your text is kept here: send it later, or call us."
)
MESSAGES_PER_NETWORK: Final = Limit("contact.network", 10, timedelta(hours=1), "contact.too_many", _TOO_MANY)
MESSAGES_PER_ADDRESS: Final = Limit(
    "contact.address",
    5,
    timedelta(days=1),
    "contact.too_many",
    N_("Many messages were sent today for this mail address. Your text is kept here: send it tomorrow, or call us."),
)
LOOKUPS: Final = Limit(
    "contact.lookups",
    30,
    timedelta(hours=1),
    "contact.too_many",
    N_("Many numbers were looked up from your network. Wait an hour, then try again."),
)


def new_reference() -> str:
    """A number for a message, such as ``K-7Q4M-2XNP``; with so few tries as `LOOKUPS` allows nobody finds another's."""
    return references.new("K")


def read_reference(text: str) -> str | None:
    """The number that somebody typed; None if there is a mistake in it."""
    return references.read("K", text)


def due_on(received: date, calendar: Calendar) -> date:
    """The last day for an answer."""
    return working_days.after(received, WORKING_DAYS, calendar)
