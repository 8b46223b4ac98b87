"""Turnout by region, as the registrar states it after a vote has closed.

Only the registrar knows who belongs to which region; the board shows voting codes. So the statement's total can be
compared with the board and its parts cannot: pages say so (``trust.md``). Small groups stand together in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

TYPE = "egov-turnout"


@dataclass(frozen=True, slots=True)
class Group:
    """Voters of one region, or of several that are counted together."""

    territories: tuple[str, ...]
    """Codes of regions; an empty one for people whose region the register does not know."""
    voters: int
    registered: int

    @property
    def territory(self) -> str | None:
        """The one region's code; None for several together."""
        return self.territories[0] if len(self.territories) == 1 else None


@dataclass(frozen=True, slots=True)
class RegionalTurnout:
    """What a statement says."""

    groups: tuple[Group, ...]
    """In the statement's order."""
    at: datetime
    """When the registrar counted."""
    raw: bytes
    """The signed statement, as published."""

    @property
    def voters(self) -> int:
        """All together: to be compared with the board."""
        return sum(group.voters for group in self.groups)

    @property
    def registered(self) -> int:
        """All together: to be compared with the published credentials."""
        return sum(group.registered for group in self.groups)


def read(raw: bytes) -> RegionalTurnout:
    """A statement that closing has taken from the registrar and kept."""
    body = json.loads(raw)
    groups = tuple(Group(tuple(part["regions"]), part["voted"], part["registered"]) for part in body["groups"])
    at = datetime.strptime(body["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return RegionalTurnout(groups, at, raw)
