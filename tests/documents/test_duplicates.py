"""Comments that say the same are found, whatever order they came in."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.test_comparing import sentence

from egov_participation.documents import duplicates
from egov_participation.documents.duplicates import ALIKE, SHORT, Cluster, Leaders, bands, cluster, normal

LETTER = sentence(1, 60)


def edited(text: str, seed: int, words: int = 2) -> str:
    chosen = random.Random(seed)
    parts = text.split()
    for _ in range(words):
        parts[chosen.randrange(len(parts))] = f"слово{chosen.randrange(1000)}"
    return " ".join(parts)


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте! Прошу снизить сбор. С уважением, Иван Петров, г. Алматы",
        "Добрый день, прошу снизить сбор!!\n\nСпасибо",
        "Уважаемый господин министр!\nПрошу снизить сбор\nС глубоким уважением\nА. Б.",
        "Сәлеметсіз бе? Прошу снизить сбор. Құрметпен, Айгүл",
        "Hello, ПРОШУ  снизить «сбор»… Kind regards, J. Doe",
        "Dear Sir or Madam: прошу снизить сбор; yours sincerely, J.",
    ],
)
def test_greetings_signatures_case_and_signs_are_left_out(text: str) -> None:
    assert normal(text) == "прошу снизить сбор"


@pytest.mark.parametrize("text", ["Спасибо!", "Здравствуйте", "С уважением, Иван", "Hello. Thank you.", "Рақмет"])
def test_a_comment_that_is_all_politeness_keeps_its_words(text: str) -> None:
    assert normal(text)
    assert len({normal(text), normal("Прошу снизить сбор")}) == 2


def test_thanks_amid_a_comment_cut_nothing_off() -> None:
    text = (
        "Thank you for this draft. It should say in section five that fees are paid once a year and never in advance."
    )

    assert normal(text).endswith("never in advance")
    assert normal(text).startswith("thank you")


@pytest.mark.parametrize("blanks", ["\n" * 19_900, "\n \t" * 6600, ". \n" * 6600, "\u2003\n" * 9900])
def test_a_comment_of_line_breaks_is_read_at_once_and_its_signature_found(blanks: str) -> None:
    """A pattern that begins anew at each of them, and reads on to the end, would take minutes."""
    assert normal(f"Прошу{blanks}снизить сбор.\n\n\nС уважением,\n\n\nИван Петров") == "прошу снизить сбор"


def test_long_texts_that_meet_but_are_not_alike_cost_no_more_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text is compared with so many characters at most, however many and long those are that it meets."""
    long = sentence(5, 2500)
    texts = [edited(long, number, words=400) for number in range(40)]
    compared: list[tuple[int, int]] = []

    def count(one: str, other: str, score_cutoff: float) -> float:
        assert score_cutoff == ALIKE
        compared.append((len(one), len(other)))
        return 0.0

    monkeypatch.setattr(duplicates, "ratio", count)
    assert len(cluster(enumerate(texts))) == 40
    assert len(compared) > 40
    assert max(len(one) for one in texts) > 15_000
    assert sum(one * other for one, other in compared) <= 40 * 3_000 * 30_000
    assert max(max(lengths) for lengths in compared) == 3_000


def test_of_long_texts_the_beginning_and_the_length_must_be_alike() -> None:
    long = sentence(5, 800)

    assert [one.members for one in cluster([(1, long), (2, edited(long, 1, words=9)), (3, f"{long} {long}")])] == [
        (1, 2),
        (3,),
    ]


def test_copies_and_near_copies_are_counted_together_and_nobody_is_hidden() -> None:
    copies = [(number, f"Здравствуйте! {LETTER} С уважением, гражданин {number}") for number in range(10, 15)]
    near = [(number, edited(LETTER, number)) for number in range(20, 28)]
    others = [(number, sentence(number, 40)) for number in range(30, 33)]
    short = [(40, "Поддерживаю"), (41, "поддерживаю!"), (42, "Поддержим")]

    assert cluster([*short, *others, *near, *copies]) == [
        Cluster(10, (10, 11, 12, 13, 14, *range(20, 28)), 5),
        Cluster(40, (40, 41), 2),
        *(Cluster(number, (number,), 1) for number in (30, 31, 32, 42)),
    ]


@given(
    texts=st.lists(
        st.one_of(
            st.sampled_from(["", " ", "!!!", "Да", "да.", LETTER, LETTER.upper(), "Hello"]),
            st.integers(0, 5).map(lambda seed: edited(LETTER, seed, words=6)),
            st.text(max_size=30),
        ),
        max_size=12,
    ),
    order=st.randoms(use_true_random=False),
)
def test_everybody_is_in_one_cluster_and_order_changes_nothing(texts: list[str], order: random.Random) -> None:
    numbered = list(enumerate(texts))
    found = cluster(numbered)
    shuffled = list(numbered)
    order.shuffle(shuffled)

    assert sorted(number for one in found for number in one.members) == list(range(len(texts)))
    assert all(one.representative in one.members for one in found)
    assert all(1 <= one.exact <= len(one.members) for one in found)
    assert cluster(shuffled) == found


def test_no_member_is_less_like_its_leader_than_said() -> None:
    """A chain of small changes does not end in one cluster."""
    words = LETTER.split()
    chain = []
    for step in range(0, 60, 3):
        words[step : step + 3] = [f"слово{step}", "другое", f"иное{step}"]
        chain.append(" ".join(words))
    found = cluster(enumerate([LETTER, *chain]))

    assert len(found) > 2
    assert 1 < max(len(one.members) for one in found) < 12


def test_a_new_comment_joins_the_cluster_it_belongs_to() -> None:
    leaders = Leaders()
    leaders.add(7, LETTER)
    leaders.add(8, sentence(2, 50))
    leaders.add(9, "Против")

    assert leaders.find(f"Добрый день! {edited(LETTER, 3)}") == 7
    assert leaders.find(sentence(2, 50)) == 8
    assert leaders.find("ПРОТИВ.") == 9
    assert leaders.find("Против всех") is None
    assert leaders.find(sentence(3, 50)) is None


def test_texts_that_are_alike_meet_in_most_bands_and_others_do_not() -> None:
    """The figures that were chosen: 20 bands of 4 rows."""
    one = normal(LETTER)

    assert len(bands(one)) == 20
    assert sum(a == b for a, b in zip(bands(one), bands(normal(edited(LETTER, 1, words=1))), strict=True)) > 10
    assert not set(bands(one)) & set(bands("the quick brown fox jumps over the lazy dog " * 9))
    assert bands("x" * SHORT) == bands("x" * (SHORT + 30))
    assert 0 < ALIKE < 100
