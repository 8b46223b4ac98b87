"""The rules of the way to the public, without a database."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_participation.jurisdiction.petition_rules import Gate, Names
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.petitions.models import State
from egov_participation.petitions.rules import gate, moderating, names, suggesting, writing
from egov_participation.petitions.rules.states import TRANSITIONS
from egov_participation.roles.agencies import AGENCIES

REGIONS = ("KZ-71", "KZ-75", "KZ-79", "KZ-10")


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Мектептегі тамақ тегін болсын", "education"),
        ("Қалада ауаның ластануын азайту", "ecology"),
        ("Понизить налоги для семей", "finance"),
        ("Больше автобусов вечером", "transport"),
        ("Let the clinic open on Saturdays", "healthcare"),
        ("Таза су керек", "water"),
    ],
)
def test_words_of_each_language_speak_for_an_agency(text: str, agency: str) -> None:
    assert suggesting.agencies([text])[0].code == agency


def test_a_short_word_speaks_only_if_it_is_the_whole_one() -> None:
    assert suggesting.agencies(["Суретті кітап", "Газета"]) == []


@pytest.mark.parametrize("text", ["Астанада автобус аз", "В Астане мало автобусов", "More buses in Astana"])
def test_a_place_is_known_by_its_name_with_an_ending(text: str) -> None:
    assert "KZ-71" in [one.code for one in suggesting.territories([text], TERRITORIES)]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_whatever_is_written_what_is_suggested_is_known_and_stands_in_the_text(texts: list[str]) -> None:
    known = suggesting.agencies(texts) + suggesting.territories(texts, TERRITORIES)
    assert {one.code for one in known} <= {*AGENCIES, *TERRITORIES}
    for one in known:
        assert all(any(word in text.casefold() for text in texts) for word in one.words)


def test_each_agency_has_words() -> None:
    assert set(suggesting.AGENCY_WORDS) == set(AGENCIES)


@given(
    st.lists(st.sampled_from(REGIONS), max_size=12),
    st.sampled_from(REGIONS),
    st.integers(1, 8),
    st.integers(1, 4),
)
def test_one_more_supporter_never_makes_too_few_of_enough(
    supporters: list[str], other: str, count: int, territories: int
) -> None:
    rules = Gate(count=max(count, territories), before_review=True, territories=territories)
    reached = gate.is_reached(rules, supporters)
    assert reached == (len(supporters) >= rules.count and len(set(supporters)) >= territories)
    assert not reached or gate.is_reached(rules, [*supporters, other])


@pytest.mark.parametrize("code", ["kz", "uk", "eu", "kr", "ru", "us"])
def test_the_way_of_each_jurisdiction_is_one_that_states_allow(code: str) -> None:
    rules = PETITIONS.load(code, date(2026, 1, 1) if code != "us" else date(2013, 6, 1))
    way = [State.DRAFT, gate.first_state(rules)]
    while way[-1] is not State.OPEN:
        after = gate.after_review(rules) if way[-1] is State.REVIEW else gate.after_gate(rules)
        way.append(after)
        assert len(way) < 6
    assert all(following in TRANSITIONS[before] for before, following in pairwise(way))


def test_a_check_list_is_whole_or_names_what_lacks() -> None:
    grounds = PETITIONS.load("kz", date(2026, 1, 1)).grounds
    checks = {ground.code: moderating.NOT_SO for ground in grounds}
    assert moderating.unchecked(grounds, checks) == []
    assert moderating.unchecked(grounds, checks | {"unclear": "perhaps"}) == ["unclear"]
    assert moderating.against(checks | {"unclear": moderating.SO}) == ["unclear"]


def test_names_as_the_rules_show_them() -> None:
    assert names.shown(Names.INITIAL, "Айгүл", "Серікова") == "Айгүл С."
    assert names.shown(Names.INITIAL, "Айгүл", "") == "Айгүл"
    assert names.shown(Names.FULL, "Айгүл", "Серікова") == "Айгүл Серікова"
    assert names.shown(Names.NONE, "Айгүл", "Серікова") == ""
    assert names.of_creator(Names.NONE, "Айгүл", "Серікова") == "Айгүл Серікова"


def test_a_language_is_unfinished_where_another_says_more() -> None:
    whole = {"title": "a", "ask": "b", "background": ""}
    assert writing.unfinished({"kk": whole, "ru": dict(whole)}) == []
    assert writing.unfinished({"kk": whole, "ru": whole | {"ask": ""}}) == ["ru"]
    assert writing.unfinished({"kk": whole, "ru": whole | {"background": "c"}}) == ["kk"]
