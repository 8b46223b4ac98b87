"""How long things last, how often they may be done, and where one may be led."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

CODE_DIGITS: Final = 6
CODE_LIFE: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_LIFE: Final = timedelta(hours=8)
BOOTH_LIFE: Final = timedelta(hours=1)
HANDOFF_LIFE: Final = timedelta(seconds=60)
FRESH: Final = timedelta(minutes=10)
"""A credential is shown only to somebody who signed in within this time."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is remembered when a session was last used: each exactness costs a write."""
MAILED_CODE: Final = 1
"""The assurance level of signing in by a mailed code."""

_MAX_NEXT: Final = 2000


class Purpose(StrEnum):
    """What somebody goes to the booth's origin for."""

    BOOTH = "booth"
    CREDENTIAL = "credential"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `window` (stretches that begin at multiples of it, so that a count is one row)."""

    name: str
    times: int
    window: timedelta


# Five tries for each of 20 codes a day: whoever tries all day guesses one person's code with a chance of 1 in 10,000.
CODES_PER_HOUR: Final = Limit("iin/hour", 10, timedelta(hours=1))
CODES_PER_DAY: Final = Limit("iin/day", 20, timedelta(days=1))
# Mobile networks put thousands of people behind one IPv4 address; this only keeps one line from flooding mailboxes.
CODES_PER_NETWORK: Final = Limit("network", 200, timedelta(minutes=10))
TRIES_PER_NETWORK: Final = Limit("tries/network", 400, timedelta(minutes=10))


def network_of(address: str) -> str:
    """What is counted as one line: an IPv4 address, or the first 64 bits of an IPv6 one, which are one household's."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def safe_path(text: str, otherwise: str) -> str:
    r"""The text if it is a path of this site, else `otherwise`.

    ``//host`` and ``/\host`` lead elsewhere in browsers, and they strip control characters before they look.
    """
    wrong = (
        not text.startswith("/")
        or text.startswith(("//", "/\\"))
        or "\\" in text
        or len(text) > _MAX_NEXT
        or not text.isascii()
        or not text.isprintable()
    )
    if wrong:
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else text


def is_alive(now: datetime, *, last_seen_at: datetime, expires_at: datetime, idle: timedelta | None) -> bool:
    """Whether a session still counts."""
    return now < expires_at and (idle is None or now < last_seen_at + idle)


def is_fresh(signed_in_at: datetime, now: datetime) -> bool:
    """Whether somebody signed in recently enough to be shown a credential."""
    return now <= signed_in_at + FRESH


_BROWSERS: Final = (
    ("YaBrowser/", "Yandex"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux|X11", "Linux"),
)


def agent_in_words(user_agent: str) -> str:
    """Browser and system, as far as they can be told, for the list of sessions: ``Firefox, Android``."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if re.search(mark, user_agent)), "")
    return ", ".join(filter(None, (browser, system)))
