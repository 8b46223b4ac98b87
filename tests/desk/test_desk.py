"""The desk: a person shows a document, and a passkey of level 3 is enrolled; and what must not go there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient
from tests.authenticator import Authenticator
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.audit import AuditEntry
from egov_participation.clock import ManualClock
from egov_participation.desk import rules
from egov_participation.desk.models import Enrolment
from egov_participation.identity import service as identity
from egov_participation.identity.models import Passkey
from egov_participation.identity.service.passkeys import forget_at_registrar
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registrar.models import EnrolledKey
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registry.rules import Entry
from egov_participation.roles.models import Grant
from egov_participation.services import Services

DESK, OWN = "/en/office/desk", "/en/me/security/desk"


@pytest.fixture
def operator(official: MakeOfficial) -> SignedIn:
    return official(Role.DESK_OPERATOR)


@pytest.fixture
def person(citizen: MakeCitizen) -> SignedIn:
    return citizen()


def fetched(client: TestClient, path: str) -> Response:
    """As the page's script asks."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    return client.post(path, content=b"{}", headers=headers)


def begin(operator: SignedIn, person: SignedIn) -> str:
    answer = operator.client.post(DESK, data={"iin": person.entry.iin.digits})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def matched(operator: SignedIn, person: SignedIn) -> str:
    page = begin(operator, person)
    answer = operator.client.post(f"{page}/document", data={"document": "identity-card", "same": "true"})
    assert answer.status_code == 303, answer.text
    return page


def code_for(operator: SignedIn, page: str) -> str:
    given = operator.client.post(f"{page}/code")
    assert given.status_code == 303, given.text
    answer = operator.client.get(given.headers["location"])
    assert answer.status_code == 200, answer.text
    found = re.search(r'<code class="egov-grouped"[^>]*>(.*?)</code>', answer.text)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


def finish(who: SignedIn, page: str, device: Authenticator, name: str = "Key") -> Response:
    """Make the passkey on that page, as its script does."""
    own = page.startswith(OWN)
    options = fetched(who.client, f"{page}/options" if own else f"{page}/key/options")
    assert options.status_code == 200, options.text
    made = device.create(options.json())
    return who.client.post(page if own else f"{page}/key", data={"name": name, "credential": made})


def trail(services: Services) -> list[tuple[str, str, str]]:
    with services.database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.action == "desk:passkey:enrol").order_by("id"))
        return [(entry.actor, entry.step, entry.reason) for entry in entries]


def keys_of(services: Services, person: SignedIn) -> list[Passkey]:
    with services.database.read() as db:
        return list(db.exec(select(Passkey).where(Passkey.person_id == person.person_id)))


def end_role(services: Services, who: SignedIn) -> None:
    with services.database.uow() as tx:
        for grant in tx.exec(select(Grant).where(Grant.person_id == who.person_id)):
            grant.revoked_at = services.clock()
        tx.commit()


def half_an_hour_passes(services: Services, _who: SignedIn) -> None:
    services.clock.advance(minutes=30)  # type: ignore[attr-defined]


def sign_in(client: TestClient, device: Authenticator) -> Response:
    """With the passkey, as the sign-in page's script does."""
    page = client.get("/en/sign-in?next=/en/me/security").text
    found = re.search(r'name="browser" value="([0-9a-f]{64})"', page)
    assert found is not None
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-Browser-Token": found[1]}
    options: dict[str, Any] = client.post("/en/sign-in/passkey/options", content=b"{}", headers=headers).json()
    fields = {"browser": found[1], "next": "/en/me/security", "credential": device.get(options)}
    return client.post("/en/sign-in/passkey", data=fields)


def test_a_key_enrolled_at_the_desk_signs_in_at_level_three(
    operator: SignedIn,
    person: SignedIn,
    services: Services,
    client: TestClient,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    page = matched(operator, person)
    device = Authenticator()
    asked = fetched(operator.client, f"{page}/key/options").json()
    assert asked["authenticatorSelection"]["authenticatorAttachment"] == "cross-platform"
    assert finish(operator, page, device).status_code == 303
    assert "The passkey is enrolled" in operator.client.get(page).text
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [person.entry.mail]
    assert sign_in(client, device).status_code == 303
    assert "level 3 of 3" in client.get("/en/me/security").text


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


def test_the_registrar_knows_a_key_of_the_desk_until_its_owner_removes_it_and_tells_the_person_itself(
    operator: SignedIn, person: SignedIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    page = matched(operator, person)
    device = Authenticator()
    assert finish(operator, page, device).status_code == 303
    assert isinstance(services.registrar, LocalRegistrar)
    known = services.registrar.means.database
    worker.run_due()
    with known.read() as db:
        assert [key.credential_id for key in db.exec(select(EnrolledKey))] == [device.credential_id]
    worker.run_due()
    assert [(m.to, "7 октября 2024 года, 00:00" in m.text) for m in outbox.sent] == [(person.entry.mail, True)] * 2
    with services.database.uow() as tx:
        (key,) = keys_of(services, person)
        forget_at_registrar(tx, services, key)
        tx.commit()
    worker.run_due()
    with known.read() as db:
        assert db.exec(select(EnrolledKey)).all() == []


def test_each_act_is_in_the_trail_under_the_officials_name_and_says_no_number(
    operator: SignedIn, person: SignedIn, services: Services
) -> None:
    page = matched(operator, person)
    own = person.client.post(OWN, data={"code": code_for(operator, page)}).headers["location"]
    finish(person, own, Authenticator())
    who = operator.person_id
    assert trail(services) == [
        (who, "proposed", ""),
        (who, "approved", "identity-card"),
        (who, "approved", "code"),
        (who, "done", "identity-card"),
    ]
    with services.database.read() as db:
        kept = db.exec(select(Enrolment)).one().model_dump_json()
    assert person.entry.iin.digits not in kept


def test_a_document_that_does_not_match_ends_it(operator: SignedIn, person: SignedIn, services: Services) -> None:
    page = begin(operator, person)
    operator.client.post(f"{page}/document", data={"document": "passport", "same": "false"})
    assert "No passkey was enrolled" in operator.client.get(page).text
    assert operator.client.post(f"{page}/code").status_code == 409
    assert fetched(operator.client, f"{page}/key/options").status_code == 409
    assert trail(services)[-1] == (operator.person_id, "refused", "passport")


def test_no_step_can_be_left_out_nor_done_twice(operator: SignedIn, person: SignedIn, services: Services) -> None:
    page = begin(operator, person)
    assert operator.client.post(f"{page}/code").status_code == 409
    assert fetched(operator.client, f"{page}/key/options").status_code == 409
    assert operator.client.post(f"{page}/key", data={"name": "x", "credential": "{}"}).status_code == 409
    assert operator.client.post(f"{page}/document", data={"same": "true"}).status_code == 422
    operator.client.post(f"{page}/document", data={"document": "passport", "same": "true"})
    assert operator.client.post(f"{page}/document", data={"document": "passport", "same": "true"}).status_code == 409
    assert finish(operator, page, Authenticator()).status_code == 303
    assert fetched(operator.client, f"{page}/key/options").status_code == 409
    assert len(keys_of(services, person)) == 1


def test_nobody_enrols_a_passkey_for_themselves(operator: SignedIn) -> None:
    answer = operator.client.post(DESK, data={"iin": operator.entry.iin.digits})
    assert answer.status_code == 403
    assert "Ask a colleague" in answer.text


def test_another_official_does_not_go_on_with_somebodys_enrolment(
    operator: SignedIn, person: SignedIn, official: MakeOfficial
) -> None:
    page, other = matched(operator, person), official(Role.DESK_OPERATOR)
    assert other.client.get(page).status_code == 404
    assert other.client.post(f"{page}/code").status_code == 404
    assert fetched(other.client, f"{page}/key/options").status_code == 404


@pytest.mark.sqlite
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CITIZEN, Role.DESK_OPERATOR)])
def test_no_other_role_enrols(official: MakeOfficial, person: SignedIn, role: Role) -> None:
    other = official(role)
    assert other.client.get(DESK).status_code == 403
    assert other.client.post(DESK, data={"iin": person.entry.iin.digits}).status_code == 403


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


@pytest.mark.sqlite
@pytest.mark.parametrize("lie", [{"origin": "http://evil.localhost"}, {"verified": False}, {"rp_id": "evil.example"}])
def test_a_key_that_is_wrongly_made_is_not_enrolled_and_the_page_comes_back(
    operator: SignedIn, person: SignedIn, services: Services, lie: dict[str, Any]
) -> None:
    page = matched(operator, person)
    answer = finish(operator, page, Authenticator(**lie), "A name")
    assert answer.status_code == 422
    assert 'value="A name"' in answer.text
    assert not keys_of(services, person)


def test_what_a_person_adds_alone_is_not_taken_for_what_the_desk_asked_for(
    operator: SignedIn, person: SignedIn, services: Services
) -> None:
    """An answer to the challenge of level 2 does not become a passkey of level 3."""
    own = person.client.post(OWN, data={"code": code_for(operator, matched(operator, person))}).headers["location"]
    options = fetched(person.client, "/en/me/security/passkeys/options").json()
    made = Authenticator().create(options)
    assert person.client.post(own, data={"name": "x", "credential": made}).status_code == 422
    assert not keys_of(services, person)


def test_after_half_an_hour_one_begins_again(operator: SignedIn, person: SignedIn, clock: ManualClock) -> None:
    page = matched(operator, person)
    for _ in range(3):
        assert operator.client.get(page).status_code == 200  # an idle session would end before
        clock.advance(minutes=10)
    assert operator.client.get(page).status_code == 404


@pytest.mark.sqlite
def test_an_unknown_iin_and_a_mistyped_one_come_back_in_the_form(
    operator: SignedIn, person: SignedIn, more_people: Iterator[Entry]
) -> None:
    digits = person.entry.iin.digits
    mistyped, unknown = digits[:-1] + str((int(digits[-1]) + 1) % 10), next(more_people).iin.digits
    for iin, words in ((mistyped, "Check each digit."), (unknown, "Nobody in the register of residents")):
        answer = operator.client.post(DESK, data={"iin": iin})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{iin}"' in answer.text


def test_looking_people_up_has_a_limit(operator: SignedIn, person: SignedIn) -> None:
    answers = [
        operator.client.post(DESK, data={"iin": person.entry.iin.digits}).status_code
        for _ in range(rules.LOOK_UPS.times + 1)
    ]
    assert answers == [303] * rules.LOOK_UPS.times + [429]


def test_rows_of_visits_go_after_a_day(
    operator: SignedIn, person: SignedIn, services: Services, worker: Worker, clock: ManualClock
) -> None:
    begin(operator, person)
    clock.advance(days=1, minutes=30)
    worker.run_due()
    with services.database.read() as db:
        assert not db.exec(select(Enrolment)).all()


def test_the_options_say_nothing_of_the_iin(operator: SignedIn, person: SignedIn) -> None:
    options = fetched(operator.client, f"{matched(operator, person)}/key/options").json()
    assert person.entry.iin.digits not in json.dumps(options)
    assert options["user"]["name"] == f"{person.entry.given_name} {person.entry.family_name}"


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


@pytest.mark.parametrize("own", [False, True], ids=["at the desk", "on their phone"])
@pytest.mark.parametrize("meanwhile", [end_role, half_an_hour_passes])
def test_what_ends_while_the_answer_is_checked_is_not_kept(
    operator: SignedIn,
    person: SignedIn,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    own: bool,
    meanwhile: Callable[[Services, SignedIn], None],
) -> None:
    page = matched(operator, person)
    if own:
        page = person.client.post(OWN, data={"code": code_for(operator, page)}).headers["location"]
    check = identity.verify_registration

    def slowly(services: Services, registration: identity.Registration, answer: str) -> object:
        new = check(services, registration, answer)
        meanwhile(services, operator)
        return new

    monkeypatch.setattr(identity, "verify_registration", slowly)
    status = finish(person if own else operator, page, Authenticator()).status_code
    assert status == (403 if meanwhile is end_role and not own else 404)
    assert keys_of(services, person) == []
    assert "done" not in [step for _, step, _ in trail(services)]


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
