"""Files that are no .docx, that are broken, or that would do harm: each is refused with its own code."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.documents.word_files import PACKAGE, SPACES, R, cell, docx, p, packed, row, run, table

from egov_participation.documents.docx import package, read_docx, reading, words
from egov_participation.documents.docx.package import LARGEST_FILE, MOST_PARTS
from egov_participation.documents.doubts import DOUBTS, DROPPED
from egov_participation.documents.errors import REFUSALS, DocumentRefusedError
from egov_participation.i18n import LANGUAGES, catalogue

BODY = p("1. Words of an act.")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RELS = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'


def refusal(source: io.BytesIO | bytes) -> DocumentRefusedError:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    with pytest.raises(DocumentRefusedError) as refused:
        read_docx(stream)
    return refused.value


def wide(text: str) -> bytes:
    return COMPOUND + bytes(504) + text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"PK\x03\x04" + bytes(LARGEST_FILE), "file.too_large"),
        (b"no file of Word", "file.unknown"),
        (wide("WordDocument"), "file.doc"),
        (wide("EncryptedPackage"), "file.password"),
        (wide("Workbook"), "file.unknown"),
        (b"%PDF-1.7\n", "file.pdf"),
        (b"{\\rtf1\\ansi", "file.rtf"),
        (b"\x89PNG\r\n\x1a\n", "file.image"),
        (b"\xff\xd8\xff\xe0JFIF", "file.image"),
        (b"MZ\x90\x00", "file.program"),
        (b"Rar!\x1a\x07", "file.archive"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "file.web_page"),
        (b"PK\x03\x04 and then nothing", "file.damaged"),
        (packed({"readme.txt": "no act"}).getvalue(), "file.archive"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}).getvalue(), "file.odt"),
    ],
)
def test_what_is_no_docx_is_named(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def bomb() -> io.BytesIO:
    return docx(BODY, parts={"word/media/image1.xml": b"\0" * 8_000_000})


def picture_bomb() -> io.BytesIO:
    return docx(BODY, parts={"word/media/image1.png": bytes(17 * 1024 * 1024)})


def quine() -> io.BytesIO:
    """Two entries that share their bytes."""
    data = bytearray(docx(BODY, parts={"word/a.xml": "<a/>", "word/b.xml": "<b/>"}).getvalue())
    directory = data.rindex(b"word/b.xml")
    first = data.index(b"PK\x03\x04" + data[data.index(b"word/a.xml") - 26 : data.index(b"word/a.xml")])
    data[directory - 4 : directory] = struct.pack("<I", first)
    return io.BytesIO(bytes(data))


def lying_size() -> io.BytesIO:
    """A directory that says less than the part holds."""
    data = bytearray(docx(BODY).getvalue())
    entry = data.rindex(b"word/document.xml") - 46
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    return io.BytesIO(bytes(data))


def lying_zip64() -> io.BytesIO:
    """A directory that promises a size in a field that is not there."""
    data = bytearray(docx(BODY).getvalue())
    entry = data.rindex(b"word/document.xml") - 46
    data[entry + 24 : entry + 28] = b"\xff\xff\xff\xff"
    return io.BytesIO(bytes(data))


def encrypted_entry() -> io.BytesIO:
    data = bytearray(docx(BODY).getvalue())
    entry = data.rindex(b"word/document.xml") - 46
    data[entry + 8] |= 1
    return io.BytesIO(bytes(data))


def twice() -> io.BytesIO:
    stream = docx(BODY)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/document.xml", "<other/>")
    return stream


def cut_short() -> io.BytesIO:
    stream = docx(BODY)
    data = stream.getvalue()
    at = data.index(b"word/document.xml") + 60
    return io.BytesIO(data[:at] + b"\xff" * 40 + data[at + 40 :])


def part(name: str, content: bytes | str = b"x") -> Callable[[], io.BytesIO]:
    return lambda: docx(BODY, parts={name: content})


def document(markup: str | bytes) -> Callable[[], io.BytesIO]:
    return part("word/document.xml", markup)


def relation(kind: str, target: str) -> Callable[[], io.BytesIO]:
    return lambda: docx(
        BODY, relations=f'<Relationship Id="x" Type="{R}/{kind}" Target="{target}" TargetMode="External"/>'
    )


LAUGHS = "".join(f'<!ENTITY l{place} "{f"&l{place - 1};" * 10}">' for place in range(1, 10))
HUGE = "".join(map(hex, range(1_500_000)))
DEEP = "<w:smartTag>" * 400 + "</w:smartTag>" * 400


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (bomb, "docx.bomb"),
        (picture_bomb, "docx.bomb"),
        (quine, "docx.bomb"),
        (lying_size, "file.damaged"),
        (lying_zip64, "docx.bomb"),
        (encrypted_entry, "file.password"),
        (twice, "docx.duplicate_part"),
        (part("WORD/Document.xml"), "docx.duplicate_part"),
        (cut_short, "file.damaged"),
        (part("../../etc/passwd"), "docx.bad_name"),
        (part("/etc/passwd"), "docx.bad_name"),
        (part("word\\..\\x.xml"), "docx.bad_name"),
        (part("C:/x.xml"), "docx.bad_name"),
        (part("word/vbaProject.bin"), "docx.macros"),
        (lambda: docx(BODY, main_type="application/vnd.ms-word.document.macroEnabled.main+xml"), "docx.macros"),
        (part("word/embeddings/setup.EXE"), "docx.embedded_program"),
        (part("word/embeddings/oleObject1.bin", wide("Ole10Native")), "docx.embedded_program"),
        (part("word/media/image1.png", b"MZ\x90\x00"), "docx.embedded_program"),
        (part("word/activeX/activeX1.xml", "<a/>"), "docx.embedded_program"),
        (part("word/embeddings/more.zip", packed({"a": "b"}).getvalue()), "docx.embedded_archive"),
        (relation("attachedTemplate", "http://example.org/evil.dotm"), "docx.external"),
        (relation("oleObject", "\\\\server\\share\\x"), "docx.external"),
        (relation("frame", "//example.org/x"), "docx.external"),
        (lambda: docx('<w:altChunk r:id="x"/>'), "docx.inserted_file"),
        (document(""), "docx.broken_xml"),
        (document("<w:document"), "docx.broken_xml"),
        (document(f"<w:document {SPACES}><w:body><w:p></w:body></w:document>"), "docx.broken_xml"),
        (document(f"<w:document {SPACES}><w:body>{DEEP}</w:body></w:document>"), "docx.broken_xml"),
        (document(f'<w:document {SPACES} a="{HUGE}"><w:body/></w:document>'), "docx.broken_xml"),
        (document(f'<w:document {SPACES}><w:body><w:p a="{HUGE}"/></w:body></w:document>'), "docx.broken_xml"),
        (document(b"\xff\xfe" + "<a>".encode("utf-16-be")), "docx.broken_xml"),
        (document('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), "docx.entities"),
        (document(f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a {SPACES}>&x;</a>'), "docx.entities"),
        (document(f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'), "docx.entities"),
        (document('<!DOCTYPE a [<!ENTITY l0 "ha">]><a/>'.encode("utf-16")), "docx.entities"),
        (part("word/_rels/document.xml.rels", "<!DOCTYPE a><a/>"), "docx.entities"),
        (part("_rels/.rels", RELS % f'<Relationship Type="{R}/officeDocument" Target="a.xml"/>'), "docx.no_document"),
        (lambda: docx(""), "document.no_text"),
    ],
)  # fmt: skip
def test_what_is_broken_or_could_harm_is_refused(made: Callable[[], io.BytesIO], code: str) -> None:
    assert refusal(made()).code == code


def test_a_spreadsheet_is_told_from_a_document() -> None:
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": RELS % f'<Relationship Id="r" Type="{R}/officeDocument" Target="xl/workbook.xml"/>',
        "xl/workbook.xml": "<workbook/>",
    }
    assert refusal(packed(files)).code == "file.not_word"
    assert refusal(packed({name: text for name, text in files.items() if name != "xl/workbook.xml"})).code == (
        "docx.no_document"
    )


def test_too_many_parts_are_refused_with_their_number() -> None:
    refused = refusal(docx(BODY, parts={f"word/{place}.xml": "<a/>" for place in range(MOST_PARTS)}))
    assert refused.code == "docx.too_many_parts"
    assert refused.values["count"] == MOST_PARTS + 4


def test_nothing_that_ministries_files_are_full_of_is_refused() -> None:
    """A template on the author's own disk, links, an equation as an object, the strict form of the format."""
    harmless = (
        f'<Relationship Id="x1" Type="{R}/attachedTemplate" TargetMode="External" Target="file:///C:\\Normal.dotm"/>'
        f'<Relationship Id="x2" Type="{R}/hyperlink" Target="https://example.org" TargetMode="External"/>'
    )
    blank = bytes(3_000_000)
    parts = {
        "word/media/image2.bmp": blank,
        "word/embeddings/oleObject1.bin": wide("Equation Native"),
        "word/media/image1.wmf": b"x",
    }
    document = read_docx(docx(BODY, relations=harmless, parts=parts))
    assert document.provisions[0].text == "Words of an act."
    assert document.dropped == ("dropped.embedded",)
    strict = (
        f'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>{BODY}</w:body></w:document>'
    )
    assert read_docx(docx("", parts={"word/document.xml": strict})).provisions[0].number == "1"


def test_each_refusal_and_doubt_has_a_sentence_in_each_language() -> None:
    for code, sentence in (REFUSALS | DOUBTS | DROPPED).items():
        for lang in LANGUAGES:
            assert catalogue(lang).gettext(sentence) != sentence or lang == "en", (code, lang)


def test_limits_are_on_what_costs_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 10_000)
    assert refusal(docx(BODY, parts={f"word/{place}.png": bytes(1000) for place in range(10)})).code == "docx.bomb"
    monkeypatch.setattr(reading, "_MOST_PARAGRAPHS", 20)
    monkeypatch.setattr(words, "_MOST_RUNS", 30)
    assert refusal(docx(BODY + "<w:p/>" * 20)).code == "document.too_long"
    assert refusal(docx(BODY + table(row(cell(p() * 20))))).code == "document.too_long"
    assert refusal(docx(p(raw=run("a") * 31))).code == "docx.bomb"


def test_a_path_is_read_and_let_go(tmp_path: Path) -> None:
    path = tmp_path / "act.docx"
    path.write_bytes(docx(BODY).getvalue())
    told: list[tuple[int, int]] = []
    assert read_docx(path, lambda done, total: told.append((done, total))).source_format == "docx"
    assert told[-1][0] == told[-1][1] > 0


WHOLE = docx(
    BODY + table(row(cell("a"), cell("b"))) + p(raw=run("2. More") + "<m:oMath/>"), styles="<w:style/>"
).getvalue()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 9)
)
def test_damage_anywhere_is_a_refusal_and_never_a_crash(bytes_: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(WHOLE)
    for place, byte in bytes_:
        data[place] = byte
    try:
        read_docx(io.BytesIO(bytes(data[: len(data) - cut * 40])))
    except DocumentRefusedError as refused:
        assert refused.code in REFUSALS  # noqa: PT017 – both ends are right here
