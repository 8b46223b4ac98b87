"""The rule sets of the package, each with what its system is known for, and the demonstration's."""

from __future__ import annotations

import datetime as dt

import pytest

from egov_participation.demo.cli import RULES
from egov_participation.jurisdiction import telling
from egov_participation.jurisdiction.petition_rules import Action, RuleSet, Scope, Way
from egov_participation.jurisdiction.rule_files import PETITIONS

TODAY = dt.date(2026, 11, 28)


def of(code: str, on: dt.date = TODAY) -> RuleSet:
    return PETITIONS.load(code, on)


def test_there_are_six_presets_and_each_version_is_said_whole_in_every_language() -> None:
    assert list(PETITIONS.presets()) == ["eu", "kr", "kz", "ru", "uk", "us"]
    for code in PETITIONS.presets():
        for rules in PETITIONS.all_versions(code):
            assert RuleSet.restore(rules.snapshot()).model_copy(update={"residents": None}) == rules
            for lang in ("kk", "ru", "en"):
                for part in telling.parts(rules, lang):
                    assert part.title
                    assert all(part.sentences)


@pytest.mark.parametrize(
    ("code", "tiers", "collecting", "review"),
    [
        ("kz", [("government", 50_000, "40 working days")], "6 months", "20 working days"),
        ("uk", [("reply", 10_000, "None"), ("debate", 100_000, "None")], "6 months", "None"),
        ("eu", [("commission", 1_000_000, "6 months")], "12 months", "2 months"),
        ("kr", [("committee", 50_000, "90 calendar days")], "30 calendar days", "7 calendar days"),
        ("ru", [("federal", 100_000, "2 months")], "1 year", "2 months"),
        ("us", [("response", 100_000, "60 calendar days")], "30 calendar days", "None"),
    ],
)
def test_each_has_the_thresholds_and_times_of_its_system(
    code: str, tiers: list[tuple[str, int, str]], collecting: str, review: str
) -> None:
    rules = of(code)
    assert [(tier.code, tier.needed, str(tier.answer_due)) for tier in rules.tiers("")] == tiers
    assert (str(rules.collecting), str(rules.review.due)) == (collecting, review)


@pytest.mark.parametrize(
    ("code", "count", "period", "before_review"),
    [
        ("kz", 50, "10 working days", False),
        ("uk", 5, "None", True),
        ("eu", 7, "None", True),
        ("kr", 100, "30 calendar days", True),
        ("us", 150, "30 calendar days", True),
    ],
)
def test_a_petition_becomes_public_as_its_system_has_it(
    code: str, count: int, period: str, before_review: bool
) -> None:
    gate = of(code).gate
    assert gate is not None
    assert (gate.count, str(gate.period), gate.before_review) == (count, period, before_review)
    assert of("ru").gate is None


def test_in_the_uk_a_hundred_thousand_signatures_are_about_a_debate() -> None:
    assert [tier.action for tier in of("uk").tiers("")] == [Action.ANSWER, Action.DEBATE]


@pytest.mark.parametrize(("on", "members", "germany"), [(dt.date(2024, 7, 15), 705, 67_680), (TODAY, 720, 69_120)])
def test_the_minimums_of_eu_states_are_their_members_times_all_members(on: dt.date, members: int, germany: int) -> None:
    (tier,) = of("eu", on).tiers("")
    assert tier.per_territory is not None
    states, minimum = tier.per_territory
    assert (states, len(minimum), minimum["DE"]) == (7, 27, germany)
    assert sum(minimum.values()) == members * members


def test_a_million_signatures_of_six_states_do_not_reach_the_commission() -> None:
    (tier,) = of("eu").tiers("")
    six = dict.fromkeys(("DE", "FR", "IT", "ES", "PL", "RO"), 200_000)
    assert not tier.is_reached(1_200_000, six)
    assert tier.is_reached(1_200_000, six | {"MT": 4_320})
    assert not tier.is_reached(1_200_000, six | {"MT": 4_319})
    assert not tier.is_reached(999_999, six | {"MT": 4_320})


def test_earlier_versions_hold_for_their_time() -> None:
    assert of("us", dt.date(2012, 6, 1)).tiers("")[0].needed == 25_000
    assert of("kr", dt.date(2020, 6, 1)).tiers("")[0].needed == 100_000


def test_the_demonstration_takes_a_mailed_code_and_says_that_it_is_the_demonstrations() -> None:
    rules = PETITIONS.load("kz", TODAY, RULES)
    assert PETITIONS.read(RULES / "kz.toml")[-1] == rules
    assert Way.CODE in rules.identity.ways
    assert rules.identity.level == 1
    assert rules.gate is not None
    assert rules.gate.count == 3
    assert rules.identity.stands_for is not None
    assert "demonstration" in rules.identity.stands_for.en
    same = {"identity", "gate"}
    assert rules.model_dump(exclude=same) == of("kz").model_dump(exclude=same)


@pytest.mark.parametrize("code", ["kz", "eu", "kr"])
def test_what_stands_in_for_the_laws_signature_is_said(code: str) -> None:
    rules = of(code)
    assert rules.identity.stands_for is not None
    assert rules.identity.stands_for.en in telling.parts(rules, "en")[0].sentences


def test_a_threshold_in_words() -> None:
    def said(territory: str, lang: str = "en") -> list[str]:
        return [telling.threshold(tier, lang) for tier in of("kz").tiers(territory)]

    assert said("") == ["50,000 signatures: the Government answers within 40 working days."]
    assert said("", "ru") == ["50\u00a0000 подписей: Правительство отвечает в течение 40 рабочих дней."]
    assert said("", "kk") == ["50\u00a0000 қол: 40 жұмыс күні ішінде Үкімет жауап береді."]
    assert said("10-makanshy")[0].endswith(
        "The number of residents is not known here: this is the most that the rules can ask for."
    )


def test_a_threshold_is_reached_by_the_last_signature_that_it_asks_for() -> None:
    (tier,) = of("kz").tiers("")
    assert not tier.is_reached(49_999, {})
    assert tier.is_reached(50_000, {})


def test_every_district_of_kazakhstan_can_have_petitions_and_its_cities_districts_cannot() -> None:
    rules = of("kz")
    country = rules._country()
    for code, one in country.territories.items():
        if one.kind.value == "city-district":
            continue
        assert [tier.needed for tier in rules.tiers(code)] == sorted(tier.needed for tier in rules.tiers(code))
        assert rules.scope(code) is (Scope.REGION if one.is_region else Scope.DISTRICT)
