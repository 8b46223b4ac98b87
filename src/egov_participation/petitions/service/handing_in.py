"""Handing in: the draft gets its number and its rules, and begins on its way to the public."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction.periods import Period, Unit
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.rules import eligible, gate, writing
from egov_participation.petitions.service import answering, choices, drafts, letters, lifecycle, ruling
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

OWN_TERM: Final = Period(10, Unit.WORKING_DAYS)
"""For a review, where the rules set none."""


def check_person(services: Services, session: Session, acting: SessionInfo, rules: RuleSet, territory: str) -> str:
    """Refuse whoever could not sign such a petition; the region where they live.

    Raises:
        DomainError: see `eligible.check`.
    """
    person = services.registry.get(session, acting.person_id)
    eligible.check(
        rules,
        territory,
        assurance=acting.assurance,
        age=None if person is None else person.age_on(services.day(services.clock())),
        lives_in=("", "") if person is None else (person.territory, person.district),
    )
    return "" if person is None else person.territory


def hand_in(services: Services, tx: UnitOfWork, acting: SessionInfo, key: str) -> Petition:
    """Hand a draft in, as it stands.

    Raises:
        DomainError: 404 ``petition.unknown``; 422 ``draft.incomplete``; 429 ``petition.too_many``; 403 of
            `eligible.check`.
    """
    now, today = services.clock(), services.day(services.clock())
    throttle(services.settings.keys_dir).take(tx, writing.HANDED_IN_A_DAY, acting.person_id, now)
    draft = drafts.locked(tx, key, acting.person_id)
    rules = ruling.current(services)
    texts = drafts.by_language(tx.session, draft)
    fits = draft.addressee in {code for code, _ in choices.addressees(rules, draft.territory, draft.language)}
    if writing.missing(draft.addressee, texts, draft.language) or writing.unfinished(texts) or not fits:
        raise DomainError(422, N_("Something is still missing. It is named below."), code="draft.incomplete")
    check_person(services, tx.session, acting, rules, draft.territory)
    tx.lock("petition numbers")
    last = tx.exec(select(func.max(Petition.number)).where(col(Petition.year) == today.year)).one()
    draft.year, draft.number = today.year, (last or 0) + 1
    draft.reference = f"P-{draft.year}-{draft.number:04}"
    draft.jurisdiction, draft.rules = rules.code, rules.snapshot(draft.territory)
    draft.answered_by = answering.agency_of(services, draft.addressee)
    tx.flush()
    if gate.first_state(rules) is State.COLLECTING:
        begin_gate(services, tx, draft, now, by="creator")
    else:
        begin_review(services, tx, draft, now, by="creator")
    return draft


def begin_review(
    services: Services, tx: UnitOfWork, petition: Petition, now: datetime, *, by: str = "", actor: str | None = None,
    reason: str | None = None, quietly: bool = False, back: bool = False,
) -> None:  # fmt: skip
    """Put a petition before the moderators, and tell its creator until when they have.

    Args:
        by, actor, reason, back: as of `lifecycle.change`.
        quietly: the creator is told in another mail.
    """
    rules = ruling.of(petition, services)
    lifecycle.change(tx, petition, State.REVIEW, now, by=by, actor=actor, reason=reason, back=back)
    petition.due_on = (rules.review.due or OWN_TERM).end(services.day(now), rules.calendar)
    if not quietly:
        letters.tell_creator(tx, services, petition, letters.HANDED_IN, due=petition.due_on)
    tx.flush()


def begin_gate(
    services: Services, tx: UnitOfWork, petition: Petition, now: datetime, *, by: str = "", actor: str | None = None
) -> None:
    """Let a petition collect supporters under a secret link, which its creator is told of."""
    rules = ruling.of(petition, services)
    assert rules.gate is not None
    petition.gate_token = petition.gate_token or secrets.token_urlsafe(16)
    lifecycle.change(tx, petition, State.COLLECTING, now, by=by, actor=actor)
    period = rules.gate.period
    petition.due_on = None if period is None else period.end(services.day(now), rules.calendar)
    if petition.due_on is None:
        letters.tell_creator(tx, services, petition, letters.SUPPORTERS_WANTED_AT_ANY_TIME, count=rules.gate.count)
    else:
        letters.tell_creator(
            tx, services, petition, letters.SUPPORTERS_WANTED, count=rules.gate.count, due=petition.due_on
        )
    tx.flush()
