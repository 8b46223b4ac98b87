"""The demonstration's invented voters: who they are, and how their ballots come into the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from egov_crypto import ballot
from egov_crypto.election import Election
from egov_participation.clock import ManualClock
from egov_participation.demo import registrar
from egov_participation.registry.rules import Entry
from egov_participation.services import Services
from egov_participation.voting import service

Progress = Callable[[int], None]
"""Called with how many ballots are cast."""


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who may vote, by the register's id, and where they are written to."""

    person_id: str
    mail: str


@dataclass(frozen=True, slots=True)
class Voter:
    """What somebody votes, and when."""

    resident: Resident
    choices: ballot.Choices
    at: datetime


def residents(services: Services, entries: Iterable[Entry]) -> list[Resident]:
    """The entries as the register knows them, in their order."""
    listed = list(entries)
    with services.database.read() as session:
        ids = services.registry.find_many(session, [entry.iin for entry in listed])
    return [Resident(ids[entry.iin], entry.mail) for entry in listed]


def cast(
    services: Services, clock: ManualClock, uuid: str, voters: Sequence[Voter], progress: Progress | None = None
) -> None:
    """Each voter's ballot, made as a voter's device makes it and cast as the booth casts it.

    They see their codes when the first of them votes, and vote each at their own time.
    """
    clock.set(voters[0].at)
    addresses = {voter.resident.person_id: voter.resident.mail for voter in voters}
    credentials = registrar.released(services, uuid, addresses)
    election = Election.parse(service.vote(services, uuid).election)
    for done, voter in enumerate(voters, 1):
        clock.set(voter.at)
        person = voter.resident.person_id
        service.cast(services, uuid, person, ballot.make(election, credentials[person], voter.choices))
        if progress is not None:
            progress(done)
