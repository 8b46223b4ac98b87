"""What is public of a petition as data: the objects of the API, the same in every file of open data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from egov_participation.i18n import DEFAULT_LANGUAGE, LANGUAGES
from egov_participation.jurisdiction.calendars import Words
from egov_participation.petitions.models.states import State
from egov_participation.petitions.rules.outcomes import Kind
from egov_participation.petitions.views import HappeningView, OutcomeView, PetitionView, TierView

Json = dict[str, Any]

PAGE: Final = 100
"""Petitions in an answer, unless fewer are asked for."""


def petition_as_json(petition: PetitionView) -> Json:
    """A petition. ``document`` with ``texts`` is what the log's commitment to the text is made of."""
    address = f"/petitions/{petition.reference}"
    page = f"/{DEFAULT_LANGUAGE}{address}"
    counts = petition.counts
    return {
        "reference": petition.reference,
        "title": {text.lang: text.title for text in petition.texts},
        "state": petition.state.value,
        "addressee": petition.addressee,
        "territory": petition.territory,
        "jurisdiction": petition.jurisdiction,
        "creator": petition.creator_name or None,
        "opened_at": moment(petition.opened_at),
        "closes_at": moment(petition.closes_at),
        "state_at": moment(petition.state_at),
        "count_provisional": counts.electronic,
        "count_verified": counts.verified,
        "checkpoint_size": counts.checkpoint_size,
        "paper": counts.paper,
        "paper_verified": counts.verified_paper,
        "total": counts.total,
        "counted_at": moment(counts.counted_at),
        "thresholds": [_tier(tier) for tier in petition.tiers],
        "answer_state": petition.answer_state.value,
        "answer_due_on": None if petition.answer_due_on is None else petition.answer_due_on.isoformat(),
        "answer": _outcome(petition.outcome(Kind.ANSWER)),
        "debate_state": petition.debate_state.value,
        "debate": _outcome(petition.outcome(Kind.DEBATE)),
        "rejection": _rejection(petition),
        "merged_into": petition.merged_into,
        "by_region": [
            {"territory": region.code, "count": region.electronic, "verified": region.electronic, "paper": region.paper}
            for region in petition.regions
        ],
        "texts": {
            text.lang: {"title": text.title, "ask": text.ask, "background": text.background} for text in petition.texts
        },
        "document": {"salt": petition.salt, "hash": petition.document_hash} if petition.document_hash else None,
        "rules": {"name": words(petition.rules_name), "sha256": petition.rules_hash},
        "url": page,
        "links": {
            "self": f"/api/v1{address}",
            "rules": f"/api/v1{address}/rules",
            "verify": f"{page}/verify",
            "by_region": f"{address}/by-region.csv",
            "by_day": f"{address}/by-day.csv",
            "feed": f"{page}/feed.atom",
            "badge": f"{page}/badge.svg",
        },
    }


def whole_as_json(petition: PetitionView) -> Json:
    """The same with all that its page shows: days, what happened, and all that was said of it."""
    return petition_as_json(petition) | {
        "by_day": [{"day": day.day.isoformat(), "count": day.electronic, "paper": day.paper} for day in petition.days],
        "timeline": [_happening(one) for one in petition.timeline],
        "outcomes": [_outcome(one) for one in reversed(petition.outcomes)],
    }


def moment(value: datetime | None) -> str | None:
    """RFC 3339, UTC, to the second."""
    return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def words(value: Words | None) -> dict[str, str] | None:
    """By language."""
    return None if value is None else {lang: value.get(lang) for lang in LANGUAGES}


def _rejection(petition: PetitionView) -> Json | None:
    if petition.state is not State.REJECTED:
        return None
    return {"ground": words(petition.ground), "reason": petition.reason}


def _tier(tier: TierView) -> Json:
    return {
        "code": tier.code,
        "count": tier.needed,
        "at_most": tier.at_most,
        "action": tier.action,
        "reached_at": moment(tier.reached_at),
        "answer_due_on": None if tier.answer_due_on is None else tier.answer_due_on.isoformat(),
        "done_at": moment(tier.done_at),
    }


def _happening(one: HappeningView) -> Json:
    return {
        "at": moment(one.at),
        "kind": one.kind,
        "by": one.by or None,
        "details": dict(one.details),
        "reason": one.reason,
        "salt": one.salt,
    }


def _outcome(one: OutcomeView | None) -> Json | None:
    if one is None:
        return None
    return {
        "at": moment(one.at),
        "agency_name": words(one.agency),
        "document": {"salt": one.salt, "hash": one.document_hash},
        **one.content.members(),
    }
