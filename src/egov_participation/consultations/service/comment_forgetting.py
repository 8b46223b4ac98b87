"""Forgetting who wrote comments: at their own wish, and some months after the consultation; and what was never sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, or_
from sqlmodel import Session, col, delete, select, update

from egov_participation.consultations import keys
from egov_participation.consultations.models import (
    Comment,
    CommentDraft,
    CommentFile,
    CommentSupport,
    Complaint,
    Consultation,
    Redaction,
    State,
)
from egov_participation.consultations.rules import commenting
from egov_participation.consultations.rules.states import ENDED
from egov_participation.consultations.service import comment_drafts, complaining, ruling
from egov_participation.database import UnitOfWork, finds_any
from egov_participation.services import Services

BATCH: Final = 1000
"""Rows of one transaction."""
APPEALS_KEPT: Final = timedelta(days=365)
"""Why an author appealed is kept for so long after the decision."""
_MONTH: Final = timedelta(days=31)

_PERSON: Final[dict[str, Any]] = {
    "person_hash": None,
    "person_sealed": None,
    "author_name": "",
    "author_salt": None,
    "territory": "",
}


def forget_person(services: Services, tx: UnitOfWork, person_id: str) -> None:
    """What an erasure does: who wrote is gone; what is public stays, unless its author destroyed it."""
    who = keys.person_hash(services.settings.keys_dir, person_id)
    theirs = select(Comment.id).where(Comment.person_hash == who)
    tx.exec(update(Redaction).where(col(Redaction.comment_id).in_(theirs)).values(appeal=None))
    for draft in comment_drafts.mine(services, tx.session, person_id):
        comment_drafts.discard(tx, draft.id)
    _take_back(tx, who)
    tx.exec(update(Comment).where(col(Comment.person_hash) == who).values(_PERSON))


def _take_back(tx: UnitOfWork, who: bytes) -> None:
    """While comments are taken they could support again as somebody new: what is forgotten counts no more then."""
    supported = select(CommentSupport.comment_id).where(CommentSupport.person_hash == who)
    theirs = col(Comment.id).in_(supported)
    tx.exec(select(Comment.id).where(theirs).order_by(col(Comment.id)).with_for_update())
    running = select(Consultation.id).where(Consultation.state == State.OPEN.value)
    fewer = update(Comment).where(theirs, col(Comment.consultation_id).in_(running))
    tx.exec(fewer.values(supports=col(Comment.supports) - 1))
    tx.exec(delete(CommentSupport).where(col(CommentSupport.person_hash) == who))


def forget_old(services: Services) -> bool:
    """What has been kept for as long as it may: drafts, texts that nobody came back for, appeals; and who wrote and
    supported the comments of consultations that ended long ago. Some of each at a time; whether there was anything."""
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        wanted = _wanted(services, session)
        if not finds_any(session, *wanted.values()):
            return False
        due = {name: list(session.execute(query.limit(BATCH)).scalars()) for name, query in wanted.items()}
    with services.database.uow() as tx:
        tx.exec(delete(CommentFile).where(col(CommentFile.draft_id).in_(due["drafts"])))
        tx.exec(delete(CommentDraft).where(col(CommentDraft.id).in_(due["drafts"])))
        tx.exec(delete(Complaint).where(col(Complaint.id).in_(due["complaints"])))
        tx.exec(update(Redaction).where(col(Redaction.id).in_(due["appeals"])).values(appeal=None))
        tx.exec(update(Comment).where(col(Comment.id).in_(due["comments"])).values(_PERSON))
        tx.exec(delete(CommentSupport).where(col(CommentSupport.comment_id).in_(due["supported"])))
        tx.commit()
    return True


def _wanted(services: Services, session: Session) -> dict[str, Select[Any]]:
    """Queries for the keys of rows whose time has come."""
    now = services.clock()
    old, kept = now - commenting.DRAFTS_KEPT, now - commenting.KEPT_TEXT
    is_kept = col(CommentDraft.kind) == comment_drafts.KEPT
    over = _over(services, session)
    of_those = select(Comment.id).where(col(Comment.consultation_id).in_(over))
    return {
        "drafts": select(CommentDraft.id).where(
            or_(col(CommentDraft.at) <= old, is_kept & (col(CommentDraft.at) <= kept))
        ),
        "complaints": select(Complaint.id).where(col(Complaint.day) <= services.day(now - complaining.KEPT)),
        "appeals": select(Redaction.id).where(
            col(Redaction.appeal).is_not(None), col(Redaction.decided_at) <= now - APPEALS_KEPT
        ),
        "comments": of_those.where(col(Comment.person_hash).is_not(None)),
        "supported": select(CommentSupport.comment_id).where(col(CommentSupport.comment_id).in_(of_those)).distinct(),
    }


def _over(services: Services, session: Session) -> list[int]:
    """Ids of the consultations of which it is not to be known any more who wrote: by their own rules."""
    states = [state.value for state in ENDED]
    rows = session.exec(select(Consultation).where(col(Consultation.state).in_(states))).all()
    now = services.clock()
    return [row.id or 0 for row in rows if row.state_at + ruling.of(services, row).forget_after_months * _MONTH <= now]
