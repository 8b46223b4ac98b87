"""What an author does with a comment after it was sent: finds it, adds to it, keeps its receipt."""

from __future__ import annotations

import secrets

from sqlmodel import Session, col, func, select

from egov_participation.consultations import keys
from egov_participation.consultations.models import (
    Comment,
    CommentEdit,
    Consultation,
    Shown,
)
from egov_participation.consultations.rules import comment_document as document
from egov_participation.consultations.rules import commenting
from egov_participation.consultations.service import comment_lists, lookup
from egov_participation.consultations.service.comment_supporting import locked
from egov_participation.consultations.service.comment_viewing import views
from egov_participation.consultations.service.commenting import check_open, enter, make_findable, unknown
from egov_participation.consultations.views import CommentView
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle


def mine(services: Services, session: Session, person_id: str) -> list[tuple[Consultation, list[CommentView]]]:
    """One's comments, by consultation, the last first."""
    owner = keys.person_hash(services.settings.keys_dir, person_id)
    rows = session.exec(select(Comment).where(Comment.person_hash == owner).order_by(col(Comment.id).desc())).all()
    found: dict[int, list[Comment]] = {}
    for row in rows:
        found.setdefault(row.consultation_id, []).append(row)
    result = []
    for consultation_id, comments in found.items():
        consultation = session.get_one(Consultation, consultation_id)
        result.append((consultation, views(session, consultation, comments)))
    return result


def one(
    services: Services, session: Session, person_id: str, reference: str, number: int
) -> tuple[Consultation, Comment]:
    """One's own comment.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``: it is somebody else's.
    """
    consultation = lookup.found(session, reference)
    comment = comment_lists.of_number(session, consultation, number)
    _check_own(services, comment, person_id)
    return consultation, comment


def _check_own(services: Services, comment: Comment, person_id: str) -> None:
    if comment.person_hash != keys.person_hash(services.settings.keys_dir, person_id):
        raise unknown()


def locked_own(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int
) -> tuple[Consultation, Comment]:
    """One's own comment, which nobody else changes until this transaction ends.

    Raises:
        DomainError: 404 of `one`.
    """
    consultation = lookup.found(tx.session, reference)
    comment = locked(tx, consultation, number)
    _check_own(services, comment, acting.person_id)
    return consultation, comment


def add(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, number: int, text: str) -> None:
    """Add something to one's comment. What stands there already, and others support, stays as it is.

    Raises:
        DomainError: 404 of `one`; 409 ``comment.closed``, ``comment.covered``, ``edit.many``; 429 ``comment.too_many``.
    """
    now = services.clock()
    throttle(services.settings.keys_dir).take(tx, commenting.IN_AN_HOUR, acting.person_id, now)
    consultation, comment = locked_own(services, tx, acting, reference, number)
    check_open(consultation, now)
    if comment.shown != Shown.PUBLISHED:
        raise DomainError(
            409, N_("Words of this comment are covered or gone: nothing can be added to it."), code="comment.covered"
        )
    place = tx.exec(select(func.count()).select_from(CommentEdit).where(CommentEdit.comment_id == comment.id)).one()
    if place >= commenting.MOST_EDITS:
        raise DomainError(409, N_("Much was added to this comment already. Write a new one."), code="edit.many")
    assert comment.id is not None
    salt = secrets.token_bytes(ledger.SALT_SIZE)
    content = document.canonical(document.of_edit(reference, number, place + 1, text))
    edit = CommentEdit(
        comment_id=comment.id,
        day=services.day(now),
        text=text,
        salt=salt,
        document_hash=ledger.commitment(document.EDIT, salt, content),
    )
    tx.add(edit)
    tx.flush()
    make_findable(tx, reference, comment)
    enter(tx, reference, number, "edit", edit.document_hash, edit.day)
    tx.flush()


def receipt(view: CommentView, base_url: str) -> dict[str, object]:
    """What one keeps of a comment, to check later that it is what was written and where it was entered.

    Args:
        view: made for its author.
        base_url: of the site.
    """
    return {
        "type": "consultation.comment.receipt",
        "number": view.tracking,
        "day": view.day.isoformat(),
        "hash": view.document_hash,
        "salt": view.salt,
        "kind": document.COMMENT,
        "content": view.document,
        "edits": [
            {
                "day": edit.day.isoformat(),
                "hash": edit.document_hash,
                "salt": edit.salt,
                "kind": document.EDIT,
                "content": document.of_edit(view.consultation, view.number, edit.number, edit.text),
            }
            for edit in view.edits
        ],
        "how": "hash = SHA-256(kind || salt || content as canonical JSON, RFC 8785); the log has an entry with it",
        "url": f"{base_url}/kk/consultations/{view.consultation}/comments/{view.number}",
    }
