"""A document leaves as Akoma Ntoso and comes back the same."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from lxml import etree
from tests.documents.strategies import ordered_documents

from egov_participation.documents.akn import AknMeta, eids, read_akn, write_akn
from egov_participation.documents.structure import Cell, Document, Kind, Provision, flat

META = AknMeta(
    number="K-2026-0007",
    work_date=dt.date(2026, 11, 1),
    version=2,
    version_date=dt.date(2026, 11, 28),
    author="Министерство юстиции",
    publisher="eGov",
)
ROWS = ((Cell("Сбор", columns=2, header=True),), (Cell("один", rows=2), Cell("два\nтри")), ())
LAW = Document(
    "О сборах",
    "ru",
    (
        Provision(Kind.PREAMBLE, 0, text="Настоящий Закон принят."),
        Provision(Kind.CHAPTER, 0, "1", "Глава 1.", "Общие положения"),
        Provision(Kind.ARTICLE, 1, "1", "Статья 1.", "Понятия"),
        Provision(Kind.POINT, 2, "1", "1.", text="В Законе:"),
        Provision(Kind.SUBPOINT, 3, "1", "1)", text="сбор – плата;"),
        Provision(Kind.SUBPOINT, 3, "2", "2)", text="плата – деньги."),
        Provision(Kind.TEXT, 2, text="Абзац."),
        Provision(Kind.ARTICLE, 1, "1-1", "Статья 1-1.", "Ставки", "Ставки:"),
        Provision(Kind.TABLE, 2, text=flat(ROWS), table=ROWS),
        Provision(Kind.TEXT, 2, text="Ещё."),
        Provision(Kind.NOTE, 2, text="Сноска."),
        Provision(Kind.SIGNATURE, 0, text="Президент\nРеспублики"),
        Provision(Kind.ANNEX, 0, "1", "Приложение 1", "Перечень", "К Закону."),
        Provision(Kind.ARTICLE, 1, "1", "1.", text="Раз."),
        Provision(Kind.ANNEX, 0, "2", "Приложение 2"),
        Provision(Kind.POINT, 1, "1", "1.", text="Два."),
    ),
    "akn",
)


@given(document=ordered_documents())
def test_what_is_written_is_read_back(document: Document) -> None:
    raw = write_akn(document, META)

    assert read_akn(raw) == document
    assert write_akn(read_akn(raw), META) == raw


def test_a_law_leaves_in_the_elements_of_the_standard() -> None:
    raw = write_akn(LAW, META)
    root = etree.fromstring(raw)
    names = {"a": "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"}

    def found(path: str) -> list[str]:
        return [str(value) for value in root.xpath(path, namespaces=names)]

    assert read_akn(raw) == LAW
    assert [etree.QName(part).localname for part in root[0]] == [
        "meta",
        "preface",
        "preamble",
        "body",
        "conclusions",
        "attachments",
    ]
    assert found("//a:preface//a:docTitle/text()") == ["О сборах"]
    assert found("//a:article/@eId") == ["art_1", "art_1-1", "att_1__art_1"]
    assert found("//a:chapter/a:article[1]/a:paragraph/a:point/@eId") == [
        "art_1__para_1__point_1",
        "art_1__para_1__point_2",
    ]
    assert found("//a:article[@eId='art_1-1']/a:intro/a:p/text()") == ["Ставки:"]
    assert found("//a:hcontainer[@name='table']//a:th/@colspan") == ["2"]
    assert found("//a:attachment/a:num/text()") == ["Приложение 1", "Приложение 2"]
    assert found("//a:bill/a:meta//a:FRBRthis/@value") == [
        "/akn/kz/bill/2026-11-01/K-2026-0007/!main",
        "/akn/kz/bill/2026-11-01/K-2026-0007/rus@ver_2/!main",
        "/akn/kz/bill/2026-11-01/K-2026-0007/rus@ver_2/!main.xml",
    ]
    assert found("//a:bill/a:meta//a:FRBRlanguage/@language") == ["rus"]
    assert found("//a:doc/a:meta//a:FRBRExpression/a:FRBRthis/@value") == [
        "/akn/kz/bill/2026-11-01/K-2026-0007/rus@ver_2/!annex_1",
        "/akn/kz/bill/2026-11-01/K-2026-0007/rus@ver_2/!annex_2",
    ]


@given(document=ordered_documents())
def test_each_provision_has_a_name_of_its_own(document: Document) -> None:
    names = eids(document.provisions)

    assert len(set(names)) == len(names) == len(document.provisions)
    assert not any(sign.isspace() for name in names for sign in name)


def test_signs_that_xml_cannot_hold_are_replaced() -> None:
    document = dataclasses.replace(LAW, provisions=(Provision(Kind.TEXT, text="a\x00b\x1fc\ufffe"),))

    assert read_akn(write_akn(document, META)).provisions[0].text == "a\ufffdb\ufffdc\ufffd"


def test_only_bills_and_acts_have_provisions() -> None:
    with pytest.raises(ValueError, match="debate"):
        write_akn(LAW, dataclasses.replace(META, document_type="debate"))
