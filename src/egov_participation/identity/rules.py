"""How long things last, how often they may be done, and where one may be led."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from egov_participation.i18n import N_
from egov_participation.throttle import Limit

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


_TOO_MANY: Final = "sign_in.too_many"
_HOUR, _DAY, _TEN_MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=10)

# Anybody may know an IIN, so asking for codes must not shut its owner out: codes are counted for an IIN on one line,
# and another line's count is not touched. What guards the account is the number of wrong codes entered for the IIN,
# from anywhere: a code is one of a million, and 100 wrong ones a day are a chance of 1 in 10,000. Only wrong ones
# count, so that nobody is shut out by signing in; and one line is stopped after 15 of them, so that it takes seven
# lines, each spending all it has, to shut an owner out for the rest of the day. The mails of one IIN from all lines
# together are bounded too, ten times higher than one line's: that protects the mailbox, and takes as many lines.
CODES_PER_HOUR: Final = Limit(
    "iin+network/hour",
    10,
    _HOUR,
    _TOO_MANY,
    N_("Too many codes were asked for with this IIN. Wait an hour, then try again."),
)
CODES_PER_DAY: Final = Limit(
    "iin+network/day",
    20,
    _DAY,
    _TOO_MANY,
    N_("Too many codes were asked for with this IIN today. Try again tomorrow."),
)
MAILS_PER_DAY: Final = Limit("iin/day", 200, _DAY, _TOO_MANY, CODES_PER_DAY.refusal)
WRONG_PER_LINE: Final = Limit(
    "wrong/iin+network",
    15,
    _DAY,
    _TOO_MANY,
    N_("Too many wrong codes were entered for this IIN today. Try again tomorrow."),
)
WRONG_PER_DAY: Final = Limit("wrong/iin", 100, _DAY, _TOO_MANY, WRONG_PER_LINE.refusal)
# Mobile networks put thousands of people behind one IPv4 address; this only keeps one line from flooding mailboxes.
CODES_PER_NETWORK: Final = Limit(
    "network",
    200,
    _TEN_MINUTES,
    _TOO_MANY,
    N_("Too many codes were asked for from your network. Wait ten minutes, then try again."),
)
TRIES_PER_NETWORK: Final = Limit(
    "tries/network",
    400,
    _TEN_MINUTES,
    _TOO_MANY,
    N_("Too many codes were entered from your network. Wait ten minutes, then try again."),
)


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
