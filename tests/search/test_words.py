"""Text into words and terms, in three languages and mixed."""

from __future__ import annotations

import unicodedata

import pytest

from egov_participation.search import words
from egov_participation.search.pages import PageText
from egov_participation.search.snippets import LENGTH, Piece, Wanted, marked, snippet

TEXT = "Парк (саябақ) №5: «онлайн-дауыс» e-gov_2024!"


def test_words_are_runs_of_letters_and_digits_in_any_script() -> None:
    found = list(words.words(TEXT))

    assert [word.plain for word in found] == ["парк", "саябақ", "5", "онлайн", "дауыс", "e", "gov", "2024"]
    assert [TEXT[word.start : word.end] for word in found][:2] == ["Парк", "саябақ"]


def test_letters_made_of_two_are_one_and_yo_is_ye() -> None:
    split = unicodedata.normalize("NFD", "Йогурт Ёлка")
    (yogurt, tree) = words.words(words.composed(split))

    assert (yogurt.plain, tree.plain) == ("йогурт", "елка")


@pytest.mark.parametrize(
    ("word", "lang", "term"),
    [
        ("голосованиями", "ru", "rголосован"),
        ("сайлаудың", "kk", "kсайлау"),
        ("сайлаудың", "ru", "kсайлау"),
        ("қаланың", "en", "kқала"),
        ("голосования", "en", "rголосован"),
        ("elections", "kk", "eelect"),
        ("2024", "ru", "02024"),
    ],
)
def test_a_word_belongs_to_the_language_of_its_letters_or_else_of_its_text(word: str, lang: str, term: str) -> None:
    assert words.term(word, lang) == term.encode()


def test_a_word_of_a_visitor_is_looked_for_in_every_language_that_it_may_be_of() -> None:
    assert words.terms_asked("школы") == {"rшкол".encode(), words.term("школы", "kk")}
    assert words.terms_asked("үйлер") == {"kүй".encode()}
    assert words.terms_asked("schools") == {b"eschool"}
    assert words.terms_asked("и") == {"kи".encode()}
    assert words.terms_asked("және") == words.terms_asked("the") == frozenset()
    assert words.prefixes_asked("го") == frozenset()
    assert words.prefixes_asked("гол") == {"rгол".encode(), "kгол".encode()}


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_very_long_word_is_cut(lang: str) -> None:
    term = words.term("щ" * 5000, lang)

    assert term is not None
    assert len(term.decode()) == words.LONGEST + 1


def wanted(*asked: str) -> Wanted:
    return Wanted(frozenset().union(*map(words.terms_asked, asked)), frozenset())


def test_what_was_looked_for_is_marked_in_the_form_in_which_it_stands() -> None:
    assert marked("Выборы акима и выбор школы", "ru", wanted("школа", "акимы")) == [
        Piece("Выборы "),
        Piece("акима", marked=True),
        Piece(" и выбор "),
        Piece("школы", marked=True),
    ]


def test_a_snippet_shows_where_most_of_it_stands_and_says_that_it_was_cut() -> None:
    text = "вода " * 100 + "Здесь построят школу и парк у школы. " + "вода " * 100
    pieces = snippet(words.composed(text), "ru", wanted("школа", "парк"))
    shown = "".join(piece.text for piece in pieces)

    assert [piece.text for piece in pieces if piece.marked] == ["школу", "парк", "школы"]
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= LENGTH + 4


def test_a_snippet_of_what_is_not_found_is_the_beginning_and_of_little_is_all() -> None:
    assert snippet("вода", "ru", wanted("школа")) == [Piece("вода")]
    assert snippet("", "ru", wanted("школа")) == []
    long = "".join(piece.text for piece in snippet("а" * 999, "ru", wanted("школа")))
    assert long == "а" * LENGTH + " …"


def test_of_a_page_its_heading_and_what_is_to_be_read_in_it_are_taken() -> None:
    page = PageText(
        "<html><title>x</title><nav>menu</nav><main><h1>A <b>title</b></h1><p>One<br>two &amp; three.</p>"
        "<form><label>field</label></form><p>Four</p><svg><text>chart</text></svg></main><footer>foot</footer>"
    )

    assert (page.title, page.body) == ("A title", "One two & three. Four")


def test_headings_and_items_of_a_page_do_not_run_together() -> None:
    page = PageText(
        "<main><h1>Help</h1><h2>Taking part</h2><ul><li><a>How to <b>vote</b></a></li><li>Signing in.</li></ul>"
        "<div><p>Ask:</p><p>by mail</p></div></main>"
    )

    assert page.body == "Taking part · How to vote · Signing in. Ask: by mail"
