"""A comment or an amendment is sent: it gets its number and its place in the log in one transaction."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time
from typing import Final

from sqlmodel import Session, col, select

from egov_participation.consultations import keys
from egov_participation.consultations.models import GONE, Comment, CommentEdit, CommentFile, Consultation, State
from egov_participation.consultations.rules import comment_document as document
from egov_participation.consultations.rules import commenting
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.rules.states import COMMENTABLE
from egov_participation.consultations.service import comment_letters, comment_places, lookup, ruling
from egov_participation.consultations.service.comment_places import Spot
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction.territories import region_of
from egov_participation.ledger import service as ledger
from egov_participation.search import service as search
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

FOUND: Final = "comment"
"""What comments are called in the index of the search."""


def is_open(consultation: Consultation, now: datetime) -> bool:
    """Whether comments, amendments and support are taken."""
    in_time = consultation.closes_at is None or now < consultation.closes_at
    return State(consultation.state) in COMMENTABLE and in_time


def check_open(consultation: Consultation, now: datetime) -> None:
    """Refuse what comes too late.

    Raises:
        DomainError: 409 ``comment.closed``.
    """
    if not is_open(consultation, now):
        raise DomainError(
            409,
            N_("Comments on this draft have ended, so yours cannot be sent. What you wrote stays in your drafts."),
            code="comment.closed",
        )


def check_person(services: Services, acting: SessionInfo, consultation: Consultation) -> None:
    """Refuse whoever is signed in too weakly.

    Raises:
        DomainError: 403 ``comment.assurance``.
    """
    commenting.check_assurance(ruling.of(services, consultation).level, acting.assurance)


def send(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    reference: str,
    place: Place,
    written: Written,
    *,
    draft_id: int | None = None,
) -> Comment:
    """Publish what somebody wrote.

    Args:
        draft_id: of the draft whose files go with it.

    Raises:
        DomainError: 404 of `comment_places.spot`; 409 ``comment.closed``, ``comment.version``;
            403 ``comment.assurance``; 422 of `commenting.check`; 429 ``comment.too_many``.
    """
    now = services.clock()
    commenting.check(place, written)
    throttle(services.settings.keys_dir).take(tx, commenting.IN_AN_HOUR, acting.person_id, now)
    consultation = lookup.locked(tx, reference)
    check_open(consultation, now)
    check_person(services, acting, consultation)
    spot = comment_places.spot(tx.session, reference, place.version, place.lang, place.eid)
    assert consultation.id is not None
    if place.version != comment_places.newest(tx.session, consultation.id):
        raise DomainError(
            409, N_("There is a newer version of this draft meanwhile. Write to that one."), code="comment.version"
        )
    about = None if place.about is None else amendment(tx.session, consultation, place.about)
    consultation.comments += 1
    tx.add(consultation)
    comment = _row(services, tx.session, acting, spot, place, written, about, consultation.comments, now)
    files = _files(tx.session, draft_id)
    comment.salt = secrets.token_bytes(ledger.SALT_SIZE)
    content = document.of_comment(comment, _around(spot, place, files))
    comment.document_hash = ledger.commitment(document.COMMENT, comment.salt, document.canonical(content))
    name = comment.author_name
    comment.author_salt = secrets.token_bytes(ledger.SALT_SIZE) if name else None
    tx.add(comment)
    tx.flush()
    for file in files:
        file.comment_id, file.draft_id = comment.id, None
        tx.add(file)
    make_findable(tx, reference, comment)
    what = "comment" if written.amendment is None else "amendment"
    named = document.canonical(document.of_author(reference, comment.number, name))
    author = ledger.commitment(document.AUTHOR, comment.author_salt, named) if comment.author_salt else None
    enter(tx, reference, comment.number, what, comment.document_hash, comment.day, author)
    comment_letters.tell_author(
        services, tx, consultation, comment, comment_letters.RECEIVED, hash=comment.document_hash
    )
    tx.flush()
    return comment


def amendment(session: Session, consultation: Consultation, number: int) -> Comment:
    """The amendment of that number.

    Raises:
        DomainError: 404 ``comment.unknown``: there is none, or its words are no more.
    """
    mine = (Comment.consultation_id == consultation.id, Comment.number == number, col(Comment.amendment).is_not(None))
    row = session.exec(select(Comment).where(*mine, col(Comment.shown).not_in(GONE))).first()
    if row is None:
        raise unknown()
    return row


def unknown() -> DomainError:
    """What is said where there is no such comment."""
    return DomainError(404, N_("There is no comment with this number."), code="comment.unknown")


def enter(
    tx: UnitOfWork, reference: str, number: int, what: str, commitment: str, day: date, author: str | None = None
) -> None:
    """Enter in the log that something was written."""
    ledger.enter(
        tx,
        {
            "type": "consultation.comment",
            "version": 1,
            "consultation": reference,
            "day": day.isoformat(),
            "number": number,
            "what": what,
            "document": commitment,
            "author": author,
        },
    )


def make_findable(tx: UnitOfWork, reference: str, comment: Comment) -> None:
    """Let the comments of a consultation be searched for its words."""
    edits = tx.exec(select(CommentEdit.text).where(CommentEdit.comment_id == comment.id).order_by(col(CommentEdit.id)))
    body = "\n".join(filter(None, (comment.text, comment.proposed, comment.organisation, *edits.all())))
    path = f"/consultations/{reference}/comments/{comment.number}"
    day = datetime.combine(comment.day, time(0), UTC)
    comment.found_by = search.index(tx, FOUND, f"{reference}/{comment.number}", path, {comment.lang: ("", body)}, day)
    tx.add(comment)


def make_unfindable(tx: UnitOfWork, reference: str, comment: Comment) -> None:
    """The inverse: the index holds none of its words any more."""
    search.remove(tx, FOUND, f"{reference}/{comment.number}")
    comment.found_by = None
    tx.add(comment)


def _row(
    services: Services,
    session: Session,
    acting: SessionInfo,
    spot: Spot,
    place: Place,
    written: Written,
    about: Comment | None,
    number: int,
    now: datetime,
) -> Comment:
    person, keys_dir = services.registry.get(session, acting.person_id), services.settings.keys_dir
    consultation, provision, quote = spot.consultation, spot.provision, place.quote
    assert consultation.id is not None
    assert spot.version.id is not None
    named = written.show_name and person is not None
    return Comment(
        consultation_id=consultation.id,
        number=number,
        version_id=spot.version.id,
        provision_id=None if provision is None else provision.id,
        about=None if about is None else about.id,
        quote="" if quote is None else quote.quote,
        prefix="" if quote is None else quote.prefix,
        suffix="" if quote is None else quote.suffix,
        quote_start=None if quote is None else quote.start,
        quote_end=None if quote is None else quote.end,
        person_hash=keys.person_hash(keys_dir, acting.person_id),
        person_sealed=keys.seal_person(keys_dir, consultation.id, acting.person_id),
        author_name=f"{person.given_name} {person.family_name}".strip() if named and person else "",
        capacity=written.capacity.value,
        organisation=written.organisation,
        territory="" if person is None else region_of(person.territory),
        lang=written.lang,
        stance=written.stance.value,
        text=written.text,
        amendment=None if written.amendment is None else written.amendment.value,
        proposed=written.proposed,
        base_hash="" if written.amendment is None or provision is None else provision.text_hash,
        day=services.day(now),
        document_hash="",
    )


def _around(spot: Spot, place: Place, files: list[CommentFile]) -> document.Around:
    return document.Around(
        consultation=spot.consultation.reference or "",
        version=spot.version.number,
        lang="" if spot.provision is None else spot.expression.lang,
        eid="" if spot.provision is None else spot.provision.eid,
        text_hash="" if spot.provision is None else spot.provision.text_hash,
        about=place.about,
        files=[(file.name, file.sha256) for file in files],
    )


def _files(session: Session, draft_id: int | None) -> list[CommentFile]:
    if draft_id is None:
        return []
    return list(session.exec(select(CommentFile).where(CommentFile.draft_id == draft_id).order_by(col(CommentFile.id))))
