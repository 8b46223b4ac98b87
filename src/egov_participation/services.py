"""What use cases work with, put together once by `create_app` and reachable from every request and job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from egov_participation.actions import Capacity, Role
from egov_participation.clock import Clock
from egov_participation.database import Database
from egov_participation.mail import Mailer
from egov_participation.settings import Settings

if TYPE_CHECKING:
    from egov_participation.registrar.interface import Registrar
    from egov_participation.registry.service import Registry


class Site(StrEnum):
    """The two host names of the one process. The booth's pages share no cookie and no origin with the rest."""

    MAIN = "main"
    BOOTH = "booth"


@dataclass(frozen=True)
class SessionInfo:
    """A session that was found valid. The token itself stays in the cookie."""

    person_id: str
    token_hash: str
    created_at: datetime
    signed_in_at: datetime
    """When the person last proved who they are; a booth session has that of the session it was handed over from."""
    assurance: int
    """How sure we are: 1 a mailed code, 2 a passkey or TOTP, 3 enrolled in person or an eID."""
    vote: str | None = None
    """On the booth: the one vote that the session is for."""
    capacity: Capacity = Capacity.CITIZEN
    roles: frozenset[Role] = frozenset({Role.CITIZEN})
    """What the session may act in: of an official, what is granted at this moment; else nothing but citizen."""
    agencies: frozenset[str] = frozenset()
    """Of an official in a ministry: the agencies that the role was granted for."""


SessionLoader = Callable[["Services", Site, str], SessionInfo | None]
"""``(services, site, the cookie's token)`` → the session, or None if it is unknown, expired or revoked."""

EntrustedAsker = Callable[["Services", str], bool]
"""``(services, person_id)`` → whether the person holds a role of officials at this moment."""


@dataclass(frozen=True)
class Services:
    """The outside world as the application sees it; each member may be another implementation in a test."""

    settings: Settings
    database: Database
    clock: Clock
    mailer: Mailer
    load_session: SessionLoader
    is_entrusted: EntrustedAsker
    registry: Registry
    registrar: Registrar

    def day(self, moment: datetime) -> date:
        """The date at this moment where people vote."""
        return moment.astimezone(ZoneInfo(self.settings.timezone)).date()
