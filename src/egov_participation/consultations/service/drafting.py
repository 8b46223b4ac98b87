"""A consultation that officials prepare: begun, described, thrown away. Only those of its agency know of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Consultation, ConsultationText, State, Version
from egov_participation.consultations.rules.states import changed
from egov_participation.consultations.service import lookup, ruling
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

MOST_DRAFTS: Final = 100
"""Of one agency at a time."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a draft is, and until when comments are taken."""

    texts: Mapping[str, tuple[str, str]]
    """Title and summary, by language; only of those that it has."""
    act_kind: str
    stage: str
    territory: str
    closes_on: date | None
    """None: not said yet."""


def object_of(consultation: Consultation) -> str:
    """How proposals and the audit trail name a consultation: by its key, which it has from the beginning."""
    return f"consultation:{consultation.key}"


def create(services: Services, tx: UnitOfWork, session: SessionInfo, agency: str, details: Details) -> Consultation:
    """Begin a consultation.

    Raises:
        DomainError: 403 ``role.agency``; 409 ``consultation.many``; 422 ``consultation.kind``, ``consultation.stage``
            or ``consultation.day``.
    """
    if agency not in session.agencies:
        raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
    mine = (Consultation.agency == agency, Consultation.state == State.DRAFT.value)
    if len(tx.exec(select(Consultation.id).where(*mine).limit(MOST_DRAFTS)).all()) >= MOST_DRAFTS:
        raise DomainError(
            409,
            N_("Your agency prepares 100 drafts already. Discard those that nobody needs."),
            code="consultation.many",
        )
    now = services.clock()
    row = Consultation(
        key=secrets.token_urlsafe(12).replace("_", "-"),
        year=services.day(now).year,
        jurisdiction=services.settings.jurisdiction,
        act_kind=details.act_kind,
        agency=agency,
        created_at=now,
        created_by=session.person_id,
        state_at=now,
    )
    _fill(services, row, details)
    tx.add(row)
    tx.flush()
    _write_texts(tx, row, details)
    assert row.id is not None
    tx.add(Version(consultation_id=row.id, number=1, created_at=now, created_by=session.person_id))
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(row), now, step="begun")
    return row


def save(services: Services, tx: UnitOfWork, session: SessionInfo, key: str, seen: str, details: Details) -> None:
    """Write down what a draft is.

    Args:
        seen: `fingerprint` of what the form was filled in with: another one now means that a colleague was first.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state`` or ``consultation.colleague``; 422 as
            `create`.
    """
    row = in_preparation(tx, session, key)
    if seen != fingerprint(tx.session, row):
        raise DomainError(
            409,
            N_("A colleague has changed this meanwhile. What you wrote stands below; compare, and save it again."),
            code="consultation.colleague",
        )
    _fill(services, row, details)
    tx.add(row)
    _write_texts(tx, row, details)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(row), services.clock(), step="saved")


def discard(services: Services, tx: UnitOfWork, session: SessionInfo, key: str) -> None:
    """Throw a draft away that was never published, with all its texts and papers.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state``.
    """
    row = in_preparation(tx, session, key)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(row), services.clock(), step="discarded")
    tx.session.delete(row)


def in_preparation(tx: UnitOfWork, session: SessionInfo, key: str) -> Consultation:
    """A draft of one's own agency that is not published, locked.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state``.
    """
    row = lookup.locked_by_key(tx, key, session.agencies)
    if State(row.state) is not State.DRAFT:
        raise changed()
    return row


def of_agencies(session: Session, agencies: Collection[str]) -> list[Consultation]:
    """All consultations of these agencies, the last begun first."""
    mine = col(Consultation.agency).in_(list(agencies))
    return list(session.exec(select(Consultation).where(mine).order_by(col(Consultation.id).desc())))


def details_of(services: Services, session: Session, row: Consultation) -> Details:
    """What was written down."""
    assert row.id is not None
    return Details(
        texts={lang: (text.title, text.summary) for lang, text in lookup.texts(session, row.id).items()},
        act_kind=row.act_kind,
        stage=row.stage,
        territory=row.territory,
        closes_on=None if row.closes_at is None else ruling.last_day(services, row.closes_at),
    )


def fingerprint(session: Session, row: Consultation) -> str:
    """Another one after every change of what a draft is."""
    assert row.id is not None
    texts = [(text.lang, text.title, text.summary) for text in lookup.texts(session, row.id).values()]
    return lookup.digest([row.act_kind, row.stage, row.territory, str(row.closes_at), texts])


def _fill(services: Services, row: Consultation, details: Details) -> None:
    rules = ruling.current(services)
    kinds = {kind.code: kind for kind in rules.acts}
    if details.act_kind not in kinds:
        raise DomainError(422, N_("Choose the kind of act."), code="consultation.kind")
    if details.stage not in {"", *(stage.code for stage in rules.stages)}:
        raise DomainError(422, N_("Choose the stage."), code="consultation.stage")
    row.act_kind, row.stage, row.territory = details.act_kind, details.stage, details.territory
    if details.closes_on is not None:
        today = services.day(services.clock())
        check_day(services, row, details.closes_on, today)
    row.closes_at = None if details.closes_on is None else ruling.end_of(services, details.closes_on)


def check_day(services: Services, row: Consultation, closes_on: date, opened_on: date) -> None:
    """Hold that comments may end on that day.

    Raises:
        DomainError: 422 ``consultation.day`` or ``consultation.kind``.
    """
    kind, rules = ruling.act(services, row), ruling.of(services, row)
    if kind is None:
        raise DomainError(422, N_("Choose the kind of act."), code="consultation.kind")
    first, last = ruling.earliest(rules, kind, opened_on), ruling.latest(rules, kind, opened_on)
    if closes_on < first:
        raise DomainError(
            422,
            N_("For this kind of act comments are taken until %(day)s at least."),
            code="consultation.day",
            day=first.isoformat(),
        )
    if last is not None and closes_on > last:
        raise DomainError(
            422,
            N_("For this kind of act comments are taken until %(day)s at most."),
            code="consultation.day",
            day=last.isoformat(),
        )


def _write_texts(tx: UnitOfWork, row: Consultation, details: Details) -> None:
    assert row.id is not None
    there = lookup.texts(tx.session, row.id)
    for lang, text in there.items():
        if lang not in details.texts:
            tx.session.delete(text)
    for lang, (title, summary) in details.texts.items():
        text = there.get(lang) or ConsultationText(consultation_id=row.id, lang=lang)
        text.title, text.summary = title, summary
        tx.add(text)
    tx.flush()
