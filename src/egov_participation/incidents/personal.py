"""What incidents hold on a person (`egov_participation.personal`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.incidents import service
from egov_participation.personal import Fact, Section
from egov_participation.services import Services


def held(services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """See `personal.Part.held`."""
    return [
        Section(
            name="incidents",
            title=N_("What you reported about votes"),
            about=N_("What you wrote to the commission of a vote while you were signed in, and its public answer."),
            kept=N_(
                "What you wrote and that it was you, for a year after the answer. An erasure deletes both, but what "
                "waits for an answer stays until then. Number, kind, day and answer are public and stay."
            ),
            records=[
                [
                    Fact("reference", N_("Number"), found.reference),
                    Fact("vote", N_("Number of the vote"), found.vote_uuid),
                    Fact("kind", N_("What was reported"), found.kind.value, found.kind_name),
                    Fact("reported_on", N_("Reported on"), found.reported_on),
                    Fact("text", N_("What you wrote"), text or None),
                    Fact("answered_at", N_("Answered"), found.answered_at),
                    Fact("answer", N_("The commission's answer"), found.answer),
                ]
                for found, text in service.reported_by(services, session, person_id)
            ],
        )
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """See `personal.Part.erase`."""
    service.forget_person(tx, person_id)
