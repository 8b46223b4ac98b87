"""The office's pages of rehearsals."""

from __future__ import annotations

import re

import pytest
from tests.commission.frozen import Course
from tests.commission.rehearsing import BANNER, VOTES, Rehearsing
from tests.commission.test_office_pages import press
from tests.officials import MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.commission import documents
from egov_participation.commission.service import rehearsals
from egov_participation.commission.service.lookup import lock_draft
from egov_participation.results.pdf import Document, Notice

DO_NOTHING = "Nobody has to do anything for it: once it has closed"


@pytest.mark.sqlite
def test_a_member_rehearses_a_draft_on_its_pages(
    course: Course, clock: ManualClock, member: SignedIn, second: SignedIn, official: MakeOfficial,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    draft = f"{VOTES}/drafts/{course.id}"
    assert "Rehearse it" in member.client.get(draft).text
    for voters, minutes in (("9", "30"), ("501", "30"), ("fifty", "30"), ("50", "9"), ("50", "1441"), ("", "")):
        answer = member.client.post(f"{draft}/rehearse", data={"voters": voters, "minutes": minutes})
        assert answer.status_code == 422
    page = press(member, f"{draft}/rehearse", f"{draft}/rehearse", voters="10")
    assert re.fullmatch(rf"{VOTES}/rehearsals/\w{{16}}", page)
    assert member.client.get(f"{page}/progress", headers={"HX-Request": "true"}).text.lstrip().startswith("<div")
    assert member.client.post(f"{draft}/rehearse", data={"voters": "10", "minutes": "30"}).status_code == 409
    course.worker.run_due()
    assert member.client.get(f"{page}/progress", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    shown = second.client.get(page).text
    assert BANNER in shown
    assert DO_NOTHING in shown
    assert page in second.client.get(VOTES).text
    uuid = re.findall(r"/en/votes/(\w{14})/result", shown)[0]
    assert second.client.get(f"{VOTES}/{uuid}").headers["location"] == page
    assert official(Role.AUDITOR).client.get(page).status_code == 403

    clock.advance(seconds=60)
    press(second, page, f"{page}/close")
    course.worker.run_due()
    course.worker.run_due()
    assert "REHEARSAL" in member.client.get(f"/en/votes/{uuid}/result").text
    assert DO_NOTHING not in member.client.get(page).text
    set_: list[Document] = []
    with monkeypatch.context() as patched:
        patched.setattr("egov_participation.results.pdf.made", lambda document: set_.append(document) or b"%PDF-1.7")
        pdf = member.client.get(f"{page}/protocol.pdf")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert [block.text for block in set_[0].blocks if isinstance(block, Notice)] == [
        "Rehearsal: a mock vote with generated voters. Nothing here counts.",
        "Preview: nobody has approved or signed this protocol.",
    ]
    assert second.client.post(f"{page}/close").status_code == 409

    assert press(second, page, f"{page}/discard") == draft
    course.worker.run_due()
    assert member.client.get(page).status_code == 404
    assert member.client.get(f"/en/votes/{uuid}").status_code == 404


@pytest.mark.sqlite
def test_a_draft_that_lacks_more_than_keys_times_and_roll_is_not_rehearsed(rehearsing_: Rehearsing) -> None:
    course, member = rehearsing_.course, rehearsing_.course.member
    with course.services.database.uow() as tx:
        draft = lock_draft(tx, course.id)
        document = documents.load(draft.document)
        draft.document = documents.dump(document | {"opens_at": None, "closes_at": None, "roll": None})
        tx.flush()
        assert rehearsals.missing(course.services, tx.session, draft) == ()
        draft.document = documents.dump(document | {"title": {"kk": "Саябақ", "ru": "", "en": "The park"}})
        tx.commit()
    page = f"{VOTES}/drafts/{course.id}/rehearse"
    assert "Title, in Russian: A text is missing." in member.client.get(page).text
    assert member.client.post(page, data={"voters": "10", "minutes": "30"}).status_code == 422
