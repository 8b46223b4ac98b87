"""What the contact centre holds on a person (`egov_participation.personal`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from egov_participation.contact import service
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Section
from egov_participation.services import Services


def held(services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """See `personal.Part.held`."""
    return [
        Section(
            name="contact_messages",
            title=N_("Messages to the contact centre"),
            about=N_("What you wrote to us while you were signed in, and what we answered."),
            kept=N_(
                "For a year after the answer. An erasure deletes it, but what waits for an answer stays until then."
            ),
            records=[
                [
                    Fact("reference", N_("Number"), message.reference),
                    Fact("received_at", N_("Received"), message.received_at),
                    Fact("text", N_("What you wrote"), message.text),
                    Fact("answered_at", N_("Answered"), message.answered_at),
                    Fact("answer", N_("Our answer"), message.answer or None),
                ]
                for message in service.sent_by(services, session, person_id)
            ],
        )
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """See `personal.Part.erase`."""
    service.forget_person(tx, person_id)
