"""Documents as PDF: what a screen reader needs is in them, and the same words make the same bytes."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from threading import Event
from time import sleep

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from egov_participation.results import charts, pdf
from egov_participation.results.charts import Bar
from egov_participation.results.pdf import Address, Code, Document, Heading, Items, Notice, Paragraph, Picture, Table

SVG = charts.to_svg(lambda: charts.answers([Bar("Иә", 5, "5 (62,50 %)"), Bar("Жоқ", 3, "3", quiet=True)], 8, 700))
WORDS = 'Әріптер: әіңғүұқөһ; белгілер: #let x = [*b*] $x$ \\ @a "q" <b>'
DOCUMENT = Document(
    lang="kk",
    title="Хаттама",
    author="Комиссия",
    at=datetime(2024, 10, 7, 5, 0, tzinfo=UTC),
    header="Басы",
    footer="Аяғы",
    blocks=(
        Heading("Хаттама", 1),
        Notice("Түзету"),
        Heading("Нәтиже"),
        Paragraph(WORDS),
        Items(("бірінші", "екінші")),
        Table(("Жауап", "Дауыс"), (("Иә", "5"), ("Хеш", Code("abcd " * 16))), (3, 1), (1,)),
        Picture(SVG, "Иә: 5; Жоқ: 3"),
        Address("Тексеру:", "https://vote.example/kk", SVG, "QR коды"),
    ),
)


IN_ANOTHER_PROCESS = pdf._in_another_process


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as in the other tests, which have them set within their own process."""
    monkeypatch.setattr(pdf, "_in_another_process", IN_ANOTHER_PROCESS)


def tags(reader: PdfReader) -> list[DictionaryObject]:
    """The elements of the tree of structure, in reading order."""
    found: list[DictionaryObject] = []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.root_object["/StructTreeRoot"])
    return found


@pytest.fixture(scope="module")
def raw() -> bytes:
    return pdf.typeset(DOCUMENT.as_json())


@pytest.fixture(scope="module")
def reader(raw: bytes) -> PdfReader:
    return PdfReader(BytesIO(raw))


def test_it_says_that_it_is_pdf_ua_has_a_title_a_language_and_tags(reader: PdfReader) -> None:
    root = reader.root_object

    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "kk"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Хаттама", "Комиссия")


def test_headings_rows_cells_lists_and_links_are_what_they_are(reader: PdfReader) -> None:
    kinds = [tag["/S"] for tag in tags(reader)]

    assert [kind for kind in kinds if kind in {"/H1", "/H2"}] == ["/H1", "/H2"]
    assert (kinds.count("/Table"), kinds.count("/TH"), kinds.count("/TD")) == (1, 2, 4)
    assert (kinds.count("/L"), kinds.count("/LI"), kinds.count("/Link")) == (1, 2, 1)


def test_pictures_are_said_in_words(reader: PdfReader) -> None:
    assert [tag["/Alt"] for tag in tags(reader) if tag["/S"] == "/Figure"] == ["Иә: 5; Жоқ: 3", "QR коды"]


def test_text_is_text_and_never_markup(reader: PdfReader) -> None:
    text = " ".join(reader.pages[0].extract_text().split())

    assert WORDS in text
    assert "Жауап" in text


def test_every_font_is_in_the_file(reader: PdfReader) -> None:
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]

    assert fonts
    assert all("/FontFile2" in one or "/FontFile3" in one for one in described)


def test_pages_have_numbers_and_the_words_above_and_below(reader: PdfReader) -> None:
    text = reader.pages[0].extract_text()

    assert all(part in text for part in ("Басы", "Аяғы", "1 / 1"))


def test_the_same_words_make_the_same_bytes_in_another_process_too(raw: bytes) -> None:
    assert pdf.made(DOCUMENT) == raw
    assert pdf.made(replace(DOCUMENT)) is pdf.made(DOCUMENT)  # kept by what it says
    assert PdfReader(BytesIO(raw)).metadata.creation_date == DOCUMENT.at  # type: ignore[union-attr]


def test_a_crowd_that_wants_many_pdfs_keeps_few_threads_and_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    going_on, started = Event(), []

    def slow(data: str) -> bytes:
        started.append(data)
        assert going_on.wait(240)
        return data.encode()

    monkeypatch.setattr(pdf, "_in_another_process", slow)
    monkeypatch.setattr(pdf, "_kept", OrderedDict())
    others = [replace(DOCUMENT, title=str(number)) for number in range(pdf.MOST_WAITING)]
    with ThreadPoolExecutor(pdf.MOST_WAITING) as pool:
        waiting = [pool.submit(pdf.made, other) for other in (*others[1:], others[1])]
        while pdf._few_at_a_time._value:
            sleep(0.01)
        with pytest.raises(pdf.BusyError):
            pdf.made(others[0])
        going_on.set()
        answers = [one.result() for one in waiting]
    assert answers[0] == answers[-1] == others[1].as_json().encode()
    assert len(started) == len(set(started)) == 3  # who waited for the same did not have it made again
    assert pdf.made(others[0])


def test_a_document_that_nobody_could_follow_is_refused() -> None:
    nothing_said = replace(DOCUMENT, blocks=(Heading("T", 1), Picture("<svg", "words")))
    level_left_out = replace(DOCUMENT, title="")

    for broken in (nothing_said, level_left_out):
        with pytest.raises(pdf.TypesettingError):
            pdf.made(broken)
