"""A comment from the form to its receipt, without JavaScript; what was typed is never lost."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from io import BytesIO
from urllib.parse import unquote_plus
from zipfile import ZipFile

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.consultations import world
from tests.identity.conftest import forms_of
from tests.officials import MakeCitizen, SignedIn

from egov_participation.consultations.models import Comment, CommentDraft, Reply, ReplyTo
from egov_participation.consultations.rules import attachments
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.search.models import DocumentText
from egov_participation.services import Services

ARTICLE = "chp_1__art_2"
TEXT = "Парк должен быть открыт и ночью: многие возвращаются с работы поздно."
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main")[2])).split())


def form_of(client: TestClient, path: str, to: str = "/comment") -> tuple[str, dict[str, str]]:
    """The page's form: where it goes, and the hidden fields in it."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    forms = {unescape(address): fields for address, fields in forms_of(answer.text).items() if to in address}
    return next(iter(forms.items()))


def post(client: TestClient, path: str, to: str = "/comment", **fields: str) -> str:
    """Fill a page's form in; where that leads."""
    address, given = form_of(client, path, to)
    answer = client.post(address, data=given | fields)
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def sent(author: SignedIn, reference: str, query: str = f"?provision={ARTICLE}&text=ru", **fields: str) -> str:
    """A comment, through all of its pages; the address of its author's page."""
    here = f"/en/consultations/{reference}/v1/comment{query}"
    summary = post(author.client, here, **{"act": "check", "text": TEXT, "lang": "ru", **fields})
    return post(author.client, summary, "/send")


def test_a_comment_is_written_checked_sent_and_kept(services: Services, citizen: MakeCitizen) -> None:
    reference, author = world.put(services), citizen()
    here = f"/en/consultations/{reference}/v1/comment?provision={ARTICLE}&text=ru"
    to, fields = form_of(author.client, here)
    fields |= {"text": TEXT, "quote": "парк закрывается", "lang": "ru", "shown": "yes", "stance": "oppose"}
    wrong = author.client.post(to, data=fields | {"act": "check", "capacity": "expert"})
    assert wrong.status_code == 422
    assert "These words do not stand in the provision" in wrong.text
    assert TEXT in wrong.text

    answer = author.client.post(to, data=fields | {"act": "check", "quote": "Парк закрывается  в 22 часа."})
    assert answer.status_code == 303, text_of(answer.text)
    put = answer.headers["location"].replace("/check", "/files")
    refused = author.client.post(put, files={"file": ("run.pdf", b"MZ\x90", "application/pdf")})
    assert refused.status_code == 422
    assert "none of those that can be put here" in refused.text
    for content in (PNG, b"%PDF-1"):
        given = author.client.post(put, files={"file": ("../план двора.exe", content, "image/png")})
        assert given.status_code == 303, text_of(given.text)
    author.client.post(put, data={"remove": hashlib.sha256(b"%PDF-1").hexdigest()})
    summary = text_of(author.client.get(answer.headers["location"]).text)
    for said in ("Статья 2 – Уход", "Парк закрывается в 22 часа.", "Against it", "план двора.png", TEXT):
        assert said in summary
    mine = text_of(author.client.get("/en/me/comments").text)
    assert "Drafts" in mine
    own = post(author.client, answer.headers["location"], to="/send")
    assert own == f"/en/me/comments/{reference}/1?sent=yes"

    page = text_of(author.client.get(own).text)
    assert f"It is published {reference}/1" in page
    receipt = json.loads(author.client.get(f"/en/me/comments/{reference}/1/receipt").content)
    content = json.dumps(receipt["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = hashlib.sha256(receipt["kind"].encode() + bytes.fromhex(receipt["salt"]) + content).hexdigest()
    assert digest == receipt["hash"]
    public = author.client.get(f"/en/consultations/{reference}/comments/1").text
    assert receipt["hash"].replace(" ", "")[:4] in public
    assert author.entry.given_name in public
    assert f'lang="ru">{TEXT}' in public.replace("\n", "")
    (path,) = re.findall(r'href="([^"]*/files/[0-9a-f]{64})"', public)
    file = author.client.get(path)
    assert file.content == PNG
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"
    listed = text_of(author.client.get(f"/en/consultations/{reference}/comments?q=НОЧЬЮ").text)
    assert "Comment 1 : Статья 2 – Уход" in listed
    with services.database.read() as session:
        assert session.exec(select(CommentDraft)).all() == []


def test_what_comes_after_the_session_has_ended_is_there_after_the_next_sign_in(
    services: Services, citizen: MakeCitizen, new_client: ClientFactory, app: Starlette
) -> None:
    reference, author = world.put(services), citizen()
    here = f"/en/consultations/{reference}/v1/comment?provision={ARTICLE}&text=ru"
    nobody = new_client(app)
    assert "Sign in and comment" in nobody.get(here).text
    to, fields = form_of(author.client, here)
    led = nobody.post(to, data=fields | {"text": TEXT, "act": "check"})
    assert led.status_code == 303
    back = unescape(re.findall(r"next=([^&]*)", led.headers["location"])[0])
    for others in ("", "of another browser"):
        author.client.cookies.set("kept", others)
        assert TEXT not in author.client.get(unquote_plus(back)).text
    author.client.cookies.set("kept", nobody.cookies["kept"])
    page = author.client.get(unquote_plus(back)).text
    assert TEXT in page
    assert "You had been signed out" in page
    assert "Save" in page
    # Of another session of the same person: shown again, and nothing is sent.
    again = author.client.post(to, data=fields | {"text": TEXT, "act": "check"}, headers={"X-CSRF-Token": "0" * 64})
    assert again.status_code == 403
    assert TEXT in again.text
    later = post(author.client, unquote_plus(back), act="save", text=TEXT)
    assert later == "/en/me/comments"
    assert TEXT[:40] in author.client.get(later).text
    assert TEXT in author.client.get(here).text
    with services.database.read() as session:
        (draft,) = session.exec(select(CommentDraft)).all()
        assert TEXT.encode() not in draft.content
        assert session.exec(select(Comment)).all() == []


def test_other_words_are_proposed_supported_discussed_and_looked_at_in_three_languages(
    services: Services, citizen: MakeCitizen
) -> None:
    reference, author, other = world.put(services), citizen(), citizen()
    query = f"?provision={ARTICLE}&text=ru&amendment=replace"
    form = author.client.get(f"/en/consultations/{reference}/v1/comment{query}").text
    assert "Уход\nПарк закрывается в 22 часа. Парк убирается раз в неделю.</textarea>" in form
    sent(author, reference, query, proposed="Уход\nПарк открыт всегда. Парк убирается раз в неделю.")
    page = author.client.get(f"/en/consultations/{reference}/comments/1").text
    assert "<del>" in page
    assert "<ins>" in page
    support = f"/en/consultations/{reference}/comments/1/support"
    for _ in range(2):
        other.client.post(support, data={"act": "support"})
    assert "This is your own comment" in author.client.post(support, data={"act": "support"}).text
    assert "1 supports it" in text_of(author.client.get(f"/en/consultations/{reference}/comments/1").text)
    other.client.post(support, data={"act": "take-back"})
    assert "0 support it" in text_of(author.client.get(f"/en/consultations/{reference}/comments/1").text)
    sent(other, reference, "?about=1&text=ru", text="Согласен, но уберите раз в день.")
    seen = other.client.get(f"/en/consultations/{reference}/v1/comment?provision={ARTICLE}&text=ru").text
    assert "Does somebody say the same already?" in seen
    alike = other.client.post(
        f"/en/consultations/{reference}/v1/comment/alike?provision={ARTICLE}&text=ru", data={"text": TEXT.upper()}
    ).text
    assert "Proposed wording 1" in alike
    for lang in ("kk", "ru", "en"):
        for page_ in ("comments", "comments/1", "comments/2", "comments?kind=amendment&provision=-"):
            assert author.client.get(f"/{lang}/consultations/{reference}/{page_}").status_code == 200


def test_who_reads_an_old_version_is_led_to_the_new_one(services: Services, citizen: MakeCitizen) -> None:
    reference, author = world.put(services), citizen()
    here = f"/en/consultations/{reference}/v1/comment?provision={ARTICLE}&text=ru"
    to, fields = form_of(author.client, here)
    author.client.post(to, data=fields | {"text": TEXT, "act": "save"})
    world.put_version(services, reference, {"ru": world.TEXTS["ru"][:1]})
    page = author.client.get(here).text
    assert "There is a newer version" in page
    assert "This provision is not in it any more" in page
    assert TEXT in page
    assert "<textarea" not in page
    assert "the provision is no longer in the draft" in text_of(author.client.get("/en/me/comments").text)
    assert author.client.get(f"/en/consultations/{reference}/v1/comment?text=ru").text.count("/v2/comment") == 1
    (draft,) = re.findall(r'action="([^"]*/discard)"', author.client.get("/en/me/comments").text)
    author.client.post(draft)
    assert "You have written no comment" in author.client.get("/en/me/comments").text


def test_numbers_beyond_all_bounds_are_not_found(services: Services, citizen: MakeCitizen) -> None:
    reference, author, huge = world.put(services), citizen(), "9" * 5000
    for path in (f"comments/{huge}", f"v{huge}/comment", f"comments/{huge}/support", f"comments/{huge}/files/0"):
        assert author.client.get(f"/en/consultations/{reference}/{path}").status_code == 404, path
    answer = author.client.get(f"/en/consultations/{reference}/comments?after={huge}&version={huge}&provision=x")
    assert answer.status_code == 404
    assert author.client.get(f"/en/consultations/{reference}/comments?after={huge}&about={huge}").status_code == 200
    # More digits than PostgreSQL has in a number of comments are no place in their list.
    assert author.client.get(f"/api/v1/consultations/{reference}/comments?after=2147483648").status_code == 400


def test_the_reply_stands_with_the_comment(services: Services, citizen: MakeCitizen) -> None:
    reference, author = world.put(services), citizen()
    own = sent(author, reference).partition("?")[0]
    with services.database.uow() as tx:
        comment = tx.exec(select(Comment)).one()
        first: Reply | None = None
        for number, (verdict, reason) in enumerate(
            (("rejected", "Ночью шумно."), ("partly", "Летом – до полуночи.")), 1
        ):
            reply = Reply(
                consultation_id=comment.consultation_id,
                number=number,
                verdict=verdict,
                lang="ru",
                reason=reason,
                at=services.clock(),
                proposal=f"proposal-{number}",
                salt=bytes(32),
                document_hash="0" * 64,
                supersedes=None if first is None else first.id,
            )
            tx.add(reply)
            tx.flush()
            tx.add(ReplyTo(reply_id=reply.id, comment_id=comment.id))
            first = reply
        tx.commit()
    for path in (own, f"/en/consultations/{reference}/comments/1"):
        page = text_of(author.client.get(path).text)
        assert "Reply Accepted in part" in page
        assert page.index("Летом – до полуночи.") < page.index("in whose place another one came")
        assert page.index("in whose place another one came") < page.index("Ночью шумно.")
    listed = text_of(author.client.get(f"/en/consultations/{reference}/comments?answered=yes").text)
    assert "Has a reply" in listed
    assert "support it" not in listed  # nobody does: no number
    assert "No comment fits" in author.client.get(f"/en/consultations/{reference}/comments?answered=no").text


def test_an_author_adds_to_a_comment_and_lets_its_words_be_destroyed(services: Services, citizen: MakeCitizen) -> None:
    reference, author, other = world.put(services), citizen(), citizen()
    own = sent(author, reference, quote="Парк убирается раз в неделю.").partition("?")[0]
    assert author.client.post(f"{own}/add", data={"added": "И снег."}).status_code == 303
    public = f"/en/consultations/{reference}/comments/1"
    assert "Added on" in (page := text_of(other.client.get(public).text))
    assert TEXT in page
    (edit,) = author.client.get(f"{own}/receipt").json()["edits"]
    content = json.dumps(edit["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = hashlib.sha256(b"consultation.edit" + bytes.fromhex(edit["salt"]) + content).hexdigest()
    with services.database.read() as session:
        entered = next(ledger.newest(session, "consultation.comment", reference))
    assert (entered["what"], entered["document"]) == ("edit", digest)
    assert other.client.get(own).status_code == 404
    assert other.client.post(f"{own}/erase").status_code == 404
    assert author.client.post(f"{own}/erase").status_code == 303
    everywhere = (public, f"/en/consultations/{reference}/comments", "/en/me/comments")

    def nowhere() -> None:
        for path in everywhere:
            after = author.client.get(path).text
            assert TEXT not in after
            assert "И снег" not in after

    nowhere()
    assert TEXT in author.client.get(own).text  # until it is done it can be taken back
    assert author.client.post(f"{own}/keep").status_code == 303
    assert TEXT in author.client.get(public).text
    assert author.client.post(f"{own}/keep").status_code == 409
    assert author.client.post(f"{own}/erase").status_code == 303
    with services.database.read() as session:
        (row,) = session.exec(select(Comment)).all()
        assert (row.shown, row.text, row.found_by) == ("erasing", TEXT, None)
    assert world.waited(services) == 1
    nowhere()
    with services.database.read() as session:
        (row,) = session.exec(select(Comment)).all()
    assert (row.text, row.quote, row.salt, row.found_by, row.shown) == ("", "", None, None, "erased")
    with services.database.read() as session:
        assert session.exec(select(DocumentText).where(DocumentText.body.contains("Парк"))).all() == []


def test_a_file_is_what_is_in_it() -> None:
    def package(*names: str) -> bytes:
        raw = BytesIO()
        with ZipFile(raw, "w") as file:
            for name in names:
                file.writestr(name, "")
        return raw.getvalue()

    docx = package("[Content_Types].xml", "word/document.xml")
    assert attachments.media_type(docx) == attachments.DOCX
    assert attachments.file_name("C:\\a\\b.pdf.exe", attachments.PDF) == "b.pdf.pdf"
    for content, code in (
        (package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "file.macros"),
        (package("[Content_Types].xml", "word/document.xml", "word/embeddings/a.EXE"), "file.macros"),
        (package("[Content_Types].xml", "word/document.xml", *map(str, range(5000)), "vbaProject.bin"), "file.type"),
        (package("a.txt"), "file.type"),
        (docx[:60], "file.type"),
        (b"<svg onload=alert(1)>", "file.type"),
        (b"%PDF-" + bytes(5_000_000), "file.size"),
    ):
        with pytest.raises(DomainError) as refusal:
            attachments.media_type(content)
        assert refusal.value.code == code
