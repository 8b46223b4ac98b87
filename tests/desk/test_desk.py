"""The desk: a person shows a document, and a passkey of level 3 is enrolled; and what must not go there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.authenticator import Authenticator
from tests.desk.visits import (
    DESK,
    OWN,
    begin,
    code_for,
    end_role,
    fetched,
    finish,
    half_an_hour_passes,
    keys_of,
    matched,
    sign_in,
    trail,
)
from tests.officials import MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.desk import rules
from egov_participation.desk.models import Enrolment
from egov_participation.identity import service as identity
from egov_participation.identity.service.passkeys import forget_at_registrar
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registrar.models import EnrolledKey
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registry.rules import Entry
from egov_participation.services import Services


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
