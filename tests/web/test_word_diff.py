"""What changed between two texts, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egov_participation.web.word_diff import word_diff

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
