"""The turnout by region: what it says, what it hides, and that nobody learns more by asking again."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls
from tests.voting.making import make_people

from egov_crypto import credential as credentials
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Voter
from egov_participation.registrar.rules import Group, merged
from egov_participation.services import Services


def test_groups_of_ten_stand_alone() -> None:
    assert merged({"b": 20, "a": 12}, {"a": 10, "b": 11}) == [Group(("a",), 12, 10), Group(("b",), 20, 11)]


def test_a_small_group_is_never_to_be_found_from_the_others_and_the_total() -> None:
    assert merged({"a": 20, "b": 20, "c": 20}, {"a": 9, "b": 15, "c": 12}) == [
        Group(("b",), 20, 15),
        Group(("a", "c"), 40, 21),
    ]


def test_groups_that_are_small_together_too_take_another_one_in() -> None:
    assert merged({"a": 20, "b": 20, "c": 20}, {"a": 4, "b": 5, "c": 12}) == [Group(("a", "b", "c"), 60, 21)]


def test_where_nobody_voted_is_not_told() -> None:
    assert merged({"a": 20, "b": 20, "c": 30}, {"b": 15, "c": 30}) == [Group(("c",), 30, 30), Group(("a", "b"), 40, 15)]


@pytest.mark.hypothesis
@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 40), min_size=1))
def test_whatever_the_groups_are_no_small_one_stands_alone_and_the_sums_are_right(voted: dict[str, int]) -> None:
    registered = {region: count + 3 for region, count in voted.items()}
    groups = merged(registered, voted)
    assert sum(group.voted for group in groups) == sum(voted.values())
    assert sum(group.registered for group in groups) == sum(registered.values())
    assert sorted(region for group in groups for region in group.regions) == sorted(voted)
    for group in groups:
        if group.voted < 10:
            assert len(groups) == 1
        if min(voted[region] for region in group.regions) < 10 and len(voted) > 1:
            assert len(group.regions) > 1


def refusal_of(rolls: Rolls, voted: list[str], uuid: str = UUID) -> str:
    with pytest.raises(DomainError) as refused:
        rolls.registrar.turnout(uuid, voted)
    return refused.value.code


@pytest.fixture
def publics(rolls: Rolls, services: Services) -> list[str]:
    """Public credentials of 12 in one region, 11 in another and 3 in a third, in that order."""
    regions = ["KZ-75"] * 12 + ["KZ-71"] * 11 + ["KZ-61"] * 3
    _, people = make_people(services, len(regions))
    voters = [Voter(person, territory=region) for person, region in zip(people, regions, strict=True)]
    rolls.active(voters)
    book = CredentialBook(services)
    return [credentials.public(UUID, book.credential(UUID, voter.person_id)).text for voter in voters]


def test_it_is_signed_and_says_who_are_counted_together(rolls: Rolls, publics: list[str], clock: ManualClock) -> None:
    clock.advance(hours=8)
    voted = publics[:11] + publics[12:]
    raw = rolls.registrar.turnout(UUID, voted)
    said = statements.verify(raw, rolls.registrar.key, type="egov-turnout")
    assert (said["registered"], said["voted"]) == (26, 25)
    assert said["groups"] == [
        {"regions": ["KZ-61", "KZ-71"], "registered": 14, "voted": 14},
        {"regions": ["KZ-75"], "registered": 12, "voted": 11},
    ] or said["groups"] == [
        {"regions": ["KZ-75"], "registered": 12, "voted": 11},
        {"regions": ["KZ-61", "KZ-71"], "registered": 14, "voted": 14},
    ]
    assert said["list"] == hashlib.sha256(statements.canonical(sorted(voted))).hexdigest()


def test_the_same_list_again_has_the_same_answer_and_another_one_none(
    rolls: Rolls, publics: list[str], clock: ManualClock
) -> None:
    clock.advance(hours=8)
    raw = rolls.registrar.turnout(UUID, publics[:20])
    clock.advance(hours=1)
    assert rolls.registrar.turnout(UUID, list(reversed(publics[:20]))) == raw
    for other in (publics[:19], publics[:21], []):  # the difference of two answers would tell one voter's region
        assert refusal_of(rolls, other) == "turnout.other_list"


def test_before_closing_there_is_none(rolls: Rolls, publics: list[str]) -> None:
    assert refusal_of(rolls, publics[:1]) == "turnout.open"
    assert refusal_of(rolls, [], "A" * 14) == "registrar.unknown_vote"


def test_a_list_that_is_not_of_this_roll_has_none(rolls: Rolls, publics: list[str], clock: ManualClock) -> None:
    clock.advance(hours=8)
    for other in ([*publics, "0" * 64], [publics[0], publics[0]], ["x"]):
        assert refusal_of(rolls, other) == "turnout.other_list"
    assert rolls.registrar.turnout(UUID, publics)


def test_it_is_told_after_the_private_credentials_are_destroyed(
    rolls: Rolls, publics: list[str], clock: ManualClock
) -> None:
    clock.advance(hours=8)
    rolls.registrar.destroy(UUID)
    assert rolls.registrar.turnout(UUID, publics)
