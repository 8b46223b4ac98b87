"""Private reports of pressure to sign a petition: by anybody, read by moderators alone, answered by mail.

Nothing of them is public, not even how many there are: whoever pressed somebody must not see that they spoke. What was
written is sealed; of who wrote it there is a keyed hash and the sealed id, or a sealed address, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.correspondence.service import count, sealed_address, tell, unused
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction import site, working_days
from egov_participation.notices.service import notice
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, PressureReport
from egov_participation.petitions.rules import pressure as rules
from egov_participation.petitions.service import lookup
from egov_participation.services import Services, SessionInfo

_FACTS: Final = ((N_("Number of the report"), "reference"),)

RECEIVED: Final = notice(
    "petitions.pressure_received",
    subject=N_("We have your report %(reference)s"),
    summary=N_("We have your private report to the moderators"),
    paragraphs=(
        N_("Your report has reached the moderators. Nobody else reads it. They write back by %(due)s."),
        N_("If you are in danger, call the police now. For questions, call the contact centre."),
    ),
    facts=_FACTS,
)
ANSWERED: Final = notice(
    "petitions.pressure_answered",
    subject=N_("Answer to your report %(reference)s"),
    summary=N_("Answer to your private report to the moderators"),
    paragraphs=(
        N_("The moderators have answered your report:"),
        "%(answer)s",
        N_("If this does not help, report it again and name the number, or turn to the police."),
    ),
    facts=_FACTS,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a report stands, for whoever has its number: nothing of what was written."""

    reference: str
    reported_on: date
    due_on: date
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A report as moderators read it. Who wrote it is not told."""

    standing: Standing
    petition: str
    """Its number."""
    text: str
    answer: str
    language: str
    signed_in: bool
    mailed: bool
    """Whether the answer reaches somebody."""


@dataclass(slots=True)
class _Letter:
    reference: str
    mail_sealed: bytes | None
    person_id: str | None
    language: str


def report(
    tx: UnitOfWork,
    services: Services,
    petition: Petition,
    *,
    once: str,
    text: str,
    mail: str,
    person: SessionInfo | None,
    network: str,
    lang: str,
) -> str:
    """Take a report in; its number. The same form sent again is the same report.

    Args:
        once: 32 hex digits, of the form.
        mail: where to answer; empty for nowhere, or if `person` is somebody, who is answered there.

    Raises:
        DomainError: 429 ``pressure.too_many``; do not commit.
    """
    tx.lock(f"pressure:{once}")
    earlier = tx.exec(select(PressureReport.reference).where(PressureReport.once == once)).first()
    if earlier is not None:
        return earlier
    count(tx, services, rules.PER_NETWORK, rules.PER_SENDER, network=network, person=person, mail=mail)
    assert petition.id is not None
    reference, keys_dir = unused(tx, PressureReport, rules.new_reference), services.settings.keys_dir
    box, today = keys.box(keys_dir), services.day(services.clock())
    row = PressureReport(
        reference=reference,
        once=once,
        petition_id=petition.id,
        text_sealed=box.close(text, f"text:{reference}"),
        mail_sealed=sealed_address(box, reference, mail, person),
        person_hash=keys.person_hash(keys_dir, person.person_id) if person else None,
        person_sealed=keys.seal_person(keys_dir, petition.id, person.person_id) if person else None,
        language=lang,
        reported_on=today,
        due_on=rules.due_on(today, site.calendar(services)),
    )
    tx.add(row)
    tell(tx, services, box, _letter(services, row), RECEIVED, due=row.due_on)
    return reference


def standing(session: Session, petition: Petition, reference: str) -> Standing | None:
    """How a report about this petition stands; None if there is none of this number."""
    row = session.get(PressureReport, reference)
    return None if row is None or row.petition_id != petition.id else _standing(row)


def waiting(session: Session, official: SessionInfo) -> list[tuple[Standing, str]]:
    """What nobody has answered, the first due first, each with its petition's number; not about their own petition."""
    return _listed(session, official, col(PressureReport.answered_at).is_(None))


def answered(session: Session, official: SessionInfo, limit: int = 20) -> list[tuple[Standing, str]]:
    """The latest that were answered, the last first."""
    found = _listed(session, official, col(PressureReport.answered_at).is_not(None))
    return sorted(found, key=lambda one: str(one[0].answered_at), reverse=True)[:limit]


def _listed(session: Session, official: SessionInfo, condition: ColumnElement[bool]) -> list[tuple[Standing, str]]:
    rows = session.exec(
        select(PressureReport, Petition.reference)
        .join(Petition, col(Petition.id) == col(PressureReport.petition_id))
        .where(condition, col(Petition.creator).is_distinct_from(official.person_id))
        .order_by(col(PressureReport.due_on), PressureReport.reference)
    ).all()
    return [(_standing(row), number or "") for row, number in rows]


def case(services: Services, session: Session, official: SessionInfo, reference: str) -> Case:
    """One report with what was written.

    Raises:
        DomainError: 404 ``pressure.unknown``; 403 ``petition.own``: whoever pressed may be the one who reads.
    """
    row, box = _found(session.get(PressureReport, reference)), keys.box(services.settings.keys_dir)
    petition = session.get_one(Petition, row.petition_id)
    lookup.check_not_own(petition, official.person_id)
    return Case(
        _standing(row),
        petition.reference or "",
        box.open(row.text_sealed, f"text:{reference}"),
        "" if row.answer_sealed is None else box.open(row.answer_sealed, f"answer:{reference}"),
        row.language,
        row.person_sealed is not None,
        row.person_sealed is not None or row.mail_sealed is not None,
    )


def answer(tx: UnitOfWork, services: Services, official: SessionInfo, reference: str, text: str) -> None:
    """Write back in private, and close the report. It is deleted half a year later.

    Raises:
        DomainError: 404 ``pressure.unknown``, 403 ``petition.own``, 409 ``pressure.answered``.
    """
    now = services.clock()
    mine = select(PressureReport).where(PressureReport.reference == reference).with_for_update()
    row = _found(tx.exec(mine).first())
    lookup.check_not_own(tx.session.get_one(Petition, row.petition_id), official.person_id)
    if row.answered_at is not None:
        raise DomainError(409, N_("This report has been answered already."), code="pressure.answered")
    box = keys.box(services.settings.keys_dir)
    row.answered_at, row.answered_by = now, official.person_id
    row.answer_sealed = box.close(text, f"answer:{reference}")
    tell(tx, services, box, _letter(services, row), ANSWERED, answer=text)
    audit.record(tx, official, Action.REVIEW_PETITION, f"pressure:{reference}", now)
    tx.flush()


def days_left(services: Services, found: Standing) -> int:
    """Working days left for the answer; below zero when it is late."""
    return working_days.between(services.day(services.clock()), found.due_on, site.calendar(services))


def _letter(services: Services, row: PressureReport) -> _Letter:
    sealed = row.person_sealed
    person = None if sealed is None else keys.open_person(services.settings.keys_dir, row.petition_id, sealed)
    return _Letter(row.reference, row.mail_sealed, person, row.language)


def _found(row: PressureReport | None) -> PressureReport:
    if row is None:
        raise DomainError(404, N_("There is no report with this number."), code="pressure.unknown")
    return row


def _standing(row: PressureReport) -> Standing:
    return Standing(row.reference, row.reported_on, row.due_on, row.answered_at)
