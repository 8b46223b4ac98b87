"""Words are covered in the open for a reason, the author appeals, another moderator decides; what must go goes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlmodel import select
from starlette.testclient import TestClient
from tests.consultations import world
from tests.consultations_web.test_commenting_pages import TEXT, sent, text_of
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.consultations.models import Comment, CommentFile, Complaint
from egov_participation.consultations.rules.attachments import PDF
from egov_participation.consultations.rules.covering import pieces, to_cover
from egov_participation.consultations.service import comment_forgetting, comment_lists, complaining, covers
from egov_participation.consultations.service.comment_lists import Asked
from egov_participation.errors import DomainError
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.search import service as search
from egov_participation.services import Services

WORDS = "Позвоните Ахмету: 701 555 01 01."
REASON = "Здесь назван телефон другого человека."


def commitment(part: dict[str, Any]) -> str:
    content = json.dumps(part["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(part["kind"].encode() + bytes.fromhex(part["salt"]) + content).hexdigest()


def decisions(services: Services, reference: str) -> list[dict[str, object]]:
    with services.database.read() as session:
        return list(reversed(list(ledger.newest(session, "consultation.redaction", reference))))


def cover(moderator: SignedIn, path: str, **fields: str) -> int:
    given = {"ground": "personal-data", "reason": REASON, "what": "words", "words": "Ахмету\r\n701 555 01 01"}
    return moderator.client.post(f"{path}/cover", data=given | fields).status_code


def test_words_are_covered_appealed_shown_again_and_destroyed(
    services: Services,
    citizen: MakeCitizen,
    official: MakeOfficial,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    reference, author = world.put(services), citizen()
    one, other = official(Role.MODERATOR), official(Role.MODERATOR)
    own = sent(author, reference, text=f"{TEXT} {WORDS}").partition("?")[0]
    public, case = f"/en/consultations/{reference}/comments/1", f"/en/office/comments/{reference}/1"
    assert reference in one.client.get("/en/office/comments").text.replace("‑", "-")
    assert cover(one, case, ground="advertisement") == 422
    assert cover(one, case, words="Айгуль") == 422
    assert cover(one, case, words=" ") == 422
    assert cover(one, case) == 303
    assert cover(one, case) == 409

    page = author.client.get(public).text
    assert "701 555" not in page
    assert "Ахмету" not in page
    assert REASON in page
    assert TEXT in page
    view = comment_lists.one(services, reference, 1)
    assert (view.salt, view.document) == (None, None)
    assert view.cover is not None
    digest = hashlib.sha256(b"consultation.reason" + bytes.fromhex(view.cover.salt) + REASON.encode()).hexdigest()
    assert [(entry["what"], entry["reason"]) for entry in decisions(services, reference)] == [("redacted", digest)]
    assert comment_lists.listed(services, reference, Asked(words="Ахмету")).total == 0
    worker.run_due()
    assert sum(REASON in mail.text for mail in outbox.sent) == 1

    assert "701 555" in author.client.get(own).text
    receipt = author.client.get(f"{own}/receipt").json()
    assert receipt["content"]["text"].endswith(WORDS)
    assert commitment(receipt) == receipt["hash"]
    assert author.client.post(f"{own}/appeal", data={"why": "Это номер моей конторы."}).status_code == 303
    assert author.client.post(f"{own}/appeal", data={"why": "Это номер моей конторы."}).status_code == 409
    decision = {"decision": "grant", "reason": "Номер принадлежит автору, он открыт."}
    assert "appeal about comment" in other.client.get("/en/office").text
    assert "appeal about comment" not in one.client.get("/en/office").text
    assert one.client.post(f"{case}/appeal", data=decision).status_code == 403
    assert "Это номер моей конторы." in other.client.get(case).text
    assert other.client.post(f"{case}/appeal", data=decision).status_code == 303
    assert "701 555" in author.client.get(public).text
    assert comment_lists.one(services, reference, 1).salt is not None
    assert comment_lists.listed(services, reference, Asked(words="ахмету")).total == 1
    assert comment_lists.listed(services, reference, Asked(words="ахмет позвоните")).total == 1
    assert comment_lists.listed(services, reference, Asked(words="ахмету метро")).total == 0
    with services.database.read() as session:
        assert search.find(session, "ru", "Ахмету").total == 0  # so many comments would bury all else

    assert cover(one, case, what="all") == 303
    # Observers hold them against the log one after the other: the first first, as the log has them.
    (said,) = author.client.get(f"/api/v1/consultations/{reference}/comments").json()["comments"]
    assert [(each["whole"], each["lifted"]) for each in said["redactions"]] == [(False, True), (True, False)]
    hidden = author.client.get(public).text
    assert TEXT not in hidden
    assert "A moderator has covered this comment." in hidden
    assert author.client.post(f"{own}/add", data={"added": "Ещё одно слово."}).status_code == 409
    why = {"reason": "Закон запретил хранить эти слова.", "by": "law"}
    assert one.client.post(f"{case}/erase", data=why).status_code == 403
    assert other.client.post(f"{case}/erase", data={"reason": "Так надо."}).status_code == 422
    assert other.client.post(f"{case}/erase", data=why).status_code == 303
    assert "are going to be destroyed on" in text_of(author.client.get(public).text)
    assert author.client.post(f"{own}/keep").status_code == 409  # it is not the author who wanted it
    # Against covering them an appeal is heard still, and until it is decided nothing is destroyed.
    assert author.client.post(f"{own}/appeal", data={"why": "Это мои слова."}).status_code == 303
    assert world.waited(services) == 0
    refusal = {"decision": "refuse", "reason": "Они о другом человеке."}
    assert other.client.post(f"{case}/appeal", data=refusal).status_code == 303
    assert world.waited(services) == 1
    assert author.client.get(own).status_code == 404
    shown = text_of(author.client.get(public).text)
    assert "The law does not let them be kept." in shown
    assert why["reason"] in shown
    assert [(entry["what"], entry["by"]) for entry in decisions(services, reference)] == [
        ("redacted", None),
        ("appeal-granted", None),
        ("redacted", None),
        ("erasing", "law"),
        ("appeal-refused", None),
        ("erased", "law"),
    ]
    with services.database.read() as session:
        row = session.exec(select(Comment)).one()
        assert (row.text, row.salt, row.person_hash, row.person_sealed, row.territory) == ("", None, None, None, "")
    worker.run_due()
    assert sum(why["reason"] in mail.text for mail in outbox.sent) == 2
    assert "words to be destroyed" in text_of(official(Role.AUDITOR).client.get("/en/office/trail").text)


def test_an_appeal_is_refused_in_public(services: Services, citizen: MakeCitizen, official: MakeOfficial) -> None:
    reference, author = world.put(services), citizen()
    own = sent(author, reference).partition("?")[0]
    case = f"/en/office/comments/{reference}/1"
    assert cover(official(Role.MODERATOR), case, what="all") == 303
    author.client.post(f"{own}/appeal", data={"why": "Закрыли без причины."})
    refusal = {"decision": "refuse", "reason": "Причина названа верно."}
    other = official(Role.MODERATOR)
    assert other.client.post(f"{case}/appeal", data=refusal).status_code == 303
    shown = text_of(author.client.get(f"/en/consultations/{reference}/comments/1").text)
    assert "another moderator refused: Причина названа верно." in shown
    assert json.dumps(decisions(services, reference)[-1]).count("appeal-refused") == 1
    # Nobody can appeal any more: the words are kept for nobody, and a court's order is done at once.
    assert covers.settle(services) == 1
    with services.database.read() as session:
        row = session.exec(select(Comment)).one()
        assert (row.text, row.salt, row.person_hash is None) == ("", None, False)
    assert covers.settle(services) == 0
    ordered = {"reason": "Решение суда от 3 марта.", "by": "court"}
    assert other.client.post(f"{case}/erase", data=ordered).status_code == 303
    assert decisions(services, reference)[-1]["by"] == "court"
    assert "A court has ordered it." in text_of(author.client.get(f"/en/consultations/{reference}/comments/1").text)


def test_a_cover_is_widened_and_hides_what_goes_with_the_words(
    services: Services, citizen: MakeCitizen, official: MakeOfficial
) -> None:
    reference, author = world.put(services), citizen()
    one, other, third = official(Role.MODERATOR), official(Role.MODERATOR), official(Role.MODERATOR)
    query = "?provision=chp_1__art_2&text=ru&amendment=replace"
    own = sent(author, reference, query, text=f"{TEXT} {WORDS}", proposed="Парк открывает Ахмет.").partition("?")[0]
    assert author.client.post(f"{own}/add", data={"added": "Или зайдите к Ахмету."}).status_code == 303
    public, case = f"/en/consultations/{reference}/comments/1", f"/en/office/comments/{reference}/1"
    content, digest = b"%PDF-1.7", hashlib.sha256(b"%PDF-1.7").hexdigest()
    with services.database.uow() as tx:
        comment = tx.exec(select(Comment)).one()
        comment.cluster = 1
        tx.add(comment)
        tx.add(
            CommentFile(comment_id=comment.id, name="plan.pdf", media_type=PDF, sha256=digest, size=8, content=content)
        )
        tx.commit()
    page = author.client.get(public).text
    assert "открывает" in page
    assert "plan.pdf" in page
    assert author.client.get(f"/consultations/{reference}/comments/1/files/{digest}").content == content
    assert cover(one, case, words="701 555 01 01") == 303
    assert author.client.get(f"/consultations/{reference}/comments/1/files/{digest}").status_code == 404
    assert comment_lists.one(services, reference, 1).cluster == 1
    page = author.client.get(public).text
    assert "Позвоните Ахмету" in page
    assert "открывает" not in page
    assert "Или зайдите" not in page
    assert "plan.pdf" not in page
    assert "Cover more" in other.client.get(case).text

    appeal = {"why": "Это номер моей конторы."}
    assert author.client.post(f"{own}/appeal", data=appeal).status_code == 303
    why = {"reason": "Суд запретил хранить эти слова.", "by": "court"}
    assert "Cover more" not in other.client.get(case).text
    assert cover(other, case, words="Ахмету") == 409
    assert other.client.post(f"{case}/erase", data=why).status_code == 409
    refusal = {"decision": "refuse", "reason": "Причина названа верно."}
    assert other.client.post(f"{case}/appeal", data=refusal).status_code == 303

    assert covers.settle(services) == 1
    assert cover(other, case, words="555 01") == 422  # they are no more
    assert cover(other, case, words="Ахмету") == 303
    page = author.client.get(public).text
    assert "Позвоните " in page
    assert "Ахмету" not in page
    assert "701 555" not in page
    assert cover(third, case, what="all") == 303
    assert cover(third, case, words="Парк") == 409
    assert comment_lists.one(services, reference, 1).cluster is None
    assert author.client.post(f"{own}/appeal", data=appeal).status_code == 303
    grant = {"decision": "grant", "reason": "Номер принадлежит автору, он открыт."}
    for covered in (one, other, third):  # each of them covered a part of what the appeal is about
        assert covered.client.post(f"{case}/appeal", data=grant).status_code == 403
    assert official(Role.MODERATOR).client.post(f"{case}/appeal", data=grant).status_code == 303
    # It stays covered as it was before the decision that was appealed against.
    page = author.client.get(public).text
    assert "Позвоните " in page
    assert "Ахмету" not in page
    told = [(entry["what"], entry["left"] is not None) for entry in decisions(services, reference)]
    assert told == [
        ("redacted", True),
        ("appeal-refused", False),
        ("redacted", True),
        ("redacted", True),
        ("appeal-granted", True),
    ]


def test_anybody_reports_a_comment_to_the_moderators(
    services: Services,
    citizen: MakeCitizen,
    official: MakeOfficial,
    client: TestClient,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = world.put(services)
    sent(citizen(), reference, text=f"{TEXT} {WORDS}")
    page, case = f"/en/consultations/{reference}/comments/1/complaint", f"/en/office/comments/{reference}/1"
    moderator = official(Role.MODERATOR)
    assert page in client.get(f"/en/consultations/{reference}/comments/1").text

    def complain(expected: str = "yes", **fields: str) -> int:
        token = re.search('name="csrf_token" value="([^"]+)"', client.get(page).text)
        data = {"ground": "personal-data", "text": "Чужой телефон."} | fields
        answer = client.post(page, data={"csrf_token": token[1] if token else "", **data})
        assert answer.status_code != 303 or answer.headers["location"].endswith(f"?sent={expected}")
        return answer.status_code

    assert complain(ground="") == 422
    assert complain() == 303
    assert complain(text="") == 303
    assert "The moderators have it" in client.get(f"{page}?sent=yes").text
    assert f"{reference}/1, which was reported" in moderator.client.get("/en/office").text.replace("‑", "-")
    assert "2 reports" in text_of(moderator.client.get("/en/office/comments").text)
    assert "Чужой телефон." in moderator.client.get(case).text
    with monkeypatch.context() as few:  # however many are reported, a moderator's pages stay short
        few.setattr(complaining, "LISTED", 0)
        assert "2 reports" not in text_of(moderator.client.get("/en/office/comments").text)
    with monkeypatch.context() as few:
        few.setattr(complaining, "MOST", 2)
        assert "further ones were not kept" in moderator.client.get("/en/office/comments").text
        assert complain(expected="often") == 303
        assert "reported often already" in client.get(f"{page}?sent=often").text
    assert "further ones were not kept" not in moderator.client.get("/en/office/comments").text
    with services.database.read() as session:
        assert all("телефон".encode() not in row.text for row in session.exec(select(Complaint)))
    assert moderator.client.post(f"{case}/dismiss").status_code == 303
    assert "Чужой телефон." not in moderator.client.get(case).text

    def left() -> int:
        with services.database.read() as session:
            return len(session.exec(select(Complaint)).all())

    assert complain() == 303
    assert cover(moderator, case) == 303
    assert left() == 0
    assert [complain() for _ in range(8)] == [303] * 6 + [429] * 2
    assert left() == 6
    clock.advance(days=91)
    comment_forgetting.forget_old(services)
    assert left() == 0


def test_what_is_covered_is_what_was_named() -> None:
    assert to_cover("aXbXc", "X\n") == [(1, 2), (3, 4)]
    assert to_cover("abcabc", "abc\nca") == [(0, 6)]
    assert list(pieces("aXbXc", [(1, 2), (3, 4)])) == [
        ("a", False), ("", True), ("b", False), ("", True), ("c", False),
    ]  # fmt: skip
    assert list(pieces("abc", [(0, 3)])) == [("", True)]


@given(st.text("ab \n", min_size=1), st.text("ab", min_size=1, max_size=3))
def test_words_that_are_covered_stand_nowhere(text: str, words: str) -> None:
    assume(words in text)
    covered = to_cover(text, words)
    shown = list(pieces(text, covered))
    assert not any(words in piece for piece, _ in shown)
    assert sum(len(piece) for piece, _ in shown) + sum(end - start for start, end in covered) == len(text)


def test_too_much_is_not_covered_in_pieces() -> None:
    with pytest.raises(DomainError):
        to_cover(" ".join("a" * 60), "a")
