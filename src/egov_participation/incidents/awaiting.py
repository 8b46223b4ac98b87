"""Incidents that wait for the commission's public answer."""

from __future__ import annotations

from sqlmodel import Session

from egov_participation.actions import Action, may
from egov_participation.awaiting import Item, end_of
from egov_participation.i18n import N_
from egov_participation.incidents import service
from egov_participation.services import Services, SessionInfo


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """All of them, for whoever may answer."""
    if not may(Action.ANSWER_INCIDENT, acting.roles):
        return []
    return [
        Item(
            N_("Answer incident %(reference)s"),
            "incidents.incident",
            end_of(services, found.due_on),
            {"reference": found.reference},
            {"reference": found.reference},
            working=True,
        )
        for found in service.waiting(session)
    ]
