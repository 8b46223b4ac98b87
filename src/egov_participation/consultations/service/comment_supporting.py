"""Saying the same as a comment: each person once, and not about one's own."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, delete, select

from egov_participation.consultations import keys
from egov_participation.consultations.models import GONE, Comment, CommentSupport, Consultation, Provision, Shown
from egov_participation.consultations.rules import commenting
from egov_participation.consultations.service import comment_lists, lookup
from egov_participation.consultations.service.comment_places import LARGEST
from egov_participation.consultations.service.comment_viewing import views
from egov_participation.consultations.service.commenting import check_open, check_person
from egov_participation.consultations.views import CommentView
from egov_participation.database import UnitOfWork
from egov_participation.documents.words import WordIndex, share, words_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

MOST_ALIKE: Final = 3
_COMPARED: Final = 300
"""The last comments on a provision that are compared with what somebody writes."""
_COMPARED_SIGNS: Final = 2_000
"""So much of the beginning of each, and of what is written: it is done at each pause while somebody types."""
_ALIKE_FROM: Final = 0.15
"""So much of what is written must stand in a comment, pair of words by pair, for it to be shown."""


def support(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """Support a comment; a second time changes nothing.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 409 ``comment.closed``, ``support.own``,
            ``support.erased``; 403 ``comment.assurance``; 429 ``comment.too_many``.
    """
    now, keys_dir = services.clock(), services.settings.keys_dir
    throttle(keys_dir).take(tx, commenting.SUPPORTS_IN_AN_HOUR, acting.person_id, now)
    comment = _locked(services, tx, acting, reference, number)
    person_hash = keys.person_hash(keys_dir, acting.person_id)
    if comment.person_hash == person_hash:
        raise DomainError(409, N_("This is your own comment: its supporters are others."), code="support.own")
    if comment.shown in GONE:
        raise DomainError(409, N_("The words of this comment are no longer there."), code="support.erased")
    if tx.add_if_new(CommentSupport, comment_id=comment.id, person_hash=person_hash, day=services.day(now)):
        comment.supports += 1
        tx.add(comment)
    tx.flush()


def take_back(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> None:
    """Support it no more.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 409 ``comment.closed``.
    """
    comment = _locked(services, tx, acting, reference, number)
    person_hash = keys.person_hash(services.settings.keys_dir, acting.person_id)
    row = tx.get(CommentSupport, (comment.id, person_hash))
    if row is not None:
        tx.exec(
            delete(CommentSupport).where(
                col(CommentSupport.comment_id) == comment.id, col(CommentSupport.person_hash) == person_hash
            )
        )
        comment.supports -= 1
        tx.add(comment)
    tx.flush()


def is_supported_by(services: Services, session: Session, comment_id: int, person_id: str) -> bool:
    """Whether somebody supports it."""
    return (
        session.get(CommentSupport, (comment_id, keys.person_hash(services.settings.keys_dir, person_id))) is not None
    )


def count_look(services: Services, tx: UnitOfWork, acting: SessionInfo) -> None:
    """Count that somebody has `alike` looked for while they type.

    Raises:
        DomainError: 429 ``comment.too_many``.
    """
    throttle(services.settings.keys_dir).take(tx, commenting.LOOKS_IN_AN_HOUR, acting.person_id, services.clock())


def alike(session: Session, consultation: Consultation, lineage: str, text: str) -> list[CommentView]:
    """Comments on the same provision that say much of what somebody is writing, the most alike first.

    Args:
        lineage: of the provision; empty: the whole draft.
        text: what is written; empty: those that most people support.
    """
    here = col(Comment.provision_id).is_(None)
    if lineage:
        here = col(Comment.provision_id).in_(select(Provision.id).where(Provision.lineage == lineage))
    mine = (Comment.consultation_id == consultation.id, here, Comment.shown == Shown.PUBLISHED.value)
    order = col(Comment.number).desc() if text.strip() else col(Comment.supports).desc()
    most = _COMPARED if text.strip() else MOST_ALIKE
    rows = session.exec(
        select(Comment).where(*mine, col(Comment.about).is_(None)).order_by(order, col(Comment.number)).limit(most)
    ).all()
    if text.strip():
        written = words_of(text[:_COMPARED_SIGNS])
        said = [words_of(f"{row.text[:_COMPARED_SIGNS]}\n{row.proposed}"[:_COMPARED_SIGNS]) for row in rows]
        places = WordIndex(dict(enumerate(said))).like(written)
        rows = [rows[place] for place in places if share(written, said[place]) >= _ALIKE_FROM][:MOST_ALIKE]
    return views(session, consultation, rows)


def _locked(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int) -> Comment:
    consultation = lookup.found(tx.session, reference)
    check_open(consultation, services.clock())
    check_person(services, acting, consultation)
    comment = locked(tx, consultation, number)
    tx.session.refresh(consultation)  # its end counts supporters under the same locks
    check_open(consultation, services.clock())
    return comment


def locked(tx: UnitOfWork, consultation: Consultation, number: int) -> Comment:
    """A comment that nobody else changes until this transaction ends.

    Raises:
        DomainError: 404 ``comment.unknown``.
    """
    mine = (Comment.consultation_id == consultation.id, Comment.number == min(number, LARGEST))
    tx.exec(select(Comment.id).where(*mine).with_for_update())
    row = comment_lists.of_number(tx.session, consultation, number)
    tx.session.refresh(row)
    return row
