"""What the desk holds on a person, and how it lets it go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from egov_participation.database import UnitOfWork
from egov_participation.desk.models import Enrolment
from egov_participation.desk.rules import DOCUMENT_NAMES, Document
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Section
from egov_participation.services import Services


def held(_services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """Visits at a service centre of the last day."""
    rows = session.exec(select(Enrolment).where(Enrolment.person_id == person_id).order_by(col(Enrolment.created_at)))
    return [
        Section(
            name="desk",
            title=N_("Visits at a service centre"),
            about=N_(
                "When a passkey was to be enrolled for you, and which kind of document was looked at; never its number."
            ),
            kept=N_("For a day. That it was done stays in the officials' audit trail."),
            records=[
                (
                    Fact("at", N_("When"), row.created_at),
                    Fact(
                        "document",
                        N_("Document"),
                        row.document or None,
                        DOCUMENT_NAMES[Document(row.document)] if row.document else "",
                    ),
                )
                for row in rows
            ],
        )
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """Delete the rows of visits."""
    tx.exec(delete(Enrolment).where(col(Enrolment.person_id) == person_id))
