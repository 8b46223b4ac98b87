"""Kinds, deadlines, limits, and what a public answer should not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from egov_participation import references
from egov_participation.i18n import N_
from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.calendars import Calendar
from egov_participation.throttle import Limit

LETTER: Final = "I"
"""Of the numbers: ``I-7Q4M-2XNP``."""
WORKING_DAYS: Final = 3
"""The commission's time for a public answer: most votes are over in days, and an answer after them helps nobody."""
KEPT: Final = timedelta(days=365)
"""What was written is deleted so long after the answer; what is public stays."""


class Kind(StrEnum):
    """What is reported."""

    THEFT = "theft"
    BALLOT = "ballot"
    ACCESS = "access"
    COUNT = "count"
    OTHER = "other"


KIND_NAMES: Final = {
    Kind.THEFT: N_("Somebody else may have a voting code"),
    Kind.BALLOT: N_("A ballot is missing, or is not the voter's own"),
    Kind.ACCESS: N_("Somebody could not vote"),
    Kind.COUNT: N_("A number is wrong, or a check fails"),
    Kind.OTHER: N_("Something else about the vote"),
}
"""As they stand in public (msgids)."""

_TOO_MANY: Final = "incident.too_many"
REPORTS_PER_NETWORK: Final = Limit(
    "incidents.network",
    10,
    timedelta(hours=1),
    _TOO_MANY,
    N_("Many reports have come from your network in the last hour. Your text is kept here: send it later."),
)
REPORTS_PER_SENDER: Final = Limit(
    "incidents.sender",
    5,
    timedelta(days=1),
    _TOO_MANY,
    N_("You have sent many reports today. Your text is kept here: send it tomorrow, or call the contact centre."),
)


def new_reference() -> str:
    """A number for an incident."""
    return references.new(LETTER)


def read_reference(text: str) -> str | None:
    """The number that somebody typed; None if there is a mistake in it."""
    return references.read(LETTER, text)


def due_on(reported: date, calendar: Calendar) -> date:
    """The last day for the commission's answer."""
    return working_days.after(reported, WORKING_DAYS, calendar)


IIN_SEEN: Final = N_("There are 12 digits in a row: is that somebody's IIN?")
ADDRESS_SEEN: Final = N_("There is a mail address in it.")
PHONE_SEEN: Final = N_("There is a telephone number in it.")
NAME_SEEN: Final = N_("There is a name in it that is like that of the person who reported this.")

_IIN = re.compile(r"(?<!\d)\d(?:[ -]?\d){11}(?!\d)", re.ASCII)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|8)[\s(-]*\d(?:[\s()-]*\d){8,}", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORT: Final = 3
"""Letters of a name that is not looked for: too many words are like it."""


def personal_data(texts: Iterable[str], names: Iterable[str]) -> list[str]:
    """What in a public answer looks like somebody's personal data: msgids, none if nothing does.

    Args:
        names: of whoever reported; they are found with the endings of Kazakh and Russian too.
    """
    whole = "\n".join(texts)
    words = [word.casefold() for word in _WORDS.findall(whole)]
    # Without the last letter, which an ending takes the place of: Әсия → Әсияның, Анна → Анны.
    stems = [name.casefold()[: max(_SHORT, len(name) - 1)] for name in names if len(name) >= _SHORT]
    found = {
        IIN_SEEN: _IIN.search(whole),
        ADDRESS_SEEN: _ADDRESS.search(whole),
        PHONE_SEEN: _PHONE.search(_IIN.sub("", whole)),
        NAME_SEEN: any(word.startswith(stem) for word in words for stem in stems),
    }
    return [sentence for sentence, seen in found.items() if seen]
