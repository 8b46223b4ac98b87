"""Acts and bills of several countries' shapes, and files that are none."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_participation.documents.akn import read_akn
from egov_participation.documents.akn.safety import DEEPEST, LARGEST
from egov_participation.documents.errors import REFUSALS, DocumentRefusedError
from egov_participation.documents.structure import Cell, Document, Kind

NS = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
META = (
    '<meta><identification source="#x"><FRBRExpression><FRBRlanguage language="{}"/></FRBRExpression>'
    "</identification></meta>"
)


def akn(inside: str, namespace: str = NS) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><akomaNtoso xmlns="{namespace}">{inside}</akomaNtoso>'.encode()


def act(body: str, language: str = "eng", before: str = "", after: str = "") -> Document:
    return read_akn(akn(f"<act>{META.format(language)}{before}<body>{body}</body>{after}</act>"))


def outline(document: Document) -> list[tuple[int, Kind, str, str]]:
    """Depth, kind, number and words of each provision."""
    return [(one.depth, one.kind, one.number, one.words) for one in document.provisions]


def refused(raw: bytes) -> str:
    with pytest.raises(DocumentRefusedError) as refusal:
        read_akn(raw)
    assert REFUSALS[refusal.value.code] % refusal.value.values
    return refusal.value.code


def test_a_british_section_is_an_article_with_points_and_subpoints() -> None:
    document = act(
        """<hcontainer name="crossheading"><heading>Powers</heading><section><num>1</num><heading>Notices</heading>
        <subsection><num>1</num><intro><p>A notice may—</p></intro>
          <paragraph><num>a</num><content><p>relate
             to   an operator,</p></content></paragraph>
          <paragraph><num>b</num><content><p>end.</p></content></paragraph>
          <wrapUp><p>but not both.</p></wrapUp></subsection>
        <subsection><num>2A</num><content><p>Words.</p></content></subsection></section></hcontainer>"""
    )

    assert outline(document) == [
        (0, Kind.PARAGRAPH, "", "Powers"),
        (1, Kind.ARTICLE, "1", "Notices"),
        (2, Kind.POINT, "1", "A notice may—"),
        (3, Kind.SUBPOINT, "a", "relate to an operator,"),
        (3, Kind.SUBPOINT, "b", "end."),
        (3, Kind.TEXT, "", "but not both."),
        (2, Kind.POINT, "2A", "Words."),
    ]
    assert document.language == "en"
    assert document.source_format == "akn"


def test_a_section_that_holds_articles_is_a_section() -> None:
    document = act(
        """<title><num>Titolo I</num><heading>Uno</heading><section><num>Sezione I</num>
        <article><num>Art. 1-bis.</num><heading>Definizioni</heading>
          <paragraph><num>1.</num><list><intro><p>Si intende:</p></intro>
            <point><num>a)</num><content><p>uno;</p></content></point></list></paragraph></article></section></title>""",
        language="ita",
    )

    assert outline(document) == [
        (0, Kind.SECTION, "I", "Uno"),
        (1, Kind.SECTION, "I", ""),
        (2, Kind.ARTICLE, "1-bis", "Definizioni"),
        (3, Kind.POINT, "1", "Si intende:"),
        (4, Kind.SUBPOINT, "a", "uno;"),
    ]
    assert document.provisions[2].label == "Art. 1-bis."
    assert document.language == "it"


def test_provisions_quoted_for_another_act_are_words_of_the_one_that_quotes_them() -> None:
    document = act(
        """<article><num>Art. 1</num><paragraph><num>1.</num><content><p><mod>After section 5 insert
        <quotedStructure startQuote="«" endQuote="»"><article><num>Art. 5A</num><heading>New</heading><paragraph>
        <num>1.</num><content><p>Words.</p></content></paragraph></article></quotedStructure></mod></p></content>
        </paragraph></article>"""
    )

    assert outline(document) == [
        (0, Kind.ARTICLE, "1", ""),
        (1, Kind.POINT, "1", "After section 5 insert\n«Art. 5A New\n1. Words.»"),
    ]
    assert document.dropped == ("dropped.quoted_structure",)


def test_tables_footnotes_and_what_stands_after_them_are_provisions_of_their_own() -> None:
    document = act(
        """<article><num>§ 20</num><content><p>Before<authorialNote marker="1"><p>A note.</p></authorialNote>:</p>
        <table><caption>Fees</caption><tr><th colspan="2"><p>Fee</p></th></tr>
        <tr><td rowspan="x">one</td><td><p>two</p><p>three</p></td></tr></table><p>After.</p></content></article>"""
    )

    assert outline(document) == [
        (0, Kind.ARTICLE, "20", "Before:"),
        (1, Kind.NOTE, "1", "A note."),
        (1, Kind.TABLE, "", "Fees\nFee\none\ttwo three"),
        (1, Kind.TEXT, "", "After."),
    ]
    assert document.provisions[2].table == (
        (Cell("Fee", columns=2, header=True),),
        (Cell("one"), Cell("two\nthree")),
    )


def test_definitions_without_numbers_stay_apart_and_deleted_words_out() -> None:
    document = act(
        """<section><num>1.</num><content><blockList><listIntroduction>In this law</listIntroduction>
        <item><p>“a” means <del>c</del><ins>b</ins>;</p></item><item><num>(i)</num><p>“d” means<eol/>e.</p></item>
        </blockList></content></section>"""
    )

    assert outline(document) == [
        (0, Kind.ARTICLE, "1", "In this law"),
        (1, Kind.TEXT, "", "“a” means b;"),
        (1, Kind.POINT, "i", "“d” means\ne."),
    ]
    assert document.dropped == ("dropped.deleted_words",)


def test_preface_preamble_signature_and_annexes_are_kept() -> None:
    document = act(
        """<article><num>1-бап.</num>
        <content><p>Бұл Заң қоғамдық қатынастарды реттейді, оған сәйкес.</p></content></article>""",
        language="rus",
        before="""<preface><p><docTitle>О сборах</docTitle></p><p>от 1 мая</p></preface>
        <preamble><formula><p>Парламент принимает:</p></formula>
        <recitals><recital><num>(1)</num><p>Поскольку.</p></recital></recitals></preamble>""",
        after="""<conclusions><p>Президент</p></conclusions><attachments><attachment><heading>Перечень</heading>
        <doc><mainBody><paragraph><num>1.</num><content><p>Раз.</p></content></paragraph></mainBody></doc>
        </attachment></attachments>""",
    )

    assert document.title == "О сборах"
    # What the words are in, not what the file says.
    assert document.language == "kk"
    assert outline(document) == [
        (0, Kind.PREAMBLE, "", "от 1 мая\nПарламент принимает:"),
        (1, Kind.POINT, "1", "Поскольку."),
        (0, Kind.ARTICLE, "1", "Бұл Заң қоғамдық қатынастарды реттейді, оған сәйкес."),
        (0, Kind.SIGNATURE, "", "Президент"),
        (0, Kind.ANNEX, "", "Перечень"),
        (1, Kind.POINT, "1", "Раз."),
    ]


def test_of_a_collection_the_bill_is_the_document_and_the_others_are_annexes() -> None:
    article = "<article><num>Article 1</num><content><p>Words.</p></content></article>"
    document = read_akn(
        akn(
            f"""<documentCollection>{META.format("eng")}<preface><p><docTitle>On fees</docTitle></p></preface>
            <collectionBody><component eId="c1"><documentRef href="/akn/memo"/></component>
            <component eId="c2"><documentRef href="#c2"/></component>
            <component eId="c3"><documentRef href="/akn/elsewhere"/></component></collectionBody></documentCollection>
            <components><component eId="c9"><doc><meta><FRBRthis value="/akn/memo"/></meta>
              <preface><longTitle><p>Memorandum</p></longTitle></preface>
              <mainBody><tblock><num>1.</num><heading>Why</heading><p>Because.</p></tblock></mainBody></doc></component>
            <component eId="c2"><bill>{META.format("eng")}<body>{article}</body></bill></component></components>"""
        )
    )

    assert document.title == "On fees"
    assert outline(document) == [
        (0, Kind.ARTICLE, "1", "Words."),
        (0, Kind.ANNEX, "", "Memorandum"),
        (1, Kind.SECTION, "1", "Why\nBecause."),
    ]
    assert document.dropped == ("dropped.other_documents",)


@pytest.mark.parametrize(
    "namespace", [NS, NS + "/WD17", NS + "/CSD02", "http://Inhaltsdaten.LegalDocML.de/1.8.2/"], ids=range(4)
)
def test_drafts_of_the_standard_and_the_german_profile_are_read(namespace: str, tmp_path: Path) -> None:
    raw = akn("<act><body><article><num>§ 1</num><content><p>Wort.</p></content></article></body></act>", namespace)
    (tmp_path / "act.xml").write_bytes(raw)

    assert read_akn(tmp_path / "act.xml") == read_akn(io.BytesIO(raw)) == read_akn(raw)
    assert read_akn(raw).language == "und"


GOOD = akn("<act><body><article><num>1</num><content><p>Words &amp; signs.</p></content></article></body></act>")
BOMB = b"".join(
    [
        b'<?xml version="1.0"?><!DOCTYPE akomaNtoso [<!ENTITY a "ha">',
        *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 10)),
        b"]>",
    ]
)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (BOMB + GOOD.partition(b"?>")[2].replace(b"Words", b"&a9;"), "xml.doctype"),
        (b'<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">' + GOOD.partition(b"?>")[2], "xml.doctype"),
        (
            b'\n<!-- a --><?b c?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            + GOOD.partition(b"?>")[2].replace(b"Words", b"&e;"),
            "xml.doctype",
        ),
        (b"<!DOCTYPE akomaNtoso>" + GOOD.partition(b"?>")[2], "xml.doctype"),
        (GOOD.replace(b"&amp;", b"&unknown;"), "xml.broken"),
        (GOOD[:-5], "xml.broken"),
        (b"", "xml.broken"),
        (b"PK\x03\x04 not xml", "xml.broken"),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "xml.encoding"),
        (GOOD.decode().encode("utf-16"), "xml.encoding"),
        (GOOD.replace(b"UTF-8", b"windows-1251"), "xml.encoding"),
        (GOOD.replace(b"UTF-8", b"UTF-7"), "xml.encoding"),
        (akn("<act><body>" + "<part>" * DEEPEST + "</part>" * DEEPEST + "</body></act>"), "xml.too_deep"),
        (akn("<act><body>" + "<part>" * 5000 + "</part>" * 5000 + "</body></act>"), "xml.broken"),
        (akn("<act><body>" + "<p/>" * 700_000 + "</body></act>"), "xml.too_large"),
        (b" " * (LARGEST + 1), "xml.too_large"),
        (b"<html><body><p>Words</p></body></html>", "akn.other_xml"),
        (GOOD.replace(NS.encode(), b"http://www.akomantoso.org/2.0"), "akn.version"),
        (GOOD.replace(f' xmlns="{NS}"'.encode(), b""), "akn.version"),
        (akn("<debate><debateBody/></debate>"), "akn.kind"),
        (akn("<documentCollection><collectionBody/></documentCollection>"), "akn.kind"),
        (akn("<act><body/></act>"), "akn.empty"),
        (akn(""), "akn.empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_an_act_is_refused_with_the_reason(raw: bytes, code: str) -> None:
    assert refused(raw) == code


@given(data=st.data())
def test_broken_files_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD)))
    length = data.draw(st.integers(0, 9))
    raw = GOOD[:place] + data.draw(st.binary(max_size=9)) + GOOD[place + length :]
    try:
        read = read_akn(raw)
    except DocumentRefusedError:
        refused(raw)
    else:
        assert read.provisions


def test_a_doctype_in_words_is_no_doctype() -> None:
    document = read_akn(
        GOOD.replace(b"<akoma", b"<!-- <!DOCTYPE x> -->\n<akoma").replace(b"signs", b"&lt;!DOCTYPE&gt;")
    )

    assert document.provisions[0].text == "Words & <!DOCTYPE>."
