"""A document leaves as a file of Word and comes back the same."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import docx
import pytest
from hypothesis import given, settings
from tests.documents.strategies import ordered_documents

from egov_participation.documents.docx import read_docx
from egov_participation.documents.docx_out import write_docx
from egov_participation.documents.structure import Cell, Document, Kind, Provision, flat

ROWS = (
    (Cell("Сборы", columns=3, header=True),),
    (Cell("один", rows=2), Cell("два", columns=2)),
    (Cell("три"), Cell("четыре\nпять", rows=2)),
    (Cell("шесть", columns=2),),
)
RULES = Document(
    "О сборах и платах",
    "ru",
    (
        Provision(Kind.PREAMBLE, 0, text="Настоящий Закон регулирует отношения, связанные со сборами."),
        Provision(Kind.SECTION, 0, "1", "Раздел 1.", "Общая часть"),
        Provision(Kind.CHAPTER, 1, "1", "Глава 1.", "Общие положения"),
        Provision(Kind.ARTICLE, 2, "1", "Статья 1.", "Основные понятия"),
        Provision(Kind.POINT, 3, "1", "1.", text="В настоящем Законе используются понятия:"),
        Provision(Kind.SUBPOINT, 4, "1", "1)", text="сбор – обязательный платёж;"),
        Provision(Kind.SUBPOINT, 4, "2", "2)", text="плата – деньги."),
        Provision(Kind.POINT, 3, "2", "2.", text="Иные понятия применяются в значении, данном в законах."),
        Provision(Kind.TABLE, 4, text=flat(ROWS), table=ROWS),
        Provision(Kind.ARTICLE, 2, "1-1", "Статья 1-1.", "Ставки"),
        Provision(Kind.TEXT, 3, text="Ставки устанавливаются Правительством. Они публикуются."),
        Provision(Kind.SIGNATURE, 0, text="Президент Республики Казахстан"),
        Provision(Kind.ANNEX, 0, "1", "Приложение 1 к Закону", "Перечень сборов"),
        Provision(Kind.POINT, 1, "1", "1.", text="Сбор за проезд."),
    ),
    "docx",
)


def test_an_act_is_read_back_to_the_same_provisions() -> None:
    raw = write_docx(RULES)
    read = read_docx(io.BytesIO(raw))

    assert [dataclasses.replace(one, doubt="") for one in read.provisions] == list(RULES.provisions)
    assert (read.title, read.language) == (RULES.title, "ru")


def test_headings_tables_language_and_title_are_what_word_has_for_them() -> None:
    raw = write_docx(RULES)
    word = docx.Document(io.BytesIO(raw))
    headings = {
        one.text: one.style.name for one in word.paragraphs if one.style is not None and "ead" in str(one.style.name)
    }

    assert headings == {
        "Раздел 1. Общая часть": "Heading 1",
        "Глава 1. Общие положения": "Heading 2",
        "Статья 1. Основные понятия": "Heading 4",
        "Статья 1-1. Ставки": "Heading 4",
        "Перечень сборов": "Heading 1",
    }
    assert word.core_properties.title == RULES.title
    assert word.core_properties.language == "ru"
    assert b'w:val="ru-RU"' in zipfile.ZipFile(io.BytesIO(raw)).read("word/styles.xml")
    assert [[cell.text for cell in row.cells] for row in word.tables[0].rows] == [
        ["Сборы", "Сборы", "Сборы"],
        ["один", "два", "два"],
        ["один", "три", "четыре\nпять"],
        ["шесть", "шесть", "четыре\nпять"],
    ]


@given(document=ordered_documents())
@settings(max_examples=4)
def test_every_document_can_be_written_and_always_the_same(document: Document) -> None:
    raw = write_docx(document)
    word = docx.Document(io.BytesIO(raw))

    assert write_docx(document) == raw
    assert len(word.tables) == sum(1 for one in document.provisions if one.table)


@pytest.mark.parametrize("language", ["kk", "ar", "und"])
def test_other_languages_and_signs_that_xml_cannot_hold(language: str) -> None:
    document = Document("a\x00", language, (Provision(Kind.TEXT, text="b\x1f"),))
    word = docx.Document(io.BytesIO(write_docx(document)))

    assert [one.text for one in word.paragraphs] == ["a\ufffd", "b\ufffd"]
