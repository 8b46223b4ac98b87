"""What the notices room holds on a person (`egov_participation.personal`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices import service
from egov_participation.personal import Fact, Section
from egov_participation.services import Services


def held(_services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """See `personal.Part.held`."""
    failure = service.failure(session, person_id)
    undelivered = []
    if failure is not None:
        undelivered.append(
            [
                Fact("count", N_("How many came back"), failure.count),
                Fact("last_at", N_("The last one"), failure.last_at),
                Fact("status", N_("What the mail server answered"), failure.status),
                Fact("bounced_at", N_("Mails are known not to arrive since"), failure.bounced_at),
            ]
        )
    return [
        Section(
            name="undelivered_mails",
            title=N_("Mails that did not reach you"),
            about=N_("What mail servers answered when a mail to your address could not be delivered."),
            kept=N_("Until your address changes, or you say that it works again. An erasure deletes it."),
            records=undelivered,
            alone=True,
        ),
        Section(
            name="declined_mails",
            title=N_("Mails that you do not want"),
            about=N_("The kinds of mails that you have switched off yourself."),
            kept=N_("Until you switch them on again. An erasure deletes it."),
            records=[
                [Fact("kind", N_("What it is about"), choice.kind.name, choice.kind.summary)]
                for choice in service.choices(session, person_id, official=True)
                if not choice.wanted
            ],
        ),
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """See `personal.Part.erase`."""
    service.forget(tx, person_id)
