"""The commission's pages, as two members go through them without JavaScript, from trustees to a cancellation."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from tests.commission.drafting import TITLE
from tests.commission.frozen import Course
from tests.commission.proposing import propose_cancellation
from tests.identity.conftest import forms_of
from tests.officials import SignedIn

from egov_participation.commission.service import running
from egov_participation.incidents import service as incidents
from egov_participation.voting import service as voting

pytestmark = pytest.mark.sqlite
VOTES = "/en/office/votes"
TEXTS = {
    "public_kk": "Сайлау учаскесінде жарық өшті.",
    "public_ru": "На участке отключали свет.",
    "public_en": "The power failed in the district.",
}


def press(by: SignedIn, page: str, target: str, **given: str) -> str:
    """Fill the form of a page in and send it; where that leads."""
    shown = by.client.get(page)
    assert shown.status_code == 200, shown.text
    answer = by.client.post(target, data=forms_of(shown.text)[target] | given)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_from_trustees_to_a_vote_that_is_extended_and_cancelled(
    course: Course, member: SignedIn, second: SignedIn
) -> None:
    draft = f"{VOTES}/drafts/{course.id}"
    for place in (1, 2, 3):
        one = press(
            member, f"{draft}/trustees/new", f"{draft}/trustees/new",
            name_kk=f"Сенімді {place}", name_ru=f"Доверенный {place}", name_en=f"Trustee {place}",
            mail=f"t{place}@mail.example", language="ru", offline="true" if place == 1 else "false",
        )  # fmt: skip
        press(member, one, f"{one}/invite")
        course.worker.run_due()
        mail = course.outbox.sent[-1]
        assert "http://booth.localhost/ru/trustee/" in mail.text
        token = mail.text.partition("/trustee/")[2].split()[0]
        course.tokens.append(token)
        course.private.append(course.hand_in(token))
    listing = member.client.get(f"{draft}/trustees").text
    assert "key handed in" in listing
    assert "Trustee 3" in listing

    assert press(member, f"{draft}/setup", f"{draft}/freeze") == f"{draft}/setup"
    assert "The setup is being frozen" in member.client.get(f"{draft}/setup").text
    fragment = member.client.get(f"{draft}/progress", headers={"HX-Request": "true"})
    assert "<progress" in fragment.text
    assert "<html" not in fragment.text
    course.worker.run_due()
    assert member.client.get(f"{draft}/progress", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    frozen = member.client.get(f"{draft}/setup").text
    assert f"<span>{(course.draft.setup_hash or '')[:4]}</span>" in frozen
    assert f"{draft}/propose" not in forms_of(frozen)
    assert "frozen: confirmations are awaited" in member.client.get(VOTES).text
    assert "Residents who are at least 18 years old" in frozen
    course.confirm()
    assert "confirmed by all: it can be proposed" in member.client.get(VOTES).text

    proposal = press(member, f"{draft}/setup", f"{draft}/propose")
    assert "proposed: a second member is awaited" in member.client.get(VOTES).text
    assert f"{proposal}/decide" not in forms_of(member.client.get(proposal).text)
    for language, title in TITLE.items():
        assert title in second.client.get(f"/{language}/office").text
    # One member wrote the addresses down, and whoever reads their mail holds the keys: the other one sees them.
    shown = second.client.get(proposal).text
    assert all(row.mail in shown and (row.key_point or "-")[:4] in shown for row in course.trustees)
    press(second, proposal, f"{proposal}/decide", decision="approve")
    course.worker.run_due()  # has the registrar put the roll into use
    vote = f"{VOTES}/{course.draft.uuid}"
    assert "The vote opens" in member.client.get(vote).text
    assert f'href="{vote}"' in second.client.get(proposal).text

    day = course.services.clock() + timedelta(days=9)
    extension = press(
        member, f"{vote}/extend", f"{vote}/extend", **TEXTS, closes_time="20:00",
        **{"closes-day": str(day.day), "closes-month": str(day.month), "closes-year": str(day.year)},
    )  # fmt: skip
    before = second.client.get(extension).text
    assert TEXTS["public_kk"] in before
    assert "How the public will see it" in before
    press(second, extension, f"{extension}/decide", decision="approve")
    after = second.client.get(extension).text
    assert ("How the public sees it" in after, "Would close" in after, "today" in after) == (True, False, False)
    public = f"/en/votes/{course.draft.uuid}"
    assert TEXTS["public_en"] in member.client.get(public).text
    assert TEXTS["public_ru"] in member.client.get(public.replace("/en/", "/ru/")).text

    refused = press(member, f"{vote}/cancel", f"{vote}/cancel", **TEXTS)
    press(second, refused, f"{refused}/decide", decision="refuse", reason="Not needed")
    assert "How the public would have seen it" in second.client.get(refused).text
    cancellation = press(member, f"{vote}/cancel", f"{vote}/cancel", **TEXTS)
    press(second, cancellation, f"{cancellation}/decide", decision="approve")
    for page in ("", "/board", "/result", "/verify", "/decryption"):
        shown = member.client.get(f"{public}{page}").text
        assert "This vote was cancelled." in shown, page
        assert TEXTS["public_en"] in shown, page


def test_what_a_form_lacks_comes_back_with_all_that_was_typed(
    course: Course, member: SignedIn, second: SignedIn
) -> None:
    uuid = course.with_keys().published(second)

    answer = member.client.post(f"{VOTES}/{uuid}/cancel", data=TEXTS | {"public_ru": ""})

    assert answer.status_code == 422
    assert TEXTS["public_en"] in answer.text
    # At its field as it is, and above, where no field says which language it is, with its name.
    assert "</span> Write a sentence in this language too" in answer.text
    assert '<a href="#public_ru">In Russian: Write a sentence in this language too' in answer.text


@pytest.mark.parametrize("mail", ["TRUSTEE1@mail.example", "trustee1+two@mail.example"])
def test_a_trustee_under_the_address_of_another_one_is_refused_at_the_field(
    course: Course, member: SignedIn, mail: str
) -> None:
    course.add_trustee(1)
    page = f"{VOTES}/drafts/{course.id}/trustees/new"
    given = {"name_kk": "Б", "name_ru": "Б", "name_en": "B", "mail": mail, "language": "en"}

    answer = member.client.post(page, data=forms_of(member.client.get(page).text)[page] | given)

    assert answer.status_code == 409
    assert "Another trustee of this vote has this address." in answer.text


def test_an_answer_to_a_report_is_overdue_from_the_day_after_it_is_due_also_of_a_cancelled_vote(
    course: Course, member: SignedIn, second: SignedIn
) -> None:
    uuid = course.with_keys().published(second)
    with course.services.database.uow() as tx:
        reported = {"text": "The device was broken.", "mail": "", "network": "192.0.2.0/24", "lang": "en"}
        number = incidents.report(
            tx, course.services, once="0" * 32, vote_uuid=uuid, kind=incidents.Kind.ACCESS, person=None, **reported
        )
        tx.commit()
    with course.services.database.read() as db:
        (due,) = [one.due_on for one in incidents.of_vote(db, uuid) if one.reference == number]

    (row,) = re.findall(r"answered in public</a>(.*?)</li>", member.client.get(f"{VOTES}/{uuid}").text, re.DOTALL)
    said = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert said.startswith("The answer is due by ")
    assert said.endswith(" Awaited")

    def late() -> tuple[object, bool]:
        with course.services.database.read() as db:
            *_, task = running.of_vote(course.services, db, voting.vote(course.services, uuid))
        return task.due, task.late

    course.approve(second, propose_cancellation(course, uuid))
    course.services.clock.set(datetime.combine(due, time(12), UTC))  # type: ignore[attr-defined]
    assert late() == (due, False)
    course.services.clock.advance(days=1)  # type: ignore[attr-defined]
    assert late() == (due, True)
