"""What awaits officials: how each room puts its part into the office's front page.

A room whose officials have something to do has an ``awaiting.py`` with ``items``::

    def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
        if not may(Action.ANSWER_MESSAGE, acting.roles):
            return []
        return [Item(N_("Answer message %(reference)s"), {"reference": …}, "contact.message", {"id": …}, due=…) for …]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from sqlmodel import Session

from egov_participation import rooms
from egov_participation.services import Services, SessionInfo


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for somebody."""

    title: str
    """A msgid, with ``%(name)s`` for `params`."""
    route: str
    """The name of the page where it is done."""
    due: datetime
    """When it must be done, or has waited for too long."""
    params: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    """What stands in the page's path."""
    about: str | Mapping[str, str] = ""
    """Of whom or what, as it is; or by language, where it was written in several."""
    working: bool = False
    """Whether its days are counted as working days."""


def end_of(services: Services, day: date) -> datetime:
    """When officials go home on a day: what is due then is not late before."""
    return datetime.combine(day, time(18), ZoneInfo(services.settings.timezone))


class Part(Protocol):
    """What a room's ``awaiting.py`` offers."""

    def items(self, services: Services, session: Session, acting: SessionInfo) -> Sequence[Item]:
        """What this official's roles let them do and nobody has done."""


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """What waits in all rooms, the first due first."""
    parts = [cast(Part, module) for module in rooms.load("awaiting")]
    found = [item for part in parts for item in part.items(services, session, acting)]
    return sorted(found, key=lambda item: (item.due, item.route, sorted(item.path.items())))
