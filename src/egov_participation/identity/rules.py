"""How long things last, how often they may be done, and where one may be led."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
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
OFFICE_IDLE: Final = timedelta(minutes=15)
"""An official's session ends sooner when nobody uses it."""
SESSION_LIFE: Final = timedelta(hours=8)
BOOTH_LIFE: Final = timedelta(hours=1)
HANDOFF_LIFE: Final = timedelta(seconds=60)
FRESH: Final = timedelta(minutes=10)
"""A credential is shown only to somebody who signed in within this time."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is remembered when a session was last used: each exactness costs a write."""
MAILED_CODE: Final = 1
"""The assurance level of signing in by a mailed code."""
OWN_FACTOR: Final = 2
"""The assurance level of something that the person has: a passkey added by oneself, or an app with codes."""
IN_PERSON: Final = 3
"""The assurance level of a passkey that was enrolled in person, or of an electronic identity."""
CHALLENGE_LIFE: Final = timedelta(minutes=5)
PROVIDER_LIFE: Final = timedelta(minutes=15)
"""How long somebody may take to sign in at a provider."""
ADDRESS_WAIT: Final = timedelta(hours=72)
"""How long the owner of the old mail address has to object to a new one."""
ADDRESS_LIFE: Final = timedelta(days=7)
"""How long a new mail address may take to be confirmed."""
APP_SETUP_LIFE: Final = timedelta(minutes=30)
STEP: Final = timedelta(seconds=30)
"""How long an app shows a code."""
STEPS_AROUND: Final = 1
"""How many steps before and after the present one are taken: clocks of phones are not exact."""
RECOVERY_CODES: Final = 10
MAX_PASSKEYS: Final = 20
MAX_NAME: Final = 60
"""Characters of a passkey's name."""

_MAX_NEXT: Final = 2000


class Method(StrEnum):
    """What somebody proved who they are with, last."""

    MAILED_CODE = "mailed-code"
    APP = "app"
    """A code of an app (TOTP), after a mailed one."""
    RECOVERY_CODE = "recovery-code"
    PASSKEY = "passkey"
    OPENID = "openid"


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
# Whoever tries these has signed in with a mailed code already. That may be a thief of the mailbox, who must not shut
# the owner out by wrong codes: so they are counted on one line first, apps and recovery codes apart. An app's code is
# one of a million, of which three are right at a time: 100 wrong ones a day from everywhere are a chance of 1 in 3,300.
SECOND_PER_HOUR: Final = Limit(
    "second/person+network/hour",
    10,
    _HOUR,
    _TOO_MANY,
    N_("Too many wrong codes were entered. Wait an hour, then try again."),
)
SECOND_PER_DAY: Final = Limit(
    "second/person+network/day",
    20,
    _DAY,
    _TOO_MANY,
    N_("Too many wrong codes were entered today. Try again tomorrow."),
)
SECOND_TOTAL: Final = Limit("second/person/day", 100, _DAY, _TOO_MANY, SECOND_PER_DAY.refusal)
PASSKEYS_PER_NETWORK: Final = Limit(
    "passkeys/network",
    400,
    _TEN_MINUTES,
    _TOO_MANY,
    N_("Too many sign-ins were begun from your network. Wait ten minutes, then try again."),
)


ADDRESSES_PER_DAY: Final = Limit(
    "address/person/day",
    3,
    _DAY,
    "address.too_many",
    N_("You have asked for a new mail address three times today. Try again tomorrow."),
)


@dataclass(frozen=True, slots=True)
class LineLimits:
    """What one line may do, and what all the lines of its neighbourhood (`neighbourhood_of`) may do together.

    Many lines cost little to whoever rents an IPv4 /24 or gets an IPv6 /48, and those who live there are not many more
    than on one line of a mobile network: so a neighbourhood may do a few times what a line may, not as many times as it
    has lines.
    """

    line: Limit
    around: Limit

    @classmethod
    def of(cls, line: Limit, lines: int) -> LineLimits:
        """The neighbourhood may do what so many lines may."""
        return cls(line, replace(line, name=f"around/{line.name}", times=lines * line.times))


CODE_LIMITS: Final = tuple(LineLimits.of(limit, lines=3) for limit in (CODES_PER_HOUR, CODES_PER_DAY))
WRONG_LIMITS: Final = LineLimits.of(WRONG_PER_LINE, lines=2)
"""So it takes four neighbourhoods to shut an owner out for the rest of the day."""


@dataclass(frozen=True, slots=True)
class SecondLimits:
    """How many wrong codes of one kind may be entered for a person after a mailed one."""

    lines: tuple[LineLimits, ...]
    total: Limit
    """From all lines together."""

    @classmethod
    def of(cls, kind: str) -> SecondLimits:
        """Counted apart from those of other kinds."""
        named = [
            replace(limit, name=f"{kind}/{limit.name}") for limit in (SECOND_PER_HOUR, SECOND_PER_DAY, SECOND_TOTAL)
        ]
        return cls(tuple(LineLimits.of(limit, lines=2) for limit in named[:2]), named[2])


APP_LIMITS: Final = SecondLimits.of("app")
RECOVERY_LIMITS: Final = SecondLimits.of("recovery")
NETWORK_CODE_LIMITS: Final = LineLimits.of(CODES_PER_NETWORK, lines=5)
NETWORK_TRY_LIMITS: Final = LineLimits.of(TRIES_PER_NETWORK, lines=5)
PASSKEY_LIMITS: Final = LineLimits.of(PASSKEYS_PER_NETWORK, lines=5)
PROVIDER_LIMITS: Final = LineLimits.of(
    Limit("provider/network", PASSKEYS_PER_NETWORK.times, _TEN_MINUTES, _TOO_MANY, PASSKEYS_PER_NETWORK.refusal),
    lines=5,
)


def neighbourhood_of(network: str) -> str:
    """The lines around one of `network_of`: an IPv4 /24 or an IPv6 /48, the most that one customer usually gets."""
    try:
        found = ipaddress.ip_network(network)
    except ValueError:
        return network
    return str(found.supernet(new_prefix=24 if found.version == 4 else 48))


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


def may_remove(level: int, assurance: int) -> bool:
    """Whether a session may take away a way of signing in of that level: it must have shown as much.

    A recovery code shows level 2. So it takes away no passkey that was enrolled in person: the desk enrols another one,
    which may.
    """
    return assurance >= level


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
