"""Which provision of a new version is which of the old one."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.documents.strategies import any_provisions

from egov_participation.documents.comparing import Change, Link, ProvisionMap, map_provisions
from egov_participation.documents.structure import Kind, Provision

VOCABULARY = [
    f"{first}{last}"
    for first in ["барагоме", "зако", "пору", "скла", "тере", "нала", "жили", "пере"]
    for last in ["вать", "ние", "тель", "ность", "щик", "ский", "овый", "ами", "ание", "итель"]
]


def sentence(seed: int, length: int = 25) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choices(VOCABULARY, k=length)) + "."


def article(number: int, seed: int, points: int = 3) -> list[Provision]:
    return [
        Provision(Kind.ARTICLE, 1, str(number), f"Статья {number}.", heading=sentence(seed * 100, 5)),
        *(
            Provision(Kind.POINT, 2, str(point), f"{point}.", text=sentence(seed * 100 + point))
            for point in range(1, points + 1)
        ),
    ]


def chapter(number: int, seed: int, articles: int = 4, first: int = 1) -> list[Provision]:
    found = [Provision(Kind.CHAPTER, 0, str(number), f"Глава {number}.", heading=sentence(seed * 10_000, 4))]
    for place in range(articles):
        found += article(first + place, seed * 50 + place)
    return found


def act(seeds: list[int]) -> list[Provision]:
    """Chapters by their seeds, numbered through."""
    found: list[Provision] = []
    for place, seed in enumerate(seeds):
        found += chapter(place + 1, seed, first=1 + 4 * place)
    return found


def changes(found: ProvisionMap) -> Counter[Change]:
    return Counter(link.change for link in found.links)


def complete(found: ProvisionMap, old: int, new: int) -> bool:
    return sorted(place for link in found.links for place in link.old) == list(range(old)) and sorted(
        place for link in found.links for place in link.new
    ) == list(range(new))


@given(old=st.lists(any_provisions(), max_size=8), new=st.lists(any_provisions(), max_size=8))
def test_every_provision_is_in_exactly_one_link(old: list[Provision], new: list[Provision]) -> None:
    found = map_provisions(old, new)

    assert complete(found, len(old), len(new))
    assert all((link.score == 1) <= bool(link.old and link.new) for link in found.links)
    assert found == map_provisions(old, new)


@given(old=st.lists(any_provisions(), max_size=8))
def test_a_version_against_itself_is_unchanged(old: list[Provision]) -> None:
    assert map_provisions(old, old).links == tuple(
        Link(Change.UNCHANGED, (place,), (place,), 1.0) for place in range(len(old))
    )


@given(place=st.integers(0, 5), out=st.booleans())
@settings(max_examples=12)
def test_a_chapter_put_in_or_taken_out_changes_no_other(place: int, out: bool) -> None:
    seeds = [1, 2, 3, 4, 5]
    old, new = act(seeds), act([*seeds[:place], 9, *seeds[place:]])
    inserted = range(17 * place, 17 * place + 17)
    if out:
        found = map_provisions(new, old)
        assert changes(found) == {Change.UNCHANGED: len(old), Change.DELETED: 17}
        assert {link.old[0] for link in found.links if link.change is Change.DELETED} == set(inserted)
    else:
        found = map_provisions(old, new)
        assert changes(found) == {Change.UNCHANGED: len(old), Change.NEW: 17}
        assert {link.new[0] for link in found.links if link.change is Change.NEW} == set(inserted)
    assert not any(link.doubtful for link in found.links)


def test_changed_words_keep_the_provision_and_other_words_are_another() -> None:
    old = act([1, 2, 3])
    new = list(old)
    words = old[3].text.split()
    new[3] = dataclasses.replace(old[3], text=" ".join([*words[:10], "совершенно", "другое", *words[12:]]))
    new[20] = dataclasses.replace(old[20], text=sentence(77_777) + " " + sentence(88_888))
    found = map_provisions(old, new)

    assert found.of_old(3).new == (3,)
    assert found.of_old(3).change is Change.MODIFIED
    assert 0.8 < found.of_old(3).score < 1
    assert not found.of_old(3).doubtful
    # At its place, under its number, but hardly a word is left: one provision if an official says so, or two.
    assert found.of_old(20).doubtful or found.of_old(20).change is Change.DELETED
    assert changes(found)[Change.UNCHANGED] == len(old) - 2


def test_an_article_that_stands_elsewhere_has_moved_and_its_points_with_it() -> None:
    old = act([1, 2, 3])
    moved = old[1:5]
    new = [*old[:1], *old[5:22], *moved, *old[22:]]
    found = map_provisions(old, new)

    assert [link.old[0] for link in found.links if link.change is Change.MOVED] == [1]
    assert changes(found)[Change.UNCHANGED] == len(old) - 1


def test_two_points_that_change_places_are_one_move() -> None:
    old = act([1, 2])
    new = [*old[:2], old[3], old[2], *old[4:]]
    found = map_provisions(old, new)

    assert changes(found) == {Change.UNCHANGED: len(old) - 1, Change.MOVED: 1}


def test_a_split_point_and_a_merged_one_are_told_from_new_and_deleted() -> None:
    old = act([1, 2])
    left, right = sentence(501), sentence(502)
    whole = Provision(Kind.POINT, 2, "2", "2.", text=f"{left} {right}")
    halves = [Provision(Kind.POINT, 2, "2", "2.", text=left), Provision(Kind.POINT, 2, "3", "3.", text=right)]
    one, two = [*old[:3], whole, *old[4:]], [*old[:3], *halves, *old[4:]]

    split, merged = map_provisions(one, two), map_provisions(two, one)

    assert split.of_old(3) == split.of_new(4) == Link(Change.SPLIT, (3,), (3, 4), split.of_old(3).score)
    assert merged.of_old(3) == merged.of_new(3) == Link(Change.MERGED, (3, 4), (3,), merged.of_old(3).score)
    assert changes(split) == {Change.UNCHANGED: len(old) - 1, Change.SPLIT: 1}
    assert changes(merged) == {Change.UNCHANGED: len(old) - 1, Change.MERGED: 1}


def test_words_that_stand_many_times_find_their_own() -> None:
    old = [
        provision
        for number in range(1, 30)
        for provision in (
            Provision(Kind.ARTICLE, 0, str(number), f"Статья {number}.", heading=sentence(number, 4)),
            Provision(Kind.POINT, 1, "1", "1.", text="Исключен."),
            Provision(Kind.POINT, 1, "2", "2."),
            Provision(Kind.SUBPOINT, 2, "1", "1)", text=sentence(number + 900)),
        )
    ]
    new = [*old[:40], *old[44:]]
    found = map_provisions(old, new)

    assert changes(found) == {Change.UNCHANGED: len(new), Change.DELETED: 4}
    assert {link.old[0] for link in found.links if link.change is Change.DELETED} == {40, 41, 42, 43}


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_edits_here_and_there_are_each_found(seed: int) -> None:
    chosen = random.Random(seed)
    old = act([1, 2, 3, 4])
    points = [place for place, provision in enumerate(old) if provision.kind is Kind.POINT]
    edited = set(chosen.sample(points, 8))
    gone = set(chosen.sample(sorted(set(points) - edited), 4))
    new, truth = [], {}
    for place, provision in enumerate(old):
        if place in gone:
            continue
        if place in edited:
            words = provision.text.split()
            words[chosen.randrange(len(words))] = "иначе"
            provision = dataclasses.replace(provision, text=" ".join(words), number=str(chosen.randrange(9)))
        truth[place] = len(new)
        new.append(provision)
    found = map_provisions(old, new)

    for place in range(len(old)):
        link = found.of_old(place)
        expected = Change.DELETED if place in gone else Change.MODIFIED if place in edited else Change.UNCHANGED
        assert (link.change, link.new) == (expected, () if place in gone else (truth[place],))


def test_a_word_that_is_gone_here_and_new_there_has_not_moved() -> None:
    excluded = Provision(Kind.POINT, 2, "4", "4.", text="Исключён.")
    plain = act([1, 2, 3, 4])
    old = [*plain[:5], excluded, *plain[5:9], excluded, *plain[9:]]
    new = [*plain[:5], excluded, *plain[5:43], excluded, *plain[43:]]
    found = map_provisions(old, new)

    assert changes(found) == {Change.UNCHANGED: len(plain) + 1, Change.DELETED: 1, Change.NEW: 1}


def test_a_new_provision_that_repeats_another_is_no_part_of_it() -> None:
    old = act([1, 2])
    whole = dataclasses.replace(old[3], text=f"{sentence(501)} {sentence(502)}")
    more = dataclasses.replace(whole, text=f"{whole.text} Кроме того, иначе.")
    copy = Provision(Kind.POINT, 2, "3", "3.", text=sentence(502))
    found = map_provisions([*old[:3], whole, *old[4:]], [*old[:3], more, copy, *old[4:]])

    assert found.of_old(3).change is Change.MODIFIED
    assert found.of_new(4).change is Change.NEW
