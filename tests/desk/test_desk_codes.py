"""Codes of the desk, by which a person makes the passkey on their own phone."""

from __future__ import annotations

from tests.authenticator import Authenticator
from tests.desk.visits import (
    OWN,
    code_for,
    end_role,
    fetched,
    finish,
    keys_of,
    matched,
)
from tests.officials import MakeCitizen, SignedIn

from egov_participation.clock import ManualClock
from egov_participation.desk import rules
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services


def test_a_code_lets_the_person_make_the_passkey_on_their_own_phone(
    operator: SignedIn, person: SignedIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    page = matched(operator, person)
    code = code_for(operator, page)
    assert len(code) == rules.CODE_LENGTH
    answer = person.client.post(OWN, data={"code": f" {code[:4].lower()}-{code[4:]} "})
    own = answer.headers["location"]
    done = finish(person, own, Authenticator(), "Phone")
    assert done.headers["location"] == "/en/me/security?done=passkey-enrolled"
    assert [(key.name, key.level) for key in keys_of(services, person)] == [("Phone", 3)]
    assert "level 3 of 3" in person.client.get("/en/me/security").text
    assert person.load() is None  # the session goes on under a new token
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [person.entry.mail]


def test_a_code_is_for_one_person_once_and_for_ten_minutes(
    operator: SignedIn, person: SignedIn, citizen: MakeCitizen, clock: ManualClock
) -> None:
    page = matched(operator, person)
    first = code_for(operator, page)
    assert citizen().client.post(OWN, data={"code": first}).status_code == 422
    second = code_for(operator, page)
    assert person.client.post(OWN, data={"code": first}).status_code == 422
    assert person.client.post(OWN, data={"code": second}).status_code == 303
    assert person.client.post(OWN, data={"code": second}).status_code == 422
    late = code_for(operator, page)
    clock.advance(minutes=10)
    assert person.client.post(OWN, data={"code": late}).status_code == 422


def test_the_page_of_a_claimed_code_is_for_the_session_that_entered_it(
    operator: SignedIn, person: SignedIn, citizen: MakeCitizen
) -> None:
    own = person.client.post(OWN, data={"code": code_for(operator, matched(operator, person))}).headers["location"]
    stranger = citizen()
    assert stranger.client.get(own).status_code == 404
    assert fetched(stranger.client, f"{own}/options").status_code == 404
    assert stranger.client.post(own, data={"name": "x", "credential": "{}"}).status_code == 404
    assert person.client.get(own).status_code == 200


def test_wrong_codes_are_counted(operator: SignedIn, person: SignedIn) -> None:
    code = code_for(operator, matched(operator, person))
    wrong = "ABCDEFGH" if code != "ABCDEFGH" else "HGFEDCBA"
    answers = [person.client.post(OWN, data={"code": wrong}).status_code for _ in range(rules.CODE_TRIES.times + 1)]
    assert answers == [422] * rules.CODE_TRIES.times + [429]
    assert person.client.post(OWN, data={"code": code}).status_code == 429


def test_a_code_is_worth_nothing_once_the_role_of_whoever_gave_it_has_ended(
    operator: SignedIn, person: SignedIn, services: Services
) -> None:
    code = code_for(operator, matched(operator, person))
    end_role(services, operator)
    assert person.client.post(OWN, data={"code": code}).status_code == 422


def test_a_claimed_code_ends_with_the_role_of_whoever_gave_it(
    operator: SignedIn, person: SignedIn, services: Services
) -> None:
    own = person.client.post(OWN, data={"code": code_for(operator, matched(operator, person))}).headers["location"]
    assert person.client.get(own).status_code == 200
    end_role(services, operator)
    assert person.client.get(own).status_code == 404
    assert fetched(person.client, f"{own}/options").status_code == 404


def test_the_page_of_the_code_asks_whether_the_phone_is_done_and_then_goes_on(
    operator: SignedIn, person: SignedIn
) -> None:
    page = matched(operator, person)
    code = code_for(operator, page)
    assert code_for(operator, page) != code  # a new one each time it is asked for
    asked = operator.client.get(f"{page}/code").text
    assert f'hx-get="{page}/code?wait=2" hx-trigger="load delay:2s"' in asked
    fragment = operator.client.get(f"{page}/code?wait=2", headers={"HX-Request": "true"})
    assert fragment.text.strip().startswith(f'<div hx-get="{page}/code?wait=3"')
    assert "wait=30" in operator.client.get(f"{page}/code?wait=30").text
    assert "wait=30" in operator.client.get(f"{page}/code?wait=x").text

    own = person.client.post(OWN, data={"code": code_for(operator, page)}).headers["location"]
    assert finish(person, own, Authenticator()).status_code == 303

    done = operator.client.get(f"{page}/code?wait=30", headers={"HX-Request": "true"})
    assert (done.headers["hx-redirect"], done.text) == (page, "")
    without_script = operator.client.get(f"{page}/code")
    assert (without_script.status_code, without_script.headers["location"]) == (303, page)
    again = operator.client.post(f"{page}/code")
    assert again.status_code == 409
    assert 'href="http://localhost/en/office/desk"' in again.text


def test_a_code_is_shown_in_the_browser_that_asked_for_it_and_as_long_as_it_works(
    operator: SignedIn, person: SignedIn
) -> None:
    page = matched(operator, person)
    assert operator.client.get(f"{page}/code").headers["location"] == page  # none was asked for
    cookie = operator.client.post(f"{page}/code").headers["set-cookie"].lower()
    for said in ("max-age=600", "httponly", "samesite=strict"):
        assert said in cookie
    operator.client.cookies.delete("desk")
    assert operator.client.get(f"{page}/code").headers["location"] == page
