"""Thresholds that are reached: noticed by the round that counts, and what they start.

Reached once, a threshold stays reached, however many take their signatures back: the clock that it started is public.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from egov_participation.database import UnitOfWork
from egov_participation.jurisdiction.petition_rules import Action, Tier, Unreckonable
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Answer, Debate, Petition, PetitionRegion, ReachedTier, State
from egov_participation.petitions.rules.outcomes import ANSWERABLE
from egov_participation.petitions.rules.states import DEBATES
from egov_participation.petitions.service import answer_letters, answering, ruling
from egov_participation.petitions.service.lifecycle import happened
from egov_participation.services import Services


def notice(tx: UnitOfWork, services: Services, petition: Petition, count: int) -> list[str]:
    """Notice which thresholds a petition has reached, in the transaction that counts: each once, whoever counts.

    With a threshold its public clock starts, which the log and the timeline tell; the addressee's officials and the
    creator get a mail.

    Args:
        count: all signatures that count at this moment, those on paper too.

    Returns:
        The codes of those that are new.
    """
    if State(petition.state) not in ANSWERABLE or not petition.rules:
        return []
    try:
        tiers = [tier for tier in ruling.tiers(petition.rules, petition.territory) if tier.needed <= count]
    except Unreckonable:  # too little is known of the territory to say how many are needed
        return []
    if not tiers:
        return []
    reached = set(tx.exec(select(ReachedTier.tier).where(ReachedTier.petition_id == petition.id)))
    open_ = [tier for tier in tiers if tier.code not in reached]
    new = [tier for tier in open_ if tier.is_reached(count, _regions(tx, petition, tier))]
    return [tier.code for tier in new if _reach(tx, services, petition, tier, count)]


def _regions(tx: UnitOfWork, petition: Petition, tier: Tier) -> dict[str, int]:
    """Signatures in the territories in which the threshold asks for a minimum."""
    if tier.per_territory is None:
        return {}
    of_petition = select(PetitionRegion).where(
        PetitionRegion.petition_id == petition.id, col(PetitionRegion.region).in_(tier.per_territory[1])
    )
    return {row.region: row.electronic + row.paper for row in tx.exec(of_petition)}


def _reach(tx: UnitOfWork, services: Services, petition: Petition, tier: Tier, count: int) -> bool:
    now = services.clock()
    due = None
    if tier.answer_due is not None:
        due = tier.answer_due.end(services.day(now), ruling.restored(petition.rules).calendar)
    new = tx.add_if_new(
        ReachedTier,
        petition_id=petition.id,
        tier=tier.code,
        action=tier.action.value,
        needed=tier.needed,
        count=count,
        reached_at=now,
        answer_due_on=due,
    )
    if not new:
        return False
    # No key of it changes, so those who sign at this moment need not wait.
    tx.session.refresh(petition, with_for_update={"key_share": True})
    _await(services, tx, petition, tier, now)
    answering.start_clock(tx, petition)
    details: dict[str, str | int] = {
        "tier": tier.code,
        "needed": tier.needed,
        "count": count,
        "due": due.isoformat() if due else "",
    }
    happened(tx, petition, "threshold", now, details=details)
    ledger.enter(
        tx,
        {
            "type": "petition.threshold",
            "version": 1,
            "petition": petition.reference,
            "at": ledger.time(now),
            "tier": tier.code,
            "needed": tier.needed,
            "count": count,
        },
    )
    answer_letters.tell_of_threshold(tx, services, petition, tier, due)
    return True


def _await(services: Services, tx: UnitOfWork, petition: Petition, tier: Tier, now: datetime) -> None:
    petition.answered_by = petition.answered_by or answering.agency_of(services, petition.addressee)
    if tier.action is Action.ANSWER:
        petition.answer_state = Answer.AWAITED.value
    elif Debate.AWAITED in DEBATES[Debate(petition.debate_state)]:
        petition.debate_state = Debate.AWAITED.value
    else:
        # Whether it is debated was said before anybody had to.
        row = tx.get(ReachedTier, (petition.id, tier.code))
        assert row is not None
        row.done_at = now
    tx.add(petition)
    tx.flush()
