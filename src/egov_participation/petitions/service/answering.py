"""Answering a petition: an official of the agency proposes, a colleague approves the very same, and it is published.

Who answers for whom: a petition that asks an agency is that agency's. One that asks a body without officials here (a
government, an akimat) is handed by a moderator to the agency that answers for it, with a reason that is public.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Final

from sqlmodel import col, func, select

from egov_participation import approvals, audit
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Answer, Debate, Outcome, Petition, ReachedTier, State
from egov_participation.petitions.rules.outcomes import KIND_OF, OWING, STOPS_CLOCK, Content, Kind, To, possible
from egov_participation.petitions.service import answer_letters, documents, mailings
from egov_participation.petitions.service.lifecycle import happened
from egov_participation.petitions.service.lookup import check_not_own, found, locked
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo

COMMITTED: Final = "petition.outcome"
"""The word for what the commitment to what is published is of."""
OWN: Final = N_("This is your own petition: a colleague answers it.")
_ROUTE: Final = "petitions.answer_proposal"


def agency_of(services: Services, addressee: str) -> str:
    """The agency that answers for an addressee by itself: the addressee, if it is one; else none."""
    return addressee if addressee in roles.agencies(services) else ""


def object_of(reference: str) -> str:
    """How proposals and the audit trail name a petition."""
    return f"petition:{reference}"


def start_clock(tx: UnitOfWork, petition: Petition) -> None:
    """Let the petition say by when the next thing is owed; None where nothing is."""
    tx.flush()
    owed = select(func.min(ReachedTier.answer_due_on)).where(
        ReachedTier.petition_id == petition.id, col(ReachedTier.done_at).is_(None)
    )
    petition.answer_due_on = tx.exec(owed).one()
    tx.add(petition)


def may_become(tx: UnitOfWork, petition: Petition) -> list[To]:
    """What may be said of it now."""
    published = tx.exec(select(func.count()).select_from(Outcome).where(Outcome.petition_id == petition.id)).one()
    return possible(State(petition.state), Answer(petition.answer_state), Debate(petition.debate_state), published)


def propose(services: Services, tx: UnitOfWork, session: SessionInfo, content: Content) -> Proposal:
    """Propose what the public shall read, for another official of the same agency to approve.

    Args:
        content: what was written. Its agency and the thresholds whose clock it stops are filled in here.

    Raises:
        DomainError: 404 ``petition.unknown``; 403 ``petition.own``; 409 ``answer.unassigned`` or ``answer.state``; 422
            ``answer.day``; what `approvals.propose` raises.
    """
    petition = found(tx.session, content.petition)
    check_not_own(petition, session.person_id, OWN)
    if not petition.answered_by:
        raise DomainError(
            409, N_("Nobody has said which agency answers this petition. A moderator does."), code="answer.unassigned"
        )
    if content.to not in may_become(tx, petition):
        raise _changed()
    _check_day(services, content.to, content.day)
    whole = Content(
        petition=content.petition,
        to=content.to,
        agency=petition.answered_by,
        texts=content.texts,
        day=content.day,
        links=content.links,
        files=content.files,
        tiers=tuple(tier.tier for tier in _owed(tx, petition) if content.to in STOPS_CLOCK[tier.action]),
    )
    kind = KINDS[KIND_OF[content.to]]
    object_ = object_of(content.petition)
    return approvals.propose(
        services, tx, session, kind, object_, whole.members(), reason="", agency=petition.answered_by
    )


def hand_to(services: Services, tx: UnitOfWork, session: SessionInfo, reference: str, agency: str, reason: str) -> None:
    """Say which agency answers a petition from now on, in public. What its former one had proposed is void.

    Raises:
        DomainError: 404 ``petition.unknown``; 403 ``petition.own``; 409 ``answer.agency`` (it is that one already) or
            ``answer.state``; 422 ``answer.no_agency``.
    """
    now = services.clock()
    if agency not in roles.agencies(services):
        raise DomainError(422, N_("Choose the agency that answers."), code="answer.no_agency")
    for kind in KINDS.values():
        approvals.lapse(tx, kind, object_of(reference), now)
    petition = locked(tx, reference)
    check_not_own(petition, session.person_id)
    if agency == petition.answered_by:
        raise DomainError(409, N_("This agency answers the petition already."), code="answer.agency")
    if State(petition.state) not in ANSWERED_FOR:
        raise _changed()
    petition.answered_by = agency
    tx.add(petition)
    audit.record(tx, session, Action.REVIEW_PETITION, object_of(reference), now, reason=reason, step="assigned")
    happened(
        tx,
        petition,
        "agency",
        now,
        by="moderator",
        actor=session.person_id,
        reason=reason,
        details={"agency": agency},
    )
    answer_letters.to_officials(tx, services, petition, answer_letters.ASSIGNED)


ANSWERED_FOR: Final = OWING | {State.COLLECTING, State.REVIEW}
"""Somebody may still have to answer it."""


def _publish(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """Publish what was approved: the clock stops, log and timeline tell it, and the mails begin."""
    now, content = services.clock(), Content.of(proposal.content)
    petition = locked(tx, content.petition)
    check_not_own(petition, proposal.decided_by, OWN)
    if petition.answered_by != proposal.agency:
        raise DomainError(
            409,
            N_("Another agency answers this petition meanwhile. Nothing was published."),
            code="answer.agency",
        )
    if content.to not in may_become(tx, petition):
        raise _changed()
    _check_day(services, content.to, content.day)
    documents.publish(tx, petition, content.files)
    salt = secrets.token_bytes(ledger.SALT_SIZE)
    document = ledger.commitment(COMMITTED, salt, content.canonical())
    assert petition.id is not None
    kind = KIND_OF[content.to]
    outcome = Outcome(
        petition_id=petition.id,
        kind=kind.value,
        to=content.to.value,
        agency=content.agency,
        at=now,
        proposal=proposal.id,
        content=content.canonical().decode(),
        salt=salt,
        document_hash=document,
    )
    tx.add(outcome)
    tx.flush()
    _stop_clock(tx, petition, content, now)
    details: dict[str, str | int] = {"outcome": outcome.id or 0}
    if content.day is not None:
        details["day"] = content.day.isoformat()
    by = f"agency:{content.agency}"
    happened(tx, petition, f"answer.{content.to}", now, by=by, actor=proposal.proposed_by, details=details)
    ledger.enter(
        tx,
        {
            "type": "petition.answer",
            "version": 1,
            "petition": petition.reference,
            "at": ledger.time(now),
            "kind": kind.value,
            "to": content.to.value,
            "document": document,
            "approvals": 2,
            "approved": proposal.content_hash,
        },
    )
    summary = {lang: words.summary for lang, words in content.texts.items()}
    answer_letters.to_creator(
        tx, services, petition, answer_letters.OWN_NEWS, **answer_letters.news(content.to, summary)
    )
    mailings.begin(tx, petition, mailings.of_outcome(outcome.id or 0), now)


def _stop_clock(tx: UnitOfWork, petition: Petition, content: Content, now: datetime) -> None:
    for tier in _owed(tx, petition):
        if tier.tier in content.tiers:
            tier.done_at = now
            tx.add(tier)
    tx.flush()
    if content.to is To.ANSWERED:
        # Of a threshold that was reached while this was being written, the answer is owed still.
        waits = any(tier.action == Kind.ANSWER for tier in _owed(tx, petition))
        petition.answer_state = (Answer.AWAITED if waits else Answer.ANSWERED).value
    elif KIND_OF[content.to] is Kind.DEBATE:
        petition.debate_state = Debate(content.to.value).value
    start_clock(tx, petition)


def _owed(tx: UnitOfWork, petition: Petition) -> list[ReachedTier]:
    mine = (ReachedTier.petition_id == petition.id, col(ReachedTier.done_at).is_(None))
    return list(tx.exec(select(ReachedTier).where(*mine).order_by(col(ReachedTier.needed), ReachedTier.tier)))


def _check_day(services: Services, to: To, day: date | None) -> None:
    today = services.day(services.clock())
    if to is To.SCHEDULED and (day is None or day < today):
        raise DomainError(422, N_("The day of a debate that is still to come is today or later."), code="answer.day")
    if to is To.HELD and (day is None or day > today):
        raise DomainError(422, N_("The day of a debate that was held is today or earlier."), code="answer.day")


def _changed() -> DomainError:
    return DomainError(
        409,
        N_("The petition has changed meanwhile, so that this can no longer be said of it. Nothing was published."),
        code="answer.state",
    )


KINDS: Final = {
    Kind.ANSWER: approvals.kind(
        "petitions.answer", Action.ANSWER_PETITION, title=N_("Answer a petition"), route=_ROUTE, carry_out=_publish
    ),
    Kind.DEBATE: approvals.kind(
        "petitions.debate",
        Action.ANSWER_PETITION,
        title=N_("Say whether a petition is debated"),
        route=_ROUTE,
        carry_out=_publish,
    ),
    Kind.UPDATE: approvals.kind(
        "petitions.update",
        Action.ANSWER_PETITION,
        title=N_("Tell what happened since with a petition"),
        route=_ROUTE,
        carry_out=_publish,
    ),
}
