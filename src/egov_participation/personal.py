"""What is held on one person: how each room says it, and how it lets it go.

A room that keeps something on people has a ``personal.py`` with the two functions of `Part`. From them come the page
and the file that a person gets of what is held on them (``/me/data``), and the erasure. So a new room is in both as
soon as it says what it holds, and a test finds tables of which nobody says anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, cast

from sqlmodel import Session

from egov_participation import rooms
from egov_participation.database import UnitOfWork
from egov_participation.services import Services

Value = str | int | bool | date | datetime | Mapping[str, str] | None
"""What can be shown and written down. A time is aware; it is written in UTC. A mapping is a text in each language."""
Plain = str | int | bool | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is held."""

    name: str
    """In the file: ``birth_date``."""
    label: str
    """On the page (a msgid)."""
    value: Value
    words: str | Mapping[str, str] = ""
    """Shown on the page in place of the value: a msgid, a text of no language such as ``Русский``, or one in each."""


Record = Sequence[Fact]
"""What belongs together, such as one session."""


@dataclass(frozen=True, slots=True)
class Section:
    """What a room holds on a person, of one kind. With no records it is said that nothing is held."""

    name: str
    """In the file: ``register``."""
    title: str
    """A msgid, as are the next two."""
    about: str
    """Where it comes from and what it is for."""
    kept: str
    """How long it is kept, and what an erasure leaves of it and why."""
    records: Sequence[Record] = ()
    alone: bool = False
    """There is never more than one record."""
    heading: str = ""
    """Name of the fact whose value stands over each record on the page; without it the records are numbered."""


class Part(Protocol):
    """What a room's ``personal.py`` offers."""

    def held(self, services: Services, session: Session, person_id: str) -> Sequence[Section]:
        """What the room holds on that person, each kind of it also where there is none."""

    def erase(self, services: Services, tx: UnitOfWork, person_id: str, now: datetime) -> None:
        """Delete what may go. Doing it again changes nothing; what stays is said in `Section.kept`."""


def parts() -> list[Part]:
    """Those of all rooms: first what a person comes for, last what is about signing in and asking."""
    return [cast(Part, module) for module in reversed(rooms.load("personal"))]


def held(services: Services, session: Session, person_id: str) -> list[Section]:
    """Everything that any room holds on a person."""
    return [section for part in parts() for section in part.held(services, session, person_id)]


def erase(services: Services, tx: UnitOfWork, person_id: str, now: datetime) -> None:
    """Let every room delete what it may."""
    for part in parts():
        part.erase(services, tx, person_id, now)


def as_data(sections: Sequence[Section]) -> dict[str, list[dict[str, Plain]]]:
    """The same for a program: by section, its records as they are in the file (dates and times in ISO 8601)."""
    return {
        section.name: [{fact.name: _plain(fact.value) for fact in record} for record in section.records]
        for section in sections
    }


def _plain(value: Value) -> Plain:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
