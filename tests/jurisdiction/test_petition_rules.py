"""What the law of Kazakhstan asks for, reckoned from its file; snapshots; what no rule set may say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_participation.jurisdiction.calendars import Calendar
from egov_participation.jurisdiction.periods import Period
from egov_participation.jurisdiction.petition_rules import Action, RuleSet, Scope, Unreckonable
from egov_participation.jurisdiction.rule_files import PETITIONS, RuleError

TODAY = dt.date(2026, 11, 28)
KZ = PETITIONS.load("kz", TODAY)
SEMEY, MAKANSHY, ALMATY, CITY_DISTRICT = "101000000", "10-makanshy", "KZ-75", "751110000"


def needed(territory: str, **people: int) -> dict[str, int]:
    return {tier.code: tier.needed for tier in KZ.tiers(territory, {territory: people["of"]} if people else None)}


def test_fifty_thousand_signatures_oblige_the_government_to_answer_in_forty_working_days() -> None:
    (tier,) = KZ.tiers("")
    assert (tier.needed, tier.action, tier.addressee) == (50_000, Action.ANSWER, "government")
    assert str(tier.answer_due) == "40 working days"
    assert not tier.at_most


def test_a_regions_akimat_answers_one_per_cent_and_its_maslikhat_two() -> None:
    assert needed("KZ-10", of=608_000) == {"region-akimat": 6_080, "region-maslikhat": 12_160}
    assert needed(ALMATY, of=2_228_001) == {"region-akimat": 22_281, "region-maslikhat": 44_561}


@pytest.mark.parametrize(
    ("people", "akimat", "maslikhat"),
    [(328_782, 2_500, 5_000), (50_001, 2_500, 5_000), (50_000, 2_500, 5_000), (49_999, 2_500, 5_000), (101, 6, 11)],
)
def test_a_districts_thresholds_go_by_its_population(people: int, akimat: int, maslikhat: int) -> None:
    assert needed(SEMEY, of=people) == {"district-akimat": akimat, "district-maslikhat": maslikhat}


def test_a_district_of_unknown_population_needs_what_the_bands_can_ask_for_at_most() -> None:
    akimat, maslikhat = KZ.tiers(MAKANSHY)
    assert (akimat.needed, maslikhat.needed) == (2_500, 5_000)
    assert akimat.at_most
    assert akimat.population is None


def test_a_percentage_of_an_unknown_population_is_reckoned_by_nobody() -> None:
    with pytest.raises(Unreckonable, match="not known") as caught:
        KZ.tiers(ALMATY, {})
    assert caught.value.code == "petition.population-unknown"


@pytest.mark.parametrize(
    ("territory", "code"), [("KZ-99", "petition.no-territory"), (CITY_DISTRICT, "petition.not-of-this")]
)
def test_there_is_no_petition_of_a_territory_that_is_none(territory: str, code: str) -> None:
    with pytest.raises(Unreckonable) as caught:
        KZ.scope(territory)
    assert caught.value.code == code


def test_scopes_go_by_the_kind_of_territory() -> None:
    assert [KZ.scope(code) for code in ("", "KZ-10", ALMATY, SEMEY)] == [
        Scope.COUNTRY,
        Scope.REGION,
        Scope.REGION,
        Scope.DISTRICT,
    ]


def test_a_snapshot_gives_the_same_rules_again_and_the_same_text() -> None:
    kept = RuleSet.restore(KZ.snapshot(SEMEY))
    assert kept.model_copy(update={"residents": None}) == KZ
    assert kept.snapshot(SEMEY) == KZ.snapshot(SEMEY)
    assert kept.tiers(SEMEY) == KZ.tiers(SEMEY)


def test_a_snapshot_reckons_with_the_population_of_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, before = KZ.snapshot(SEMEY), KZ.tiers(SEMEY)
    unknown = RuleSet.restore(KZ.snapshot(MAKANSHY)).tiers(MAKANSHY)
    twice = {code: 2 * people for code, people in KZ.populations().items()} | {MAKANSHY: 90_000}
    monkeypatch.setattr(RuleSet, "populations", lambda _: twice)  # a release with another table
    assert KZ.tiers(SEMEY) != before
    assert RuleSet.restore(kept).tiers(SEMEY) == before
    assert RuleSet.restore(kept).snapshot(SEMEY) == kept
    assert KZ.tiers(MAKANSHY) != unknown
    assert unknown[0].at_most


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"code":"kz"}'])
def test_what_is_no_snapshot_is_not_restored(text: str) -> None:
    with pytest.raises(ValueError, match="no snapshot"):
        RuleSet.restore(text)


def test_rules_are_those_in_force_on_the_day() -> None:
    assert PETITIONS.load("kz", dt.date(2024, 4, 4)).in_force == dt.date(2024, 4, 4)
    with pytest.raises(RuleError, match="no rules were in force on 2024-04-03"):
        PETITIONS.load("kz", dt.date(2024, 4, 3))


@pytest.mark.parametrize("code", ["xx", "../kz", "KZ", "", "a" * 100, "kz\n"])
def test_rules_that_are_not_there_are_said_to_be_missing(code: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"there are no such rules|is no code"):
        PETITIONS.load(code, TODAY, tmp_path)


def test_a_folder_of_ones_own_wins_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    own = tmp_path / "kz.toml"
    text = PETITIONS.presets()["kz"].read_text("utf-8")
    assert PETITIONS.load("kz", TODAY, tmp_path) == KZ
    for count in (7, 8):
        own.write_text(text.replace("count = 50", f"count = {count}"))
        gate = PETITIONS.load("kz", TODAY, tmp_path).gate
        assert gate is not None
        assert gate.count == count


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("30 calendar days", "2026-02-01", "2026-03-03"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("1 month", "2024-01-31", "2024-02-29"),
        ("6 months", "2026-08-31", "2027-02-28"),
        ("1 year", "2024-02-29", "2025-02-28"),
        ("10 working days", "2026-03-05", "2026-03-20"),
        ("10 working days", "2026-03-06", "2026-03-26"),
    ],
)
def test_a_period_ends_on_its_last_day(period: str, start: str, end: str) -> None:
    assert Period.read(period).end(dt.date.fromisoformat(start), KZ.calendar) == dt.date.fromisoformat(end)


@pytest.mark.parametrize("text", ["", "0 months", "40", "40 days", "11 years", "6  months", "-1 month", "6 Months", 6])
def test_what_is_no_period_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"is no period|longer than ten years"):
        Period.read(text)


@given(
    st.integers(1, 120),
    st.sampled_from(["calendar days", "working days", "months"]),
    st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
)
def test_a_period_is_written_as_it_is_read_and_a_longer_one_ends_no_earlier(n: int, unit: str, start: dt.date) -> None:
    period = Period.read(f"{n} {unit}")
    assert Period.read(str(period)) == period
    longer = Period.read(f"{n + 1} {unit}") if n < 120 else period
    assert start < period.end(start, Calendar()) <= longer.end(start, Calendar())
