"""How rows become what is shown: one query a table for any number of petitions, and none over signatures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from egov_participation.jurisdiction.calendars import Words
from egov_participation.jurisdiction.petition_rules import RuleSet, Tier, Unreckonable
from egov_participation.jurisdiction.territories import country
from egov_participation.petitions.models import (
    Answer,
    Debate,
    Happening,
    Outcome,
    Petition,
    PetitionCount,
    PetitionDay,
    PetitionRegion,
    PetitionText,
    ReachedTier,
    State,
    Wording,
)
from egov_participation.petitions.rules.outcomes import Content
from egov_participation.petitions.service import ruling
from egov_participation.petitions.service.document import rules_hash
from egov_participation.petitions.views import (
    ChangeView,
    Counts,
    DayView,
    HappeningView,
    OutcomeView,
    PetitionView,
    RegionView,
    TextView,
    TierView,
)
from egov_participation.roles.agencies import AGENCIES, Agency

Row = TypeVar("Row", bound=SQLModel)


def views(
    session: Session, petitions: Sequence[Petition], *, whole: bool = True, days: bool = True
) -> list[PetitionView]:
    """Petitions as anybody may see them, in the given order.

    Args:
        whole: with regions, days and timeline; a list does without.
        days: without them the days alone are left out.
    """
    ids = [petition.id for petition in petitions if petition.id is not None]
    texts = _by_petition(session, PetitionText, ids)
    reached = _by_petition(session, ReachedTier, ids)
    counts = {row.petition_id: row for row in _rows(session, PetitionCount, ids)}
    regions = _by_petition(session, PetitionRegion, ids) if whole else {}
    by_day = _by_petition(session, PetitionDay, ids) if whole and days else {}
    happenings = _by_petition(session, Happening, ids) if whole else {}
    outcomes = _by_petition(session, Outcome, ids)
    wordings = _by_petition(session, Wording, ids) if whole else {}
    into = {petition.merged_into for petition in petitions if petition.merged_into is not None}
    merged: dict[int | None, str | None] = {}
    if into:
        merged = dict(session.exec(select(Petition.id, Petition.reference).where(col(Petition.id).in_(into))).all())
    return [
        _view(
            petition,
            texts.get(petition.id, []),
            reached.get(petition.id, []),
            counts.get(petition.id or 0),
            regions.get(petition.id, []),
            by_day.get(petition.id, []),
            happenings.get(petition.id, []),
            outcomes.get(petition.id, []),
            wordings.get(petition.id, []),
            merged.get(petition.merged_into),
        )
        for petition in petitions
    ]


def _rows(session: Session, model: type[Row], ids: Sequence[int]) -> Sequence[Row]:
    column: Any = model.petition_id  # type: ignore[attr-defined]
    return session.exec(select(model).where(col(column).in_(ids))).all()


def _by_petition(session: Session, model: type[Row], ids: Sequence[int]) -> dict[int | None, list[Row]]:
    found: dict[int | None, list[Row]] = defaultdict(list)
    for row in _rows(session, model, ids):
        found[row.petition_id].append(row)  # type: ignore[attr-defined]
    return found


def _view(
    petition: Petition,
    texts: list[PetitionText],
    reached: list[ReachedTier],
    count: PetitionCount | None,
    regions: list[PetitionRegion],
    days: list[PetitionDay],
    happenings: list[Happening],
    outcomes: list[Outcome],
    wordings: list[Wording],
    into: str | None,
) -> PetitionView:
    assert petition.id is not None
    assert petition.reference is not None
    rules = ruling.restored(petition.rules)
    shown = [] if petition.text_hidden else sorted(texts, key=lambda text: (text.lang != petition.language, text.lang))
    return PetitionView(
        id=petition.id,
        reference=petition.reference,
        jurisdiction=petition.jurisdiction,
        texts=tuple(TextView(text.lang, text.title, text.ask, text.background) for text in shown),
        territory=petition.territory,
        territory_name=territory_name(rules, petition.territory),
        addressee=petition.addressee,
        addressee_name=addressee_name(rules, petition.addressee),
        answering_name=addressee_name(rules, petition.answered_by or petition.addressee),
        creator_name="" if petition.text_hidden else petition.creator_name,
        state=State(petition.state),
        answer_state=Answer(petition.answer_state),
        debate_state=Debate(petition.debate_state),
        state_at=petition.state_at,
        opened_at=petition.opened_at,
        closes_at=petition.closes_at,
        answer_due_on=petition.answer_due_on,
        ground=next((ground.text for ground in rules.grounds if ground.code == petition.ground), None),
        merged_into=into,
        salt=None if petition.text_hidden or petition.salt is None else petition.salt.hex(),
        document_hash=petition.document_hash,
        rules=petition.rules,
        rules_hash=rules_hash(petition),
        rules_name=rules.name,
        paper=rules.paper,
        counts=_counts(count),
        generated=petition.generated,
        tiers=tuple(_tiers(rules, petition.territory, reached)),
        regions=tuple(
            RegionView(row.region, row.verified, row.verified_paper)
            for row in sorted(regions, key=lambda row: (-row.verified - row.verified_paper, row.region))
            if row.verified or row.verified_paper
        ),
        days=tuple(
            DayView(row.day, row.verified, row.verified_paper)
            for row in sorted(days, key=lambda row: row.day)
            if row.verified or row.verified_paper
        ),
        timeline=tuple(
            happening(row) for row in sorted(happenings, key=lambda row: (row.at, row.id or 0)) if row.public
        ),
        outcomes=tuple(
            OutcomeView(
                row.id or 0,
                row.at,
                Content.of(json.loads(row.content)),
                addressee_name(rules, row.agency),
                row.salt.hex(),
                row.document_hash,
            )
            for row in sorted(outcomes, key=lambda row: (row.at, row.id or 0), reverse=True)
        ),
        changes=tuple(
            _change(row)
            for row in sorted(wordings, key=lambda row: row.id or 0)
            if row.state == "accepted" and not petition.text_hidden
        ),
    )


def happening(row: Happening) -> HappeningView:
    """Something that happened, with what makes the commitment to its reason."""
    salt = row.salt.hex() if row.salt is not None and row.reason is not None else None
    return HappeningView(row.id or 0, row.at, row.kind, row.by, json.loads(row.details), row.reason, salt)


def _change(row: Wording) -> ChangeView:
    before, after = json.loads(row.before), json.loads(row.after)
    pairs = [
        (lang, str(before.get(lang, {}).get(field, "")), str(words[field]))
        for lang, words in after.items()
        for field in words
    ]
    changed = [(lang, "" if row.withheld else was, now) for lang, was, now in pairs if was != now]
    return ChangeView(row.decided_at or row.at, tuple(changed), row.reason, row.withheld)


def _counts(row: PetitionCount | None) -> Counts:
    if row is None:
        return Counts()
    return Counts(row.electronic, row.paper, row.verified, row.verified_paper, row.checkpoint_size, row.counted_at)


def _tiers(rules: RuleSet, territory: str, reached: list[ReachedTier]) -> list[TierView]:
    rows = {row.tier: row for row in reached}
    try:
        tiers = rules.tiers(territory)
    except Unreckonable:  # nothing can be said of how many are needed
        return []
    return [_tier(rules, tier, rows.get(tier.code)) for tier in tiers]


def _tier(rules: RuleSet, tier: Tier, row: ReachedTier | None) -> TierView:
    return TierView(
        code=tier.code,
        needed=tier.needed if row is None else row.needed,
        action=tier.action.value,
        does=tier.does,
        addressee=rules.bodies[tier.addressee],
        reached_at=None if row is None else row.reached_at,
        answer_due_on=None if row is None else row.answer_due_on,
        done_at=None if row is None else row.done_at,
        at_most=tier.at_most,
        territories=tier.per_territory[0] if tier.per_territory else 0,
    )


def addressee_name(rules: RuleSet, code: str) -> Words:
    """What a body of the rules, or a ministry, is called."""
    if code in rules.bodies:
        return rules.bodies[code]
    agency = AGENCIES.get(code, Agency(code, code, code))
    return Words(kk=agency.kk, ru=agency.ru, en=agency.en)


def territory_name(rules: RuleSet, code: str) -> Words | None:
    """What a territory of the rules' country is called; None of the whole country."""
    if not code:
        return None
    found = country(rules.territories).territories.get(code) if rules.territories else None
    return Words(kk=code, ru=code, en=code) if found is None else Words(kk=found.kk, ru=found.ru, en=found.en)
