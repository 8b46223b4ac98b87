"""A version that is not published: begun, found to be worked on, thrown away. What is published nobody changes."""

from __future__ import annotations

from sqlmodel import Session, col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Consultation, Expression, State, Version
from egov_participation.consultations.rules.states import VERSIONABLE, changed
from egov_participation.consultations.service import lookup
from egov_participation.consultations.service.drafting import object_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo


def begin(services: Services, tx: UnitOfWork, session: SessionInfo, key: str) -> Version:
    """Begin the next version of a draft that is published; one is prepared at a time.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state`` or ``version.prepared``.
    """
    consultation = lookup.locked_by_key(tx, key, session.agencies)
    assert consultation.id is not None
    if State(consultation.state) not in VERSIONABLE:
        raise changed()
    there = lookup.versions(tx.session, consultation.id, published=False)
    if there[-1].published_at is None:
        raise DomainError(409, N_("A version is prepared already."), code="version.prepared")
    now = services.clock()
    row = Version(
        consultation_id=consultation.id, number=there[-1].number + 1, created_at=now, created_by=session.person_id
    )
    tx.add(row)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), now, step="begun")
    return row


def discard(services: Services, tx: UnitOfWork, session: SessionInfo, key: str, number: int) -> None:
    """Throw a later version away that was not published.

    Raises:
        DomainError: as `editable`; 409 ``consultation.state`` of the first one, without which there is no draft.
    """
    consultation, version = editable(tx, session, key, number)
    if number == 1:
        raise changed()
    tx.session.delete(version)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="discarded")


def editable(tx: UnitOfWork, session: SessionInfo, key: str, number: int) -> tuple[Consultation, Version]:
    """A version that may still be worked on; its consultation is locked, so that two officials take turns.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``version.published``: it is as it is for good.
    """
    consultation = lookup.locked_by_key(tx, key, session.agencies)
    version = of_number(tx.session, consultation, number)
    if version.published_at is not None or State(consultation.state) not in VERSIONABLE:
        raise DomainError(
            409,
            N_("This version is published: it stays as it is. Changes go into the next one."),
            code="version.published",
        )
    return consultation, version


def editable_text(
    tx: UnitOfWork, session: SessionInfo, key: str, number: int, lang: str
) -> tuple[Consultation, Version, Expression]:
    """The same, with its text in one language.

    Raises:
        DomainError: as `editable`; 404 ``consultation.unknown`` where it has none in that language.
    """
    consultation, version = editable(tx, session, key, number)
    return consultation, version, text_of(tx.session, version, lang)


def of_number(session: Session, consultation: Consultation, number: int) -> Version:
    """A version by its number.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    mine = (Version.consultation_id == consultation.id, Version.number == number)
    row = session.exec(select(Version).where(*mine)).first()
    if row is None:
        raise lookup.no_consultation()
    return row


def text_of(session: Session, version: Version, lang: str) -> Expression:
    """A version's text in one language.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    assert version.id is not None
    found = lookup.expressions(session, version.id).get(lang)
    if found is None:
        raise lookup.no_consultation()
    return found


def check_revision(expression: Expression, revision: int) -> None:
    """Hold that somebody saw what stands there now.

    Raises:
        DomainError: 409 ``version.colleague``.
    """
    if expression.revision != revision:
        raise overtaken()


def overtaken() -> DomainError:
    """What is said where a colleague was first."""
    return DomainError(
        409,
        N_("A colleague has changed this text meanwhile. Nothing was saved: look at it as it is now, and do it again."),
        code="version.colleague",
    )


def parent_of(session: Session, version: Version) -> Version | None:
    """The version before; None of the first."""
    mine = (Version.consultation_id == version.consultation_id, col(Version.number) == version.number - 1)
    return session.exec(select(Version).where(*mine)).first()
