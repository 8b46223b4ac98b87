"""What consultations await of officials."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from egov_participation import approvals
from egov_participation.actions import Action, may
from egov_participation.awaiting import Item, end_of
from egov_participation.consultations import keys
from egov_participation.consultations.models import Consultation, State
from egov_participation.consultations.service import (
    complaining,
    lookup,
    publishing,
    redacting,
    reply_queue,
    replying,
    reporting,
    running,
)
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

_COMPLAINT: Final = timedelta(days=3)
"""In which a comment that was reported is looked at."""
_APPEAL: Final = timedelta(days=5)
"""In which an appeal about a comment is decided."""


def items(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """In all."""
    return [
        *_appeals(session, acting),
        *_complaints(services, session, acting),
        *_proposals(services, session, acting),
        *_replies(services, session, acting),
        *_owed(services, session, acting),
    ]


def _proposals(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """What a colleague of the same agency proposed about a draft."""
    if not may(Action.PUBLISH_DRAFT, acting.roles):
        return []
    return [
        Item(
            N_("Decide on a draft of your agency"),
            publishing.ROUTE,
            proposal.expires_at,
            path={"id": proposal.id},
            about=lookup.titles(session, Consultation.key == proposal.content["consultation"]),
        )
        for proposal in approvals.pending(session, acting, services.clock())
        if proposal.kind in running.KINDS and approvals.may_decide(proposal, acting)
    ]


def _replies(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """What a colleague of the same agency proposed to say to comments, and of a whole consultation."""
    if not may(Action.REPLY, acting.roles):
        return []
    words = {
        replying.KIND: (N_("Decide on a reply to comments"), "consultations.reply_proposal"),
        reporting.KIND: (N_("Decide on the report on a consultation"), "consultations.report_proposal"),
    }
    return [
        Item(
            *words[proposal.kind],
            proposal.expires_at,
            path={"id": proposal.id},
            about=lookup.titles(session, Consultation.reference == proposal.content["consultation"]),
        )
        for proposal in approvals.pending(session, acting, services.clock())
        if proposal.kind in words and approvals.may_decide(proposal, acting)
    ]


def _owed(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Comments on one's agency's drafts that have no reply; once all have one and no more come, the report."""
    if not may(Action.REPLY, acting.roles):
        return []
    found = []
    for one in reply_queue.owed(services, session, acting.agencies):
        path = {"reference": one.reference}
        if one.unanswered:
            title, route, day = (
                N_("Reply to comments without a reply: %(number)s"),
                "consultations.reply_queue_page",
                one.due_on,
            )
        elif one.state is State.CLOSED:
            title, route, day = (
                N_("Publish the report on a consultation"),
                "consultations.report_draft",
                one.report_due_on,
            )
        else:
            continue
        if day is not None:
            due = end_of(services, day)
            found.append(Item(title, route, due, {"number": str(one.unanswered)}, path, about=one.titles, working=True))
    return found


def _complaints(services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """Comments that somebody told of."""
    if not may(Action.REDACT_COMMENT, acting.roles):
        return []
    own = keys.person_hash(services.settings.keys_dir, acting.person_id)
    return [
        Item(
            N_("Look at comment %(number)s, which was reported"),
            "consultations.office_comment",
            datetime.combine(since, time(0), UTC) + _COMPLAINT,
            {"number": f"{consultation.reference}/{comment.number}"},
            {"reference": consultation.reference or "", "number": str(comment.number)},
        )
        for consultation, comment, _, since in complaining.waiting(session)
        if comment.person_hash != own
    ]


def _appeals(session: Session, acting: SessionInfo) -> list[Item]:
    """About comments that another moderator covered."""
    if not may(Action.REDACT_COMMENT, acting.roles):
        return []
    return [
        Item(
            N_("Decide on the appeal about comment %(number)s"),
            "consultations.office_comment",
            redaction.appealed_at + _APPEAL,
            {"number": f"{consultation.reference}/{comment.number}"},
            {"reference": consultation.reference or "", "number": str(comment.number)},
        )
        for consultation, comment, redaction in redacting.appeals(session)
        if redaction.appealed_at is not None and not redacting.is_own_decision(session, comment, acting.person_id)
    ]
