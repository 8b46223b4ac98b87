"""Messages that wait for an answer."""

from __future__ import annotations

from sqlmodel import Session

from egov_participation.actions import Action, may
from egov_participation.awaiting import Item, end_of
from egov_participation.contact import service
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """All of them, for whoever may answer."""
    if not may(Action.ANSWER_MESSAGE, acting.roles):
        return []
    return [
        Item(
            N_("Answer message %(reference)s"),
            "contact.message",
            end_of(services, message.due_on),
            {"reference": message.reference},
            {"reference": message.reference},
            about=message.sender,
            working=True,
        )
        for message in service.open_messages(services, session)
    ]
