"""From an accepted petition to an open one: a job, since the registrar is asked first and may not answer now."""

from __future__ import annotations

from typing import Final

from sqlmodel import select

from egov_participation.database import UnitOfWork
from egov_participation.jobs import enqueue
from egov_participation.notices.service import notify
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, State, Supporter
from egov_participation.petitions.rules.states import TRANSITIONS
from egov_participation.petitions.service import letters, lookup
from egov_participation.petitions.service.opening import open_petition
from egov_participation.services import Services

OPEN: Final = "petitions.open"
"""Kind of the job."""


def open_soon(tx: UnitOfWork, petition: Petition) -> None:
    """Have a petition opened within seconds, or as soon as the registrar answers."""
    assert petition.reference is not None
    enqueue(tx, OPEN, f"{petition.reference}:{petition.state_at.isoformat()}", {"petition": petition.reference})


def publish(services: Services, reference: str) -> None:
    """Open a petition, and tell its creator and its supporters. Again: whoever was not told yet is.

    Raises:
        DomainError: those of `open_petition`.
    """
    with services.database.read() as session:
        petition = lookup.found(session, reference)
        state, generated = State(petition.state), petition.generated > 0
    if State.OPEN in TRANSITIONS[state]:
        open_petition(services, reference, generated=generated)
    elif state is not State.OPEN:
        return  # withdrawn or hidden meanwhile
    # A crash here leaves the job to be done again.
    _tell(services, reference)


def _tell(services: Services, reference: str) -> None:
    """Write to the creator and to all supporters; who these are is forgotten with that."""
    keys_dir = services.settings.keys_dir
    with services.database.uow() as tx:
        petition = lookup.locked(tx, reference)
        title = letters.titles(tx, petition)
        if petition.creator is not None:
            key = f"petitions.opened:{reference}"
            notify(tx, keys_dir, petition.creator, letters.OPENED, key, reference=reference, title=title)
        for row in tx.exec(select(Supporter).where(Supporter.petition_id == petition.id)).all():
            if row.person_sealed is not None:
                person_id = keys.open_person(keys_dir, row.petition_id, row.person_sealed)
                notify(tx, keys_dir, person_id, letters.SUPPORTED_OPENED, reference=reference, title=title)
            tx.session.delete(row)
        tx.commit()
