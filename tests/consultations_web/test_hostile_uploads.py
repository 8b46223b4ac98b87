"""Files that would do harm, or are not what they say, brought through the office's page and with comments.

Each is refused with its own sentence in the language of the page, and nothing of it is left: no row, no job, no file.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from sqlmodel import col, func, select
from starlette.testclient import TestClient
from tests.consultations import office, world
from tests.consultations_web.test_commenting_pages import ARTICLE, TEXT, form_of
from tests.documents.word_files import SPACES, docx, p, packed, run
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.consultations.models import (
    CommentFile,
    Consultation,
    ConsultationPaper,
    Expression,
    Import,
    Provision,
    Version,
)
from egov_participation.consultations.service import importing
from egov_participation.documents.errors import REFUSALS
from egov_participation.jobs import Job, Worker
from egov_participation.services import Services

LANGS: Final = ("kk", "ru", "en")
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
AKN: Final = '<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0">%s</akomaNtoso>'
MACROS: Final = "application/vnd.ms-word.document.macroEnabled.main+xml"
BODY: Final = p("Статья 1. Слова")


def nested() -> bytes:
    """A file within which each level holds the one below ten times over, as bombs of archives do."""
    inner = bytes(1_000_000)
    for _ in range(3):
        inner = packed({f"{place}.zip": inner for place in range(10)}).getvalue()
    return docx(BODY, parts={"word/embeddings/a.zip": inner}).getvalue()


def flat_bomb() -> bytes:
    """A document that unpacks to a thousand times its size."""
    return docx(BODY, parts={"word/media/image1.xml": bytes(40_000_000)}).getvalue()


def lying() -> bytes:
    """A directory that says less than a part holds."""
    data = bytearray(docx(p("слово " * 5000)).getvalue())
    entry = data.rindex(b"word/document.xml") - 46
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    return bytes(data)


def laughs() -> bytes:
    """Entities of entities."""
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ха">{names}]>{AKN % "&l8;"}'.encode()


def xxe(address: str) -> bytes:
    return f'<!DOCTYPE a [<!ENTITY b SYSTEM "{address}">]>{AKN % "&b;"}'.encode()


def word_xxe() -> bytes:
    document = (
        f'<!DOCTYPE w:document [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
        f"<w:document {SPACES}><w:body>{p(raw='<w:r><w:t>&b;</w:t></w:r>')}</w:body></w:document>"
    )
    return docx(BODY, parts={"word/document.xml": document}).getvalue()


def tracked() -> bytes:
    inserted = f'<w:ins w:id="1" w:author="x" w:date="2026-01-01T00:00:00Z">{run("тайное слово")}</w:ins>'
    return docx(p("Статья 1. Слова") + p(raw=inserted)).getvalue()


def web_page() -> bytes:
    return b"<!DOCTYPE html><html><script>alert(1)</script></html>"


HOSTILE: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "bomb": ("Закон.docx", flat_bomb),
    "nested bomb": ("Закон.docx", nested),
    "lying directory": ("Закон.docx", lying),
    "laughs": ("Закон.xml", laughs),
    "xxe": ("Закон.xml", lambda: xxe("file:///etc/passwd")),
    "xxe elsewhere": ("Закон.xml", lambda: xxe("http://127.0.0.1:9/")),
    "xxe in word": ("Закон.docx", word_xxe),
    "macros": ("Закон.docx", lambda: docx(BODY, parts={"word/vbaProject.bin": b"x"}).getvalue()),
    "macros by type": ("Закон.docx", lambda: docx(BODY, main_type=MACROS).getvalue()),
    "pdf": ("Закон.docx", lambda: b"%PDF-1.7\n"),
    "old word": ("Закон.docx", lambda: COMPOUND + "WordDocument".encode("utf-16-le")),
    "password": ("Закон.docx", lambda: COMPOUND + "EncryptedPackage".encode("utf-16-le")),
    "program": ("Закон.docx", lambda: b"MZ\x90\x00"),
    "web page": ("Закон.docx", web_page),
    "picture": ("Закон.docx", lambda: b"\x89PNG\r\n\x1a\n" + zlib.compress(b"x")),
    "broken xml": ("Закон.xml", (AKN % "<act><body>").encode),
    "broken document": (
        "Закон.docx",
        lambda: docx(BODY, parts={"word/document.xml": f"<w:document {SPACES}><w:body>"}).getvalue(),
    ),
    "cut short": ("Закон.docx", lambda: docx(BODY).getvalue()[:-40]),
    "tracked changes": ("Закон.docx", tracked),
    "empty": ("Закон.docx", lambda: b""),
    "too large": ("Закон.docx", lambda: b"PK\x03\x04" + bytes(importing.MAX_SIZE)),
}


def said(page: str) -> str:
    """The sentence beside the field of the file."""
    found = re.search(r'id="file-error"[^>]*>(.*?)</p>', page, re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]*>", " ", found[1] if found else "")).split())


def left(services: Services) -> dict[str, int]:
    """How many rows there are of each table that files come into, and how many jobs wait."""
    tables = (Expression, Provision, ConsultationPaper, CommentFile, Version, Consultation)
    with services.database.read() as db:
        counts = {table.__name__: db.exec(select(func.count()).select_from(table)).one() for table in tables}
        kept = select(func.count()).select_from(Import).where(col(Import.content).is_not(None))
        jobs = select(func.count()).select_from(Job).where(col(Job.done_at).is_(None), col(Job.dead_at).is_(None))
        return counts | {"Import": db.exec(kept).one(), "Job": db.exec(jobs).one()}


def files(folder: Path) -> set[str]:
    return {str(one) for one in folder.rglob("*") if one.is_file() and "sqlite" not in one.name}


def test_nothing_of_a_hostile_file_is_left_and_its_sentence_says_what_is_wrong(
    services: Services, official: MakeOfficial, tmp_path: Path
) -> None:
    one = official(Role.MINISTRY)
    key = office.begin(one)
    worker = Worker(services)
    worker.run_due()
    before, on_disk = left(services), files(tmp_path)
    wrong = []
    for name, (file, make) in HOSTILE.items():
        content, sentences, waits = make(), set[str](), False
        for lang in LANGS:
            page = f"/{lang}/office/drafts/{key}/v1/ru"
            if sentences and waits:
                answer = one.client.get(page)
            else:
                answer = one.client.post(page, files={"file": (file, content)})
                waits = answer.status_code == 303
            if answer.status_code == 303:  # what reads it in the background refuses it
                worker.run_due()
                answer = one.client.get(page)
            sentence = said(answer.text)
            sentences.add(sentence)
            refused = answer.status_code == (200 if waits else 422)
            if not (refused and len(sentence) > 13 and "Traceback" not in answer.text and "root:" not in answer.text):
                wrong.append((name, lang, answer.status_code, sentence))
        if len(sentences) != len(LANGS):
            wrong.append((name, "the same in two languages", *sentences))
        if left(services) != before:
            wrong.append((name, left(services)))
    assert not wrong, "\n".join(map(str, wrong))
    assert files(tmp_path) == on_disk
    # The places of tracked changes are named, and what was deleted or inserted is in no page.
    page = office.upload(one, key, "ru", tracked())
    assert 'id="places"' in page
    # A web page begins as XML does, and is told what it is all the same.
    assert said(office.upload(one, key, "ru", web_page())) == f"Error: {REFUSALS['file.web_page']}"
    # What is doubtful is named with the article that it stands in: "2." stands in each of them.
    text = "Статья 1. Уход\n1. Раз.\n2. Два.\nСтатья 2. Вход\n1. Раз.\n2. Два.\n2. Три.\n"
    one.client.post(f"/en/office/drafts/{key}/v1/ru", data={"text": text})
    page = one.client.get(f"/en/office/drafts/{key}/v1/ru").text
    assert page.count(">Статья 2, пункт 2</a>") == 2


@pytest.mark.parametrize("size", [100_000_000, None], ids=["announced", "found out"])
def test_a_hundred_megabytes_are_stopped_before_they_are_kept(
    services: Services, official: MakeOfficial, size: int | None
) -> None:
    """By what the request announces, or while it arrives."""
    one = official(Role.MINISTRY)
    key = office.begin(one)
    before = left(services)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    content = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\n\r\n'
    if size is None:
        content += bytes(importing.MAX_SIZE + 2_000_000) + b"\r\n--x--\r\n"
    else:
        headers["Content-Length"] = str(size)
    for lang in LANGS:
        answer = one.client.post(f"/{lang}/office/drafts/{key}/v1/ru", content=content, headers=headers)
        assert answer.status_code == 413
        assert f'lang="{lang}"' in answer.text
        assert "26" in answer.text
    assert left(services) == before


def put(client: TestClient, address: str, content: bytes, name: str) -> tuple[int, str]:
    answer = client.post(address, files={"file": (name, content, "application/pdf")})
    return answer.status_code, said(answer.text)


def test_what_goes_with_drafts_and_comments_is_looked_at_by_its_content(
    services: Services, official: MakeOfficial, citizen: MakeCitizen
) -> None:
    one = official(Role.MINISTRY)
    key = office.begin(one)
    author: SignedIn = citizen()
    reference = world.put(services, 901)
    to, fields = form_of(author.client, f"/en/consultations/{reference}/v1/comment?provision={ARTICLE}&text=ru")
    sent = author.client.post(to, data=fields | {"text": TEXT, "lang": "ru", "act": "check"})
    beside = sent.headers["location"].replace("/check", "/files")
    before = left(services)
    for content in (
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00",
        COMPOUND,
        packed({"a.txt": "x"}).getvalue(),
        docx(BODY, parts={"word/vbaProject.bin": b"x"}).getvalue(),
    ):
        for lang in LANGS:
            status, sentence = put(author.client, beside.replace("/en/", f"/{lang}/"), content, "a.pdf")
            assert status == 422
            assert sentence, content[:20]
            form = {"kind": "note", "lang": "ru", "name": "Записка"}
            page = f"/{lang}/office/drafts/{key}/papers"
            answer = one.client.post(page, data=form, files={"file": ("a.pdf", content)})
            assert answer.status_code == 422
            assert said(answer.text), content[:20]
    assert left(services) == before
    assert (
        one.client.post(
            f"/en/office/drafts/{key}/papers",
            data={"kind": "note", "lang": "ru", "name": "Записка"},
            files={"file": ("a.html", b"%PDF-1.7 <script>")},
        ).status_code
        == 303
    )
    with services.database.read() as db:
        sha256 = db.exec(select(ConsultationPaper.sha256)).one()
    served = one.client.get(f"/en/office/drafts/{key}/papers/{sha256}")
    assert served.headers["content-type"] == "application/pdf"
    assert served.headers["content-disposition"].startswith("attachment")
    assert served.headers["x-content-type-options"] == "nosniff"
