"""Closing a petition: by the clock, or by its creator. Moderators end one by `ending`."""

from __future__ import annotations

from typing import Final

from sqlmodel import col, select

from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.service import lifecycle, lookup
from egov_participation.services import Services

_AT_ONCE: Final = 100
"""Petitions that are closed in one round."""


def close_due(services: Services) -> list[str]:
    """Close the petitions whose time has come.

    Returns:
        Their numbers.
    """
    now = services.clock()
    due = (Petition.state == State.OPEN, col(Petition.closes_at) <= now)
    with services.database.read() as session:
        found = session.exec(
            select(Petition.reference).where(*due).order_by(col(Petition.closes_at), col(Petition.id)).limit(_AT_ONCE)
        ).all()
    closed = []
    for reference in found:
        assert reference is not None
        with services.database.uow() as tx:
            petition = lookup.locked(tx, reference)
            if petition.state != State.OPEN or petition.closes_at is None or petition.closes_at > now:
                continue
            petition.due_on = None
            lifecycle.change(tx, petition, State.CLOSED, petition.closes_at)
            tx.commit()
        closed.append(reference)
    return closed


def withdraw_petition(services: Services, reference: str, person_id: str, reason: str | None) -> None:
    """Let its creator withdraw a petition that is open. What was signed stays counted.

    Raises:
        DomainError: 404 ``petition.unknown`` (not theirs either), 409 ``petition.state``.
    """
    with services.database.uow() as tx:
        petition = lookup.locked(tx, reference)
        if petition.creator != person_id:
            raise lookup.no_petition()
        petition.due_on = None
        lifecycle.change(tx, petition, State.WITHDRAWN, services.clock(), by="creator", reason=reason)
        tx.commit()
