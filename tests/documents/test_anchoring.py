"""Where the words of a comment stand, and where they went."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from tests.documents.test_comparing import sentence

from egov_participation.documents.anchoring import (
    ANCHORED_FROM,
    LONGEST_QUOTE,
    SHIFTED_FROM,
    Anchor,
    AnchorError,
    NewText,
    Placement,
    State,
    _best_end,
    find_quote,
    make_anchor,
    selectors,
)

TEXTS = st.text(st.sampled_from("аәбв \n.,é😀e\u0301"), max_size=60).map(
    lambda text: unicodedata.normalize("NFC", text)
)
LAW = [sentence(seed, 40) for seed in range(30)]


def quoted(place: int, start: int, words: int) -> Anchor:
    """Some words of one provision of LAW."""
    text = LAW[place]
    first = len(" ".join(text.split()[:start])) + bool(start)
    return make_anchor(text, first, first + len(" ".join(text.split()[start : start + words])))


@given(text=TEXTS, data=st.data())
def test_an_anchor_fits_its_text_and_is_found_again(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assume(text[start:end].strip())
    anchor = make_anchor(text, start, end)

    assert text[anchor.start : anchor.end] == anchor.quote
    assert NewText([text]).re_anchor(anchor, [0]) == Placement(State.ANCHORED, 0, start, end, 1.0)


def test_blank_and_endless_quotes_are_no_anchors() -> None:
    for text, end in (("  \n ", 3), ("x" * 5000, LONGEST_QUOTE + 1), ("x", 0)):
        with pytest.raises(AnchorError):
            make_anchor(text, 0, end)


def test_a_quote_is_found_however_its_spaces_fell() -> None:
    text = "Один  два\nтри. Один два три."

    assert find_quote(text, " два три") == make_anchor(text, 6, 13)
    assert find_quote(text, "Один два\tтри.", near=20) == make_anchor(text, 15, 28)
    assert find_quote(text, "четыре") is find_quote(text, " ") is None


@given(text=TEXTS, data=st.data())
def test_a_found_quote_is_an_anchor_of_the_same_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    assume(quote.strip())
    found = find_quote(text, quote, near=start)

    assert found is not None
    assert found == make_anchor(text, found.start, found.end)
    assert found.quote.split() == quote.split()


def test_words_put_before_a_quote_shift_nothing() -> None:
    anchor = quoted(7, 20, 6)
    new = [*LAW[:7], "Совсем новые слова. " + LAW[7], *LAW[8:]]
    found = NewText(new).re_anchor(anchor, [7])

    assert found.state is State.ANCHORED
    assert (found.provision, found.start, found.end) == (7, anchor.start + 20, anchor.end + 20)
    assert ANCHORED_FROM < found.score < 1


def test_a_changed_quote_is_found_with_its_ends_exact() -> None:
    anchor = quoted(7, 10, 8)
    changed = anchor.quote.split()
    changed[3:5] = ["полностью", "иные", "вновь"]
    text = LAW[7].replace(anchor.quote, " ".join(changed))
    found = NewText([text]).re_anchor(anchor, [0])

    assert found.state is not State.ORPHANED
    assert text[found.start : found.end] == " ".join(changed)


def test_a_quote_that_went_to_another_provision_is_found_there() -> None:
    anchor = quoted(7, 10, 8)
    new = [text if place != 7 else sentence(999) for place, text in enumerate(LAW)]
    new.append(f"{sentence(1000, 3)} {LAW[7]}")
    found = NewText(new).re_anchor(anchor, [7])

    assert (found.state, found.provision) == (State.ANCHORED, 30)
    assert new[30][found.start : found.end] == anchor.quote


def test_the_context_tells_the_same_words_apart() -> None:
    text = "а) налог на землю не взимается; б) налог на воду не взимается; в) сбор за лес не взимается."
    start = text.index("не взимается; в)")
    anchor = make_anchor(text, start, start + len("не взимается"))
    new = "Вводные слова о сборах. " + text
    found = NewText([new]).re_anchor(anchor, [0])

    assert (found.state, found.start) == (State.ANCHORED, start + 24)


def test_words_that_are_gone_leave_an_orphan_and_half_of_them_a_doubt() -> None:
    anchor = quoted(7, 10, 8)
    gone = NewText([text for place, text in enumerate(LAW) if place != 7]).re_anchor(anchor, [])
    # The quote alone is left; what stood around it is gone.
    alone = NewText([f"{sentence(501, 9)} {anchor.quote}, {sentence(502, 9)}"]).re_anchor(anchor, [0])
    most = " ".join([*anchor.quote.split()[:6], "вновь"])
    half = NewText([f"{anchor.prefix}{most} {sentence(502, 9)}"]).re_anchor(anchor, [0])

    assert (gone.state, gone.provision) == (State.ORPHANED, None)
    assert gone.score < SHIFTED_FROM
    assert 50 / 92 < alone.score < ANCHORED_FROM
    assert half.state is State.SHIFTED
    assert SHIFTED_FROM <= half.score < ANCHORED_FROM


def test_the_score_is_the_weighted_sum() -> None:
    text = "x" * 10 + "quote" + "y" * 10
    anchor = make_anchor(text, 10, 15)
    placed = NewText(["x" * 5 + "zzzzz" + "quote" + "y" * 10]).re_anchor(anchor, [0])

    assert placed.score == pytest.approx((50 + 20 * 0.5 + 20 + 2) / 92)


def test_the_place_counts_at_home_alone() -> None:
    anchor = quoted(7, 10, 8)

    assert NewText(LAW).re_anchor(anchor, [7]).score == 1
    assert NewText(LAW).re_anchor(anchor, []).score == pytest.approx(90 / 92)


def test_of_a_quote_half_may_differ_and_no_more() -> None:
    anchor = make_anchor("абвгдежзик", 0, 10)

    assert NewText(["абвгд12345"]).re_anchor(anchor, [0]).score == pytest.approx((50 * 0.5 + 20 + 20 + 2) / 92)
    assert NewText(["абвг123456"]).re_anchor(anchor, [0]).score == 0


def test_quotes_longer_than_the_window_are_placed_too() -> None:
    chosen = random.Random(5)
    words = [sentence(5, 200).rstrip("."), *[sentence(place, 60) for place in range(9)]]
    text = " ".join(words)
    anchor = make_anchor(text, 0, len(words[0]))
    edited = words[0].split()
    for _ in range(10):
        edited[chosen.randrange(3, 190)] = "иначе"
    new = " ".join(["Введение.", " ".join(edited), *words[1:]])
    found = NewText([new]).re_anchor(anchor, [0])

    assert new[found.start : found.end] == " ".join(edited)


def test_anchors_leave_as_web_annotation_selectors() -> None:
    assert selectors(make_anchor("раз два три", 4, 7)) == [
        {"type": "TextQuoteSelector", "exact": "два", "prefix": "раз ", "suffix": " три"},
        {"type": "TextPositionSelector", "start": 4, "end": 7},
    ]


@given(pattern=st.text("абв", min_size=1, max_size=7), text=st.text("абв", max_size=10))
def test_the_best_substring_is_the_best_of_all(pattern: str, text: str) -> None:
    end, errors = _best_end(pattern, text)
    length, backwards = _best_end(pattern[::-1], text[:end][::-1])
    best = min(
        Levenshtein.distance(pattern, text[low:high])
        for low in range(len(text) + 1)
        for high in range(low, len(text) + 1)
    )

    assert errors == backwards == best == Levenshtein.distance(pattern, text[end - length : end])
