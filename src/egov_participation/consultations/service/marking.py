"""What other rooms need to know of all consultations: titles, marks that tell whether data has changed, news."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from egov_participation.consultations.draft_views import ConsultationView, HappeningView
from egov_participation.consultations.models import Consultation, ConsultationHappening, ConsultationText
from egov_participation.consultations.service import reading
from egov_participation.consultations.service.listing import Group, in_group
from egov_participation.services import Services

FEED: Final = 50
"""Entries of the feed of all."""


def titles(session: Session, references: Collection[str]) -> dict[str, dict[str, str]]:
    """The titles of those of these drafts that anybody may see, by number and language."""
    rows = session.exec(
        select(Consultation.reference, ConsultationText.lang, ConsultationText.title)
        .join(ConsultationText, col(ConsultationText.consultation_id) == col(Consultation.id))
        .where(col(Consultation.reference).in_(references), in_group(Group.ALL))
    ).all()
    named: dict[str, dict[str, str]] = {}
    for reference, lang, title in rows:
        named.setdefault(reference or "", {})[lang] = title
    return named


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a consultation, with the consultation."""

    consultation: ConsultationView
    happening: HappeningView


def latest(services: Services) -> list[Told]:
    """The last happenings of all consultations, the last first."""
    with services.database.read() as session:
        rows = session.exec(
            select(ConsultationHappening.id, Consultation)
            .join(Consultation, col(Consultation.id) == col(ConsultationHappening.consultation_id))
            .where(in_group(Group.ALL))
            .order_by(col(ConsultationHappening.at).desc(), col(ConsultationHappening.id).desc())
            .limit(FEED)
        ).all()
        about = {row.id: row for _, row in rows}
        found = {view.reference: view for view in reading.views(session, list(about.values()))}
    return [
        Told(found[row.reference or ""], happening)
        for id_, row in rows
        for happening in found[row.reference or ""].timeline
        if happening.id == id_
    ]
