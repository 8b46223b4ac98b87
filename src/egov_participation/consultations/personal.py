"""What consultations hold on a person (`egov_participation.personal`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from egov_participation.consultations import keys, telling
from egov_participation.consultations.models import Comment, CommentSupport, Consultation, Shown
from egov_participation.consultations.service import comment_drafts, comment_forgetting, comment_heads, comment_own
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Section
from egov_participation.services import Services

_SHOWN: Final = {
    Shown.PUBLISHED: N_("Public"),
    Shown.REDACTED: N_("Covered by a moderator"),
    Shown.ERASING: N_("The words are going to be destroyed"),
    Shown.ERASED: N_("The words are destroyed"),
}


def held(services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """See `personal.Part.held`."""
    return [
        Section(
            name="comments",
            title=N_("Comments on drafts that you wrote"),
            about=N_("Your comments and proposed wordings. They are found by a keyed hash of who you are."),
            kept=N_(
                "Who you are, your name and your region, until some months after the report, as its rules say. An "
                "erasure deletes them. What a comment says is public and stays, unless you let its words be destroyed "
                "on the page of your comments first."
            ),
            records=[
                [
                    *_draft(comment_heads.of(session, consultation)),
                    Fact("number", N_("Number"), view.tracking),
                    Fact("day", N_("When"), view.day),
                    Fact("capacity", N_("Written as"), view.capacity.value, telling.CAPACITIES[view.capacity]),
                    Fact("name", N_("Your name, as it is shown"), view.author or None),
                    Fact("region", N_("Region, for the numbers of the report"), _territory(session, view.id) or None),
                    Fact("shown", N_("State"), view.shown.value, _SHOWN[view.shown]),
                ]
                for consultation, found in comment_own.mine(services, session, person_id)
                for view in found
            ],
            heading="number",
        ),
        Section(
            name="comment_drafts",
            title=N_("Comments on drafts that you have not sent yet"),
            about=N_("What you have typed, with its files, so that nothing is lost. It is sealed."),
            kept=N_("Until you send it or throw it away, or for 30 days. An erasure deletes it."),
            records=[
                [
                    *_draft(comment_heads.of_id(session, draft.consultation_id)),
                    Fact("at", N_("When"), draft.at),
                    Fact("text", N_("What you wrote"), draft.fields.get("text", "")),
                ]
                for draft in comment_drafts.mine(services, session, person_id)
            ],
            heading="title",
        ),
        Section(
            name="comment_supports",
            title=N_("Comments that you support"),
            about=N_("That you say the same, under a keyed hash, so that each person counts once."),
            kept=N_("Until some months after the report, as its rules say. An erasure deletes it; the count stays."),
            records=[
                [
                    *_draft(comment_heads.of(session, consultation)),
                    Fact("number", N_("Number"), f"{consultation.reference}/{comment.number}"),
                    Fact("day", N_("When"), support.day),
                ]
                for support, comment, consultation in _supports(services, session, person_id)
            ],
            heading="number",
        ),
    ]


def _draft(head: comment_heads.Head) -> Iterator[Fact]:
    yield Fact("title", N_("Draft regulation"), head.titles)


def _territory(session: Session, comment_id: int) -> str:
    return session.get_one(Comment, comment_id).territory


def _supports(
    services: Services, session: Session, person_id: str
) -> Sequence[tuple[CommentSupport, Comment, Consultation]]:
    who = keys.person_hash(services.settings.keys_dir, person_id)
    return session.exec(
        select(CommentSupport, Comment, Consultation)
        .where(CommentSupport.person_hash == who)
        .where(Comment.id == CommentSupport.comment_id, Consultation.id == Comment.consultation_id)
        .order_by(CommentSupport.day)  # type: ignore[arg-type]
    ).all()


def erase(services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """See `personal.Part.erase`."""
    comment_forgetting.forget_person(services, tx, person_id)
