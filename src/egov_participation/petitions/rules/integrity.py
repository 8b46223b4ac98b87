"""Which signatures are doubted, and why some do not count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from egov_participation.i18n import N_


class Code(StrEnum):
    """Why signatures do not count, as the log says it."""

    DUPLICATE_PERSON = "duplicate-person"
    NOT_ELIGIBLE = "not-eligible"
    COERCED = "coerced"
    AUTOMATED = "automated"
    FORGED_PAPER = "forged-paper"

    @property
    def way(self) -> str:
        """Which kind of signatures it can be about."""
        return "paper" if self is Code.FORGED_PAPER else "electronic"


CODE_NAMES: Final[Mapping[Code, str]] = {
    Code.DUPLICATE_PERSON: N_("One person signed more than once"),
    Code.NOT_ELIGIBLE: N_("The signers were not entitled to sign this petition"),
    Code.COERCED: N_("People were pressed to sign"),
    Code.AUTOMATED: N_("A program signed in people’s names"),
    Code.FORGED_PAPER: N_("Forms on paper were forged"),
}
"""Msgids."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which signatures: those that fit all that is given. `label` and `read_label` are how a network is spoken of."""

    network: str = ""
    """32 hex digits (`keys.network_hash`)."""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    day: date | None = None
    region: str = ""

    def __bool__(self) -> bool:
        """Whether anything is given: without, it would be all signatures."""
        return bool(self.network or self.since or self.until or self.day or self.region)

    def as_members(self) -> dict[str, str | None]:
        """For JSON."""
        return {
            "network": self.network or None,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "day": self.day.isoformat() if self.day else None,
            "region": self.region or None,
        }

    def as_json(self) -> str:
        """As it is kept."""
        return json.dumps(self.as_members(), sort_keys=True)

    @classmethod
    def of(cls, members: Mapping[str, str | None]) -> Filter:
        """The inverse of `as_members`."""
        since, until, day = members["since"], members["until"], members["day"]
        return cls(
            members["network"] or "",
            datetime.fromisoformat(since) if since else None,
            datetime.fromisoformat(until) if until else None,
            date.fromisoformat(day) if day else None,
            members["region"] or "",
        )


LABEL_SIZE: Final = 8
"""Hex digits of a network's label: 32 bits of its keyed hash."""


def label(network: bytes) -> str:
    """What moderators call a network: they see that many signatures came from one, and not from which."""
    return network.hex()[:LABEL_SIZE]


SHOWN_HOURS: Final = 48
"""Of the chart by hour."""
LOOKED_BACK: Final = timedelta(days=7)
"""Of the list of networks."""
MANY: Final = 5
"""So many signatures of one network within an hour are listed: a family's or an office's are seldom more."""
MOST_LISTED: Final = 50
SAMPLE: Final = 10
"""Signatures of a dry run that are shown one by one."""
BATCH: Final = 200
"""Signatures of one transaction: their entries in the log and their mails go with them."""
