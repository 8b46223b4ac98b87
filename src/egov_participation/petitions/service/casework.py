"""A moderator's work on one petition: who has it in hand, what moderators tell one another, and what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, exists, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, in_language
from egov_participation.incidents import service as incidents
from egov_participation.petitions import keys
from egov_participation.petitions.models import Appeal, Decision, EditLock, Note, Petition, State
from egov_participation.petitions.rules import moderating
from egov_participation.petitions.rules.states import APPEALABLE
from egov_participation.petitions.service import drafts, lookup
from egov_participation.services import Services, SessionInfo

TURNED_DOWN: Final = ("rejected", "hidden", "stopped", "merged")
"""Decisions that a creator may appeal against."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A petition that waits for a moderator."""

    reference: str
    titles: Mapping[str, str]
    """By language, the one that it was written in first."""
    due_on: date
    since: datetime
    appeal: bool
    """It waits for a decision on an appeal, not for its review."""
    held_by: str
    """Person id of the moderator who has it in hand at this moment; empty: nobody."""
    barred: bool
    """This moderator may not decide: it is their own, or they rejected it once."""

    def title(self, lang: str) -> str:
        """What it is called."""
        return in_language(self.titles, lang, self.reference)


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as moderators read it."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a petition in hand."""

    holder: str
    until: datetime
    mine: bool


def accepted() -> ColumnElement[bool]:
    """Condition: a moderator has accepted the petition since it is under review, and it is about to be opened."""
    return exists().where(
        col(Decision.petition_id) == col(Petition.id),
        col(Decision.decision) == "accepted",
        col(Decision.at) >= col(Petition.state_at),
    )


def is_accepted(session: Session, petition: Petition) -> bool:
    """Whether a moderator has accepted it, and it is about to be opened."""
    found = select(Petition.id).where(Petition.id == petition.id, Petition.state == State.REVIEW.value, accepted())
    return session.exec(found).first() is not None


def waiting(services: Services, session: Session, acting: SessionInfo) -> list[Waiting]:
    """What waits for a moderator, the first due first."""
    now = services.clock()
    reviews = select(Petition).where(Petition.state == State.REVIEW.value, ~accepted())
    rows: list[tuple[Petition, Appeal | None]] = [(petition, None) for petition in session.exec(reviews).all()]
    appeals = select(Petition, Appeal).where(
        col(Appeal.petition_id) == col(Petition.id),
        Appeal.state == "waiting",
        col(Petition.state).in_(APPEALABLE),
        col(Appeal.at) >= col(Petition.state_at),
    )
    rows += [(petition, appeal) for petition, appeal in session.exec(appeals).all()]
    locks = {lock.petition_id: lock for lock in session.exec(select(EditLock).where(col(EditLock.until) > now))}
    found = [_waiting(services, session, acting, petition, appeal, locks) for petition, appeal in rows]
    return sorted(found, key=lambda one: (one.due_on, one.reference))


def _waiting(
    services: Services,
    session: Session,
    acting: SessionInfo,
    petition: Petition,
    appeal: Appeal | None,
    locks: Mapping[int, EditLock],
) -> Waiting:
    assert petition.id is not None
    assert petition.reference is not None
    lock = locks.get(petition.id)
    due = petition.due_on if appeal is None else appeal.due_on
    return Waiting(
        reference=petition.reference,
        titles={lang: text.title for lang, text in lookup.texts(session, petition).items()},
        due_on=due or services.day(petition.state_at),
        since=petition.state_at if appeal is None else appeal.at,
        appeal=appeal is not None,
        held_by="" if lock is None else lock.holder,
        barred=acting.person_id == petition.creator or acting.person_id in turned_down_by(session, petition),
    )


def held(session: Session, petition: Petition, acting: SessionInfo, now: datetime) -> Held | None:
    """Who has it in hand at this moment; None: nobody."""
    lock = session.get(EditLock, petition.id)
    if lock is None or lock.until <= now:
        return None
    return Held(lock.holder, lock.until, lock.holder == acting.person_id)


def turned_down_by(session: Session, petition: Petition) -> set[str]:
    """Person ids of the moderators who rejected or ended it: others decide on the appeal, and again where one is
    granted."""
    mine = (Decision.petition_id == petition.id, col(Decision.decision).in_(TURNED_DOWN))
    return set(session.exec(select(Decision.moderator).where(*mine)).all())


def take(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str) -> Petition:
    """Take a petition in hand, or keep it: nobody else decides on it for a quarter of an hour.

    Raises:
        DomainError: 404 ``petition.unknown``, 403 ``petition.own``, 409 ``petition.in_hand``: of another moderator.
    """
    now = services.clock()
    petition = lookup.locked(tx, reference)
    lookup.check_not_own(petition, acting.person_id)
    assert petition.id is not None
    lock = tx.get(EditLock, petition.id)
    if lock is None:
        lock = EditLock(petition_id=petition.id, holder=acting.person_id, until=now)
    elif moderating.is_locked(lock.holder, lock.until, acting.person_id, now):
        raise DomainError(
            409,
            N_("Another moderator has this petition in hand. After 15 minutes without an act you can take it over."),
            code="petition.in_hand",
        )
    lock.holder, lock.until = acting.person_id, now + moderating.LOCKED
    tx.add(lock)
    tx.flush()
    return petition


def let_go(tx: UnitOfWork, petition: Petition) -> None:
    """Let others have it at once: it was decided."""
    lock = tx.get(EditLock, petition.id)
    if lock is not None:
        tx.session.delete(lock)
        tx.flush()


def take_in_hand(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str) -> None:
    """What the button of that name does.

    Raises:
        DomainError: as `take`.
    """
    take(services, tx, acting, reference)
    audit.record(tx, acting, Action.REVIEW_PETITION, f"petition:{reference}", services.clock(), step="seen")


def add_note(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, text: str) -> None:
    """Leave a note for the other moderators.

    Raises:
        DomainError: 404 ``petition.unknown``, 403 ``petition.own``.
    """
    now = services.clock()
    petition = lookup.locked(tx, reference)
    lookup.check_not_own(petition, acting.person_id)
    assert petition.id is not None
    sealed = keys.box(services.settings.keys_dir).close(text, f"note:{reference}")
    tx.add(Note(petition_id=petition.id, at=now, author=acting.person_id, text_sealed=sealed))
    audit.record(tx, acting, Action.REVIEW_PETITION, f"petition:{reference}", now, step="noted")
    tx.flush()


def notes(services: Services, session: Session, petition: Petition) -> Sequence[NoteView]:
    """What moderators left, the oldest first."""
    rows = session.exec(select(Note).where(Note.petition_id == petition.id).order_by(col(Note.id)))
    box = keys.box(services.settings.keys_dir)
    return [NoteView(row.at, row.author, box.open(row.text_sealed, f"note:{petition.reference}")) for row in rows]


def decisions(session: Session, petition: Petition) -> Sequence[Decision]:
    """What was decided on it so far, the last first."""
    rows = select(Decision).where(Decision.petition_id == petition.id).order_by(col(Decision.id).desc())
    return session.exec(rows).all()


def personal_data(session: Session, petition: Petition) -> list[str]:
    """What in its text looks like somebody's personal data: msgids. The creator's own name is not looked for."""
    texts = drafts.by_language(session, petition)
    return incidents.personal_data([value for text in texts.values() for value in text.values()], ())


def personal_data_in(reason: str) -> list[str]:
    """The same of a public reason."""
    return incidents.personal_data([reason], ())
