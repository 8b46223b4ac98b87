"""An incident as anybody sees it, and as the commission does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from egov_participation.incidents.rules import KIND_NAMES, Kind


@dataclass(frozen=True, slots=True)
class IncidentView:
    """What is public of an incident: never a word of whoever reported it."""

    reference: str
    vote_uuid: str
    kind: Kind
    reported_on: date
    due_on: date
    answered_at: datetime | None
    answer: Mapping[str, str] | None
    """The commission's, in each language; None until there is one."""

    @property
    def kind_name(self) -> str:
        """A msgid."""
        return KIND_NAMES[self.kind]


@dataclass(frozen=True, slots=True)
class IncidentMark:
    """An incident by what may change of it."""

    reference: str
    vote_uuid: str
    reported_on: date
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as the commission reads it. Who reported it is not told: what they wrote is enough to look into."""

    public: IncidentView
    text: str
    """Empty if nothing was written, or if it was deleted since."""
    signed_in: bool
    """Whether somebody reported it who was signed in."""
    mailed: bool
    """Whether the answer is mailed to somebody."""
    language: str
