"""What changed between two texts, word by word."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from egov_participation.word_diff import Row, longest_rising, side_by_side, word_diff

TEXTS = st.text(alphabet="аб ә.,\n1", max_size=40)


@given(old=TEXTS, new=TEXTS)
def test_both_texts_are_in_it_whole(old: str, new: str) -> None:
    found = word_diff(old, new)

    assert "".join(text for kind, text in found if kind != "added") == old
    assert "".join(text for kind, text in found if kind != "removed") == new
    assert all(text for _, text in found)


def test_a_changed_phrase_is_one_change() -> None:
    assert word_diff("open until six on working days.", "open until nine every day.") == [
        ("same", "open until "),
        ("removed", "six on working days"),
        ("added", "nine every day"),
        ("same", "."),
    ]


def test_the_same_text_has_no_change() -> None:
    assert word_diff("сөз", "сөз") == [("same", "сөз")]


@given(old=TEXTS, new=TEXTS)
def test_side_by_side_every_line_stands_once(old: str, new: str) -> None:
    rows = side_by_side(old, new)

    assert "".join(text for row in rows for _, text in row.old) == old.replace("\n", "")
    assert "".join(text for row in rows for _, text in row.new) == new.replace("\n", "")
    assert len(rows) >= max(old.count("\n"), new.count("\n")) + 1
    assert {kind for row in rows for kind, _ in row.old} <= {"same", "removed"}
    assert {kind for row in rows for kind, _ in row.new} <= {"same", "added"}


def test_a_line_stands_beside_the_one_it_became() -> None:
    assert side_by_side("one two\nthree\nfour", "one too\nthree\nmore\nfour") == [
        Row((("same", "one "), ("removed", "two")), (("same", "one "), ("added", "too"))),
        Row((("same", "three"),), (("same", "three"),)),
        Row((), (("added", "more"),)),
        Row((("same", "four"),), (("same", "four"),)),
    ]


@given(seed=st.integers(0, 1000), common=st.sampled_from([3, 30, 3000]))
@settings(max_examples=15)
def test_long_texts_are_compared_too(seed: int, common: int) -> None:
    """By what stands once in either, and where nothing does, by the longest common subsequence."""
    chosen = random.Random(seed)
    words = [f"w{chosen.randrange(common)}" for _ in range(2000)]
    changed = [f"n{word}" if chosen.random() < 0.05 else word for word in words if chosen.random() > 0.02]
    old, new = " ".join(words), " ".join(changed)
    found = word_diff(old, new)

    assert "".join(text for kind, text in found if kind != "added") == old
    assert "".join(text for kind, text in found if kind != "removed") == new
    assert sum(len(text) for kind, text in found if kind == "same") > 0.8 * len(new)


@given(values=st.lists(st.integers(0, 9), max_size=8))
def test_the_longest_rising_run_is_the_longest(values: list[int]) -> None:
    found = longest_rising(values)
    rising = [
        chosen
        for size in range(len(values) + 1)
        for chosen in combinations(values, size)
        if all(one < other for one, other in pairwise(chosen))
    ]

    assert found == sorted(set(found))
    assert [values[place] for place in found] in [list(chosen) for chosen in rising]
    assert len(found) == max(map(len, rising))
