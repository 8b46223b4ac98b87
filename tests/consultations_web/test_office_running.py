"""A published draft in the office: documents, a later end, the end by the clock, what is owed, and withdrawal."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

from sqlmodel import select
from tests.consultations import office
from tests.officials import MakeOfficial

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.consultations.models import (
    Comment,
    Consultation,
    ConsultationHappening,
    ConsultationPaper,
    State,
    Version,
)
from egov_participation.consultations.service import clock as by_the_clock
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.services import Services


def docx(*lines: str, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word file of these paragraphs."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="word/document.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    parts = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relations.encode(),
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'.encode(),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (extra or {})).items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_word_file_is_read_in_the_background(services: Services, official: MakeOfficial) -> None:
    one = official(Role.MINISTRY)
    key = office.begin(one)
    page = f"/en/office/drafts/{key}/v1/ru"
    good = docx(*(line for line in office.TEXTS["ru"].splitlines() if line))
    assert one.client.post(page, files={"file": ("draft.pdf", good)}).status_code == 303
    waiting = one.client.get(page).text
    assert "Reading the file" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "egov-progress" in one.client.get(f"{page}/progress", headers={"HX-Request": "true"}).text
    Worker(services).run_due()
    assert one.client.get(f"{page}/progress").headers["hx-refresh"] == "true"
    assert "Парк закрывается в 22 часа." in one.client.get(page).text


def test_documents_go_with_the_draft(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.begin(one)
    page = f"/en/office/drafts/{key}/papers"
    form = {"kind": "note", "lang": "ru", "name": "Пояснительная записка"}
    for refused in (b"<html>", b"PK\x03\x04", docx("a", extra={"word/vbaProject.bin": b"x"})):
        answer = one.client.post(page, data=form, files={"file": ("note.pdf", refused)})
        assert answer.status_code == 422
        assert "neither a PDF nor" in answer.text
    assert one.client.post(page, data=form, files={"file": ("a.txt", b"%PDF-1.7 x")}).status_code == 303
    assert one.client.post(page, data=form | {"kind": "other"}, files={"file": ("b", docx("a"))}).status_code == 303
    with services.database.read() as db:
        hashes = {paper.kind: paper.sha256 for paper in db.exec(select(ConsultationPaper))}
    served = other.client.get(f"{page}/{hashes['note']}")
    assert served.headers["content-disposition"].startswith("attachment")
    assert served.content == b"%PDF-1.7 x"
    assert one.client.post(f"{page}/{hashes['other']}/remove").status_code == 303
    office.paste(one, key)
    office.approve(other, office.propose(one, key))
    with services.database.read() as db:
        assert [paper.published_at for paper in db.exec(select(ConsultationPaper))] == [services.clock()]


def test_what_was_proposed_is_published_or_nothing(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.begin(one)
    office.paste(one, key)
    proposal = office.propose(one, key)
    office.paste(one, key, texts={"ru": office.TEXTS["ru"].replace("22 часа", "23 часа")})
    answer = office.decide(other.client, proposal)
    assert answer.status_code == 409
    assert "Something has changed since this was proposed" in answer.text
    with services.database.read() as db:
        assert db.exec(select(Version.published_at)).one() is None
        assert list(ledger.newest(db, "consultation.version")) == []


def test_comments_end_later_than_said_and_then_by_the_clock(
    services: Services, official: MakeOfficial, clock: ManualClock, outbox: NullMailer
) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.publish(one, other)
    later = (clock() + timedelta(days=70)).date()
    form = {"reason": "Просили ассоциации.", "closes_on-day": str(later.day), "closes_on-month": str(later.month)}
    page = f"/en/office/drafts/{key}/extend"
    early = one.client.post(page, data=form | {"closes_on-year": str(later.year - 1)})
    assert "Choose a day after" in early.text
    answer = one.client.post(page, data=form | {"closes_on-year": str(later.year)})
    office.approve(other, str(answer.headers["location"]).rsplit("/", 1)[1])
    with services.database.read() as db:
        row = db.exec(select(Consultation)).one()
        happening = db.exec(select(ConsultationHappening).where(ConsultationHappening.kind == "extended")).one()
        entry = next(ledger.newest(db, "consultation.extended"))
    assert json.loads(happening.details) == {"date": later.isoformat()}
    assert happening.salt is not None
    assert entry["reason"] == ledger.commitment("consultation.reason", happening.salt, "Просили ассоциации.".encode())
    assert row.closes_at is not None
    assert services.day(row.closes_at - timedelta(seconds=1)) == later
    public = one.client.get(f"/en/consultations/{row.reference}").text
    public = " ".join(re.sub("<[^>]*>", " ", public).split())
    written = f"{later.day} {later:%B %Y}"
    assert f"Comments are taken for longer, until {written} {services.day(clock()).day} " in public
    assert f"the last day is {written} " in public
    clock.advance(seconds=(row.closes_at - clock()).total_seconds() - 1)
    assert by_the_clock.close_due(services) == []
    clock.advance(seconds=1)
    assert by_the_clock.close_due(services) == [row.reference]
    assert by_the_clock.close_due(services) == []
    with services.database.uow() as tx:
        row = tx.exec(select(Consultation)).one()
        assert (row.state, row.state_at) == (State.CLOSED, row.closes_at)
        assert row.reply_due_on is not None
        assert row.reply_due_on > later
        tx.add(
            Comment(
                consultation_id=row.id or 0,
                number=1,
                version_id=1,
                lang="ru",
                day=clock().date(),
                document_hash="0" * 64,
            )
        )
        due = row.reply_due_on
        tx.commit()
    Worker(services).run_due()
    outbox.sent.clear()
    clock.advance(hours=12)
    # The first working day that comes: on others nobody is written to.
    while not by_the_clock.remind(services):
        clock.advance(days=1)
        assert services.day(clock()) < due + timedelta(days=14)
    assert by_the_clock.remind(services) == 0
    Worker(services).run_due()
    assert len([mail for mail in outbox.sent if str(row.reference) in mail.subject]) == 2


def test_a_draft_is_withdrawn_for_a_reason(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.publish(one, other)
    page = f"/en/office/drafts/{key}/withdraw"
    assert one.client.post(page, data={"reason": ""}).status_code == 422
    answer = one.client.post(page, data={"reason": "Закон уже это решил."})
    proposal = str(answer.headers["location"]).rsplit("/", 1)[1]
    assert "Закон уже это решил." in other.client.get(f"/en/office/drafts/proposals/{proposal}").text
    assert "Decide on a draft of your agency" in other.client.get("/en/office").text
    office.approve(other, proposal)
    with services.database.read() as db:
        assert db.exec(select(Consultation.state)).one() == State.WITHDRAWN
        assert next(ledger.newest(db, "consultation.state"))["to"] == "withdrawn"
    assert one.client.get(page).status_code == 404


def test_a_draft_that_nobody_published_goes_after_a_year(
    services: Services, official: MakeOfficial, clock: ManualClock
) -> None:
    one = official(Role.MINISTRY)
    key = office.begin(one)
    office.paste(one, key)
    clock.advance(days=364)
    by_the_clock.forget_drafts(services)
    with services.database.read() as db:
        assert db.exec(select(Version.id)).all()
    clock.advance(days=1)
    by_the_clock.forget_drafts(services)
    with services.database.read() as db:
        assert not db.exec(select(Version.id)).all()
