"""What the votes have to do with a person: the registers that the registrar has them on, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Record, Section
from egov_participation.services import Services
from egov_participation.voting import service


def held(services: Services, _session: Session, person_id: str) -> Sequence[Section]:
    """The votes on whose registers the person is. The registrar is asked; the platform keeps neither that nor more."""
    return [
        Section(
            name="votes",
            title=N_("Votes that you may take part in, or could"),
            about=N_(
                "The registrar keeps who is on the register of which vote, apart from this site and without names. "
                "Which ballot is yours, how you voted and whether you voted at all is not held on you anywhere here: "
                "ballots stand on the board under tracking numbers that only you know."
            ),
            kept=N_(
                "An erasure leaves it: the register of a vote is fixed before the vote opens, so that nobody can be "
                "added or taken away. Private voting codes are deleted when the vote closes."
            ),
            records=list(_rolls(services, person_id)),
            heading="vote",
        )
    ]


def _rolls(services: Services, person_id: str) -> Iterator[Record]:
    after: str | None = None
    own = frozenset(services.registrar.votes_of(person_id))
    while page := service.votes(services, after=after):
        for vote in page:
            if vote.uuid in own:
                yield (
                    Fact("vote", N_("Vote"), vote.title.as_dict()),
                    Fact("uuid", N_("Number of the vote"), vote.uuid),
                    Fact("closes_at", N_("Closes"), vote.closes_at),
                )
        after = page[-1].uuid


def erase(_services: Services, _tx: UnitOfWork, _person_id: str, _now: datetime) -> None:
    """Nothing: the registers of votes stay as they were fixed."""
