"""What an observer reckons from a petition's rules is what the platform reckons."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_crypto.cli import petition_periods, petition_terms
from egov_crypto.petition import PetitionCount
from egov_participation.jurisdiction.calendars import WEEKDAYS, Calendar, Holiday, Words, calendar
from egov_participation.jurisdiction.periods import Period
from egov_participation.jurisdiction.petition_rules import RuleSet, Unreckonable
from egov_participation.jurisdiction.rule_files import PETITIONS

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
PRESETS = ("kz", "uk", "eu", "kr", "ru", "us")


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    name = Words(kk="х", ru="п", en="h")
    holidays = tuple(
        Holiday(
            day=f"{draw(DAYS):%m-%d}", name=name, carried=draw(st.booleans()), first_year=draw(st.integers(1, 2026))
        )
        for _ in range(draw(st.integers(0, 6)))
    )
    off, worked = (draw(st.sets(DAYS, max_size=8)) for _ in range(2))
    weekend = draw(st.sets(st.sampled_from(WEEKDAYS), max_size=3))
    return Calendar(weekend=tuple(weekend), holidays=holidays, off=tuple(off - worked), worked=tuple(worked))


@settings(max_examples=150, deadline=None)
@given(calendars(), DAYS, st.integers(1, 90), st.sampled_from(["calendar day", "working day", "month", "year"]))
def test_each_period_ends_on_the_same_day(rules: Calendar, start: dt.date, number: int, unit: str) -> None:
    text = str(Period.read(f"{min(number, 9) if unit == 'year' else number} {unit}s"))
    observed = petition_periods.Calendar(rules.model_dump(mode="json"))
    assert petition_periods.Period.parse(text).end(start, observed) == Period.read(text).end(start, rules)


def test_kazakhstans_days_are_the_same() -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(1500)]
    kept = calendar("kz")
    observed = petition_periods.Calendar(kept.model_dump(mode="json"))
    assert [observed.is_working(day) for day in days] == [kept.is_working(day) for day in days]


@pytest.mark.parametrize("code", PRESETS)
def test_each_presets_petitions_need_as_many(code: str) -> None:
    rules: RuleSet = PETITIONS.load(code, dt.date(2026, 11, 28))
    for territory in ("", *(place.code for place in rules.places())):
        if not territory and "country" not in rules.scopes:
            continue
        kept = rules.snapshot(territory)
        restored = RuleSet.restore(kept)
        try:
            tiers = [[tier.code, tier.needed, tier.at_most] for tier in restored.tiers(territory)]
        except Unreckonable:
            tiers = []
        raw = kept.encode()
        terms = petition_terms.PetitionTerms(raw, PetitionCount(rules=hashlib.sha256(raw).hexdigest()))
        assert {tier: [needed, at_most] for tier, needed, at_most in tiers} in terms.needed(territory)
