"""Texts in three languages, and what the catalogues' check finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Message
from scripts.check_catalogues import badly_set, problems, wrongs

from egov_participation import i18n, paths
from egov_participation.i18n import catalogue, counted, ntranslate, translate

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
ONE, MANY = "%(num)s day left", "%(num)s days left"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own folder of catalogues."""
    monkeypatch.setattr(paths, "locale_dir", lambda: tmp_path)
    catalogue.cache_clear()
    (tmp_path / "ru").mkdir()
    return tmp_path / "ru"


@pytest.fixture(autouse=True)
def _afresh() -> object:
    yield
    catalogue.cache_clear()


def test_english_is_the_text_itself() -> None:
    assert translate("en", "Up to %(limit)s.", limit=3) == "Up to 3."


def test_all_rooms_catalogues_are_one(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + 'msgid "One"\nmsgstr "Один"\n')
    (folder / "b.po").write_text(HEADER + 'msgid "Two %(x)s"\nmsgstr "Два %(x)s"\n\nmsgid "One"\nmsgstr "Один"\n')

    assert translate("ru", "One") == "Один"
    assert translate("ru", "Two %(x)s", x=7) == "Два 7"
    assert translate("ru", "Three") == "Three"


def test_two_rooms_may_not_translate_one_text_differently(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + 'msgid "One"\nmsgstr "Один"\n')
    (folder / "b.po").write_text(HEADER + 'msgid "One"\nmsgstr "Одно"\n')

    with pytest.raises(ValueError, match="differently"):
        translate("ru", "One")


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 день"), (3, "3 дня"), (5, "5 дней"), (21, "21 день"), (111, "111 дней")]
)
def test_russian_has_three_plural_forms(folder: Path, n: int, words: str) -> None:
    forms = "".join(f'msgstr[{i}] "%(num)s {form}"\n' for i, form in enumerate(("день", "дня", "дней")))
    (folder / "a.po").write_text(f'{HEADER}msgid "{ONE}"\nmsgid_plural "{MANY}"\n{forms}')

    assert ntranslate("ru", ONE, MANY, n) == words


@pytest.mark.parametrize(
    ("lang", "n", "said"),
    [
        ("ru", 1, "1 результат"),
        ("ru", 2, "2 результата"),
        ("ru", 5, "5 результатов"),
        ("ru", 11, "11 результатов"),
        ("ru", 21, "21 результат"),
        ("ru", 1002, "1002 результата"),
        ("kk", 1, "1 нәтиже"),
        ("kk", 5, "5 нәтиже"),
        ("kk", 21, "21 нәтиже"),
        ("en", 1, "1 result"),
        ("en", 0, "0 results"),
        ("en", 21, "21 results"),
    ],
)
def test_the_projects_own_texts_are_counted_as_each_language_counts(lang: str, n: int, said: str) -> None:
    assert ntranslate(lang, "%(num)s result", "%(num)s results", n) == said


def test_in_kazakh_one_thing_may_go_without_its_number() -> None:
    assert list(wrongs("kk", Message(("One day", MANY), ("Бір күн", "%(num)s күн")))) == []
    assert list(wrongs("kk", Message((ONE, MANY), ("%(num)s күн", "күн")))) == ["has other placeholders in 'күн'"]


def test_english_is_checked_where_it_is_written() -> None:
    assert list(badly_set("en", 'Say "yes" ...')) == [
        "three dots instead of …",
        "quotation marks other than “ ”",
    ]
    assert list(badly_set("en", 'It’s <b class="x">“here”</b> – don\'t wait …')) == []


def test_one_thing_has_one_name() -> None:
    assert list(badly_set("ru", "Записано в публичном журнале")) == ["another name of the log than «открытый журнал»"]
    assert list(badly_set("kk", "Консультацияны тексеру")) == ["another name of a consultation than «талқылау»"]
    assert list(badly_set("ru", "Записано в открытом журнале")) == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_projects_own_catalogues_can_be_read(lang: str) -> None:
    assert translate(lang, "This page does not exist")


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        (Message("One", "Один"), []),
        (Message("One", ""), ["is empty"]),
        (Message("One", "Один", flags=["fuzzy"]), ["is fuzzy"]),
        (Message("%(a)s of %(b)s", "%(b)s / %(a)s"), []),
        (Message("%(a)s of %(b)s", "%(a)s"), ["has other placeholders in '%(a)s'"]),
        (Message("{a}", "{b}"), ["has other placeholders in '{b}'"]),
        (Message("100%%", "100"), ["has other placeholders in '100'"]),
        (Message("<b>One</b>", "<i>Один</i>"), ["has other tags in '<i>Один</i>'"]),
        (Message((ONE, MANY), ("%(num)s день", "%(num)s дня", "%(num)s дней")), []),
        (
            Message(("One day", MANY), ("Один день", "%(num)s дня", "%(num)s дней")),
            ["has other placeholders in 'Один день'"],  # it would be said of 21 days, too
        ),
        (
            Message((ONE, MANY), ("%(num)s день", "%(n)s дня", "%(num)s дней")),
            ["has other placeholders in '%(n)s дня'"],
        ),
        (Message("Open the file", "Open the file"), ["is not translated but repeated"]),
        (Message("QR", "QR"), []),
        (Message("%(a)s – %(b)s", "%(a)s – %(b)s"), []),
        (Message("Say “yes”", "Скажите “да”"), ["has quotation marks other than « » in 'Скажите “да”'"]),
        (Message("Say “yes”", 'Скажите "да"'), ["has quotation marks other than « » in 'Скажите \"да\"'"]),
        (Message('<a href="x">Go</a>', '<a href="x">Идти</a>'), []),
        (Message('A list ["a"].', 'Список ["a"].'), []),
        (Message("Wait …", "Ждите..."), ["has three dots instead of … in 'Ждите...'"]),
        (Message("Wait here", "Ждите  тут"), ["has two spaces in 'Ждите  тут'"]),
        (Message("Here – now", "Тут - сейчас"), ["has a hyphen instead of a dash in 'Тут - сейчас'"]),
        (Message("Stop!", "Стой !"), ["has a space before a punctuation mark in 'Стой !'"]),
        (Message("Name:", "Имя: "), ["begins or ends with other white space in 'Имя: '"]),
        (Message("Name: ", "Имя:"), ["begins or ends with other white space in 'Имя:'"]),
        (Message((ONE, MANY), ("%(num)s день", "%(num)s дней")), ["has 2 plural forms of 3"]),
        (Message((ONE, MANY), ("%(num)s день", "", "%(num)s дней")), ["is empty"]),
    ],
)
def test_a_translation_that_cannot_be_right_is_found(message: Message, wrong: list[str]) -> None:
    assert list(wrongs("ru", message)) == wrong


def test_what_is_missing_unused_or_obsolete_is_found(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + 'msgid "Unused"\nmsgstr "Лишний"\n\n#~ msgid "Old"\n#~ msgstr "Старый"\n')

    assert list(problems("ru", {"New": "x.html:1", "100 %": "x.html:2"})) == [
        "a.po: 'Old' is marked as obsolete",
        "a.po: 'Unused' is used nowhere",
        "x.html:1: 'New' is not translated",
        "x.html:2: '100 %' needs %% for its percent sign",
        "x.html:2: '100 %' is not translated",
    ]


@pytest.mark.parametrize(
    ("number", "more", "said"),
    [(1, "", "1 problem"), (11, "", "11 problems"), (100, " or more", "100 or more problems")],
)
def test_commands_count_as_people_do(number: int, more: str, said: str) -> None:
    assert counted(number, "problem", more) == said
