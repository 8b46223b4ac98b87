"""The pages about roles, as two administrators go through them without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select
from tests.identity.conftest import forms_of
from tests.officials import MakeOfficial, SignedIn

from egov_participation import audit
from egov_participation.actions import Role
from egov_participation.registry.rules import Entry
from egov_participation.services import Services

LIST = "/en/office/roles"
PROPOSE = f"{LIST}/propose"
GIVEN = {
    "role": "ministry",
    "agency": "finance",
    "last_day-day": "31",
    "last_day-month": "12",
    "last_day-year": "2024",
    "reason": "Order No. 12",
}


def propose(by: SignedIn, whom: SignedIn, **given: str) -> str:
    """Both pages of proposing; the address of the proposal."""
    shown = by.client.post(PROPOSE, data={"iin": whom.entry.iin.digits} | GIVEN | given)
    assert shown.status_code == 200
    answer = by.client.post(f"{LIST}/proposals", data=forms_of(shown.text)[f"{LIST}/proposals"])
    assert answer.status_code == 303
    return answer.headers["location"]


def test_one_proposes_another_approves_and_the_person_is_in_the_list(
    first: SignedIn, second: SignedIn, newcomer: SignedIn
) -> None:
    page = propose(first, newcomer)
    assert newcomer.entry.given_name in second.client.get(LIST).text

    form = forms_of(second.client.get(page).text)[f"{page}/decide"]
    answer = second.client.post(f"{page}/decide", data=form | {"decision": "approve"})

    assert (answer.status_code, answer.headers["location"]) == (303, page)
    listing = first.client.get(LIST).text
    assert "Ministry official: Ministry of Finance" in listing
    assert "31\xa0December\xa02024" in listing
    assert f"{page}/decide" not in second.client.get(page).text


def test_before_it_is_proposed_the_person_is_shown_with_a_masked_number_and_that_is_in_the_trail(
    first: SignedIn, newcomer: SignedIn, services: Services
) -> None:
    shown = first.client.post(PROPOSE, data={"iin": newcomer.entry.iin.digits} | GIVEN)

    assert newcomer.entry.family_name in shown.text
    assert newcomer.entry.iin.mask in shown.text
    assert newcomer.entry.iin.digits not in shown.text
    with services.database.read() as db:
        entry = db.exec(select(audit.AuditEntry)).one()
    assert (entry.actor, entry.step, entry.object) == (first.person_id, "seen", f"person:{newcomer.person_id}")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("iin", "123", "Enter the 12 digits"),
        ("iin", "", "Enter the 12 digits"),
        ("role", "citizen", "Choose a role."),
        ("agency", "", "Choose the agency"),
        ("reason", " ", "Give a reason"),
        ("reason", "x" * 501, "500 characters"),
        ("last_day-month", "13", "There is no such day."),
        ("last_day-year", "", "There is no such day."),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence_and_what_was_typed(
    first: SignedIn, newcomer: SignedIn, field: str, value: str, said: str
) -> None:
    answer = first.client.post(PROPOSE, data={"iin": newcomer.entry.iin.digits} | GIVEN | {field: value})

    assert answer.status_code == 422
    assert said in answer.text
    kept = forms_of(answer.text)[PROPOSE]
    assert {"last_day-day": kept["last_day-day"], "iin": kept["iin"]} == {"last_day-day": "31", "iin": ""}


def test_a_number_that_nobody_has_is_said(first: SignedIn, more_people: Iterator[Entry]) -> None:
    answer = first.client.post(PROPOSE, data=GIVEN | {"iin": next(more_people).iin.digits})

    assert answer.status_code == 422
    assert "There is nobody with this number in the register." in answer.text


def test_a_proposal_is_refused_with_a_reason_or_not_at_all(
    first: SignedIn, second: SignedIn, newcomer: SignedIn
) -> None:
    page = propose(first, newcomer)
    form = forms_of(second.client.get(page).text)[f"{page}/decide"] | {"decision": "refuse"}

    without = second.client.post(f"{page}/decide", data=form | {"reason": ""})
    assert without.status_code == 422
    assert "Give a reason" in without.text
    assert second.client.post(f"{page}/decide", data=form | {"reason": "No such order"}).status_code == 303
    assert "No such order" in first.client.get(page).text


def test_whoever_proposed_sees_no_decision_and_may_take_it_back(
    first: SignedIn, second: SignedIn, newcomer: SignedIn
) -> None:
    page = propose(first, newcomer)
    forms = forms_of(first.client.get(page).text)
    assert f"{page}/decide" not in forms

    assert second.client.post(f"{page}/withdraw").status_code == 403
    assert first.client.post(f"{page}/withdraw", data=forms[f"{page}/withdraw"]).status_code == 303
    assert "Taken back" in first.client.get(page).text


def test_the_person_concerned_sees_that_others_decide(
    first: SignedIn, second: SignedIn, official: MakeOfficial
) -> None:
    page = propose(first, second, role="auditor")

    shown = second.client.get(page).text
    assert "This is about you" in shown
    assert f"{page}/decide" not in forms_of(shown)


def test_another_hash_than_that_shown_approves_nothing(first: SignedIn, second: SignedIn, newcomer: SignedIn) -> None:
    page = propose(first, newcomer)

    answer = second.client.post(f"{page}/decide", data={"decision": "approve", "content_hash": "0" * 64})

    assert answer.status_code == 409
    assert "Waiting for a decision" in second.client.get(page).text


def test_a_role_is_ended_by_the_same_two_steps(
    first: SignedIn, second: SignedIn, official: MakeOfficial, services: Services
) -> None:
    moderator = official(Role.MODERATOR)
    ends = [action for action in _links(first.client.get(LIST).text) if action.endswith("/end")]
    assert len(ends) == 3
    page = next(end for end in ends if moderator.entry.family_name in first.client.get(end).text)

    assert first.client.post(page, data={"reason": ""}).status_code == 422
    answer = first.client.post(page, data={"reason": "Left the service"})
    assert answer.status_code == 303
    proposal = answer.headers["location"]
    form = forms_of(second.client.get(proposal).text)[f"{proposal}/decide"]
    assert second.client.post(f"{proposal}/decide", data=form | {"decision": "approve"}).status_code == 303

    session = moderator.load()
    assert session is not None
    assert session.roles == frozenset()
    assert moderator.client.get("/en/office").status_code == 403


@pytest.mark.parametrize("path", ["proposals/none", "grants/99/end", "grants/99999999999999999999/end"])
def test_what_is_not_there_is_said(first: SignedIn, path: str) -> None:
    assert first.client.get(f"{LIST}/{path}").status_code == 404


def _links(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('href="')[1:]]
