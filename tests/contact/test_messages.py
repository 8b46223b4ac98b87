"""The contact centre: a message reaches the office, is answered, and is told to nobody else."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.identity.conftest import forms_of
from tests.officials import MakeCitizen, MakeOfficial

from egov_participation import audit, personal
from egov_participation.actions import Action, Role
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.contact import service
from egov_participation.contact.models import ContactMessage
from egov_participation.contact.rules import Topic
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.web.csrf import HEADER

TEXT = "Дауыс беру кодын көре алмай тұрмын.\nНе істеу керек?"


def fill(client: TestClient, **fields: str) -> dict[str, str]:
    page = client.get("/en/help/contact")
    assert page.status_code == 200
    return forms_of(page.text)["/en/help/contact"] | {"topic": "voting", "text": TEXT} | fields


def send(client: TestClient, **fields: str) -> str:
    """Send a message and return its number."""
    answer = client.post("/en/help/contact", data=fill(client, **fields))
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("/")[2]


def rows(services: Services) -> list[ContactMessage]:
    with services.database.read() as session:
        return list(session.exec(select(ContactMessage)))


def test_a_message_gets_a_number_a_page_and_a_mail(client: TestClient, worker: Worker, outbox: NullMailer) -> None:
    reference = send(client, mail="aigul@mail.example")
    page = client.get(f"/en/help/contact/sent/{reference}").text
    assert reference in page
    assert "28\u00a0October\u00a02024" in page  # 15 working days after Sunday the 6th: the 25th is Republic Day
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == ["aigul@mail.example"]
    assert reference in outbox.sent[0].text
    assert TEXT.split("\n")[0] not in outbox.sent[0].text


def test_what_was_written_is_sealed(client: TestClient, services: Services) -> None:
    send(client, mail="aigul@mail.example")
    row = rows(services)[0]
    assert "Дауыс".encode() not in row.text_sealed
    assert row.mail_sealed is not None
    assert b"aigul" not in row.mail_sealed
    with services.database.read() as session:
        assert service.message(services, session, row.reference).text == TEXT


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"topic": ""}, "Choose what it is about."),
        ({"topic": "bribes"}, "Choose what it is about."),
        ({"text": "short"}, "Write in a sentence or two"),
        ({"text": "ы" * 4001}, "longer than 4000 characters"),
        ({"mail": "a@b\r\nBcc: x@mail.example"}, "Write a mail address such as"),
        ({"mail": "айгүл@mail.example"}, "Write a mail address such as"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(
    client: TestClient, services: Services, fields: dict[str, str], sentence: str
) -> None:
    answer = client.post("/en/help/contact", data=fill(client, **fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (fields.get("text") or TEXT.split("\n")[0]) in answer.text
    assert rows(services) == []


def test_too_many_messages_are_refused_and_the_text_stays_in_the_form(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    for _ in range(10):
        send(client)
    answer = client.post("/en/help/contact", data=fill(client))
    assert answer.status_code == 429
    assert "Your text is kept here" in answer.text
    assert TEXT.split("\n")[0] in answer.text
    assert len(rows(services)) == 10
    clock.advance(hours=1)
    send(client)


def test_one_address_is_not_written_to_without_end(client: TestClient) -> None:
    for _ in range(5):
        send(client, mail="a@mail.example")
    answer = client.post("/en/help/contact", data=fill(client, mail="A@mail.example"))
    assert answer.status_code == 429


def test_a_form_sent_twice_is_one_message(client: TestClient, services: Services) -> None:
    fields = fill(client)
    first, second = (client.post("/en/help/contact", data=fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(rows(services)) == 1


@pytest.mark.both
def test_a_form_sent_twice_at_once_is_one_message_too(services: Services) -> None:
    begun = threading.Event()

    def send_once(held: float) -> str:
        with services.database.uow() as tx:
            found = service.send(
                tx, services, once="0" * 32, topic=Topic.OTHER, text=TEXT, mail="", person=None, network="n", lang="kk"
            )
            begun.set()
            time.sleep(held)
            tx.commit()
        return found

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send_once, 0.5)
        assert begun.wait(240)
        second = pool.submit(send_once, 0)
        assert first.result() == second.result()
    assert len(rows(services)) == 1


def test_a_form_of_another_site_and_a_signed_in_form_without_its_token_are_refused(
    client: TestClient, citizen: MakeCitizen, services: Services
) -> None:
    there = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/en/help/contact", data=fill(client), headers=there).status_code == 403
    person = citizen()
    fields = fill(person.client)
    del person.client.headers[HEADER]
    fields["csrf_token"] = "0" * 64
    assert person.client.post("/en/help/contact", data=fields).status_code == 403
    assert rows(services) == []


def test_a_form_from_before_somebody_signed_in_comes_back_filled_in_and_can_be_sent(
    citizen: MakeCitizen, client: TestClient, services: Services
) -> None:
    person = citizen()
    before = fill(client)  # nobody was signed in
    del person.client.headers[HEADER]
    refused = person.client.post("/en/help/contact", data=before)
    assert refused.status_code == 403
    assert "nothing was sent. What you wrote is here" in refused.text
    assert "Error:" in refused.text
    assert rows(services) == []
    form = forms_of(refused.text)["/en/help/contact"]
    assert TEXT in refused.text
    assert form["once"] == before["once"]
    again = person.client.post("/en/help/contact", data=form | {"topic": "voting", "text": TEXT})
    assert again.status_code == 303
    assert len(rows(services)) == 1


def test_signs_that_turn_writing_round_do_not_get_in(client: TestClient, services: Services) -> None:
    send(client, text="Сәлем\u202e, \x07мынау\u200b хат\r\nекінші жол")
    with services.database.read() as session:
        assert service.open_messages(services, session)[0].text == "Сәлем, мынау хат\nекінші жол"


def test_how_a_message_stands_is_told_by_its_number_and_nothing_of_it(client: TestClient) -> None:
    reference = send(client, mail="aigul@mail.example")
    found = client.get("/en/help/contact/status", params={"number": reference.lower().replace("-", "")})
    assert found.status_code == 200
    assert "Received" in found.text
    assert "6\u00a0October\u00a02024" in found.text
    for secret in ("aigul", "Дауыс", "voting"):
        assert secret not in found.text.partition("<main")[2].partition("</main")[0]
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("number", ["K-2222-2222", "K-7Q4M", "<script>"])
def test_a_number_that_is_none_is_said(client: TestClient, number: str) -> None:
    answer = client.get("/en/help/contact/status", params={"number": number})
    assert answer.status_code == 404
    assert "There is no message with this number" in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]


def test_numbers_cannot_be_tried_without_end(client: TestClient) -> None:
    answers = [client.get("/en/help/contact/status", params={"number": "K-2222-2222"}).status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]


def test_an_official_answers_and_the_sender_is_mailed_and_the_trail_names_the_act(
    client: TestClient, services: Services, official: MakeOfficial, worker: Worker, outbox: NullMailer
) -> None:
    reference = send(client, mail="aigul@mail.example")
    operator = official(Role.DESK_OPERATOR)
    assert reference in operator.client.get("/en/office/messages").text
    page = operator.client.get(f"/en/office/messages/{reference}").text
    for shown in (TEXT.split("\n")[1], "aigul@mail.example", "15 working days left"):
        assert shown in page
    answer = {"text": "Кабинаға кіріп, «Дауыс беру коды» бетін ашыңыз."}
    assert operator.client.post(f"/en/office/messages/{reference}", data=answer).status_code == 303
    worker.run_due()
    assert "«Дауыс беру коды»" in outbox.sent[-1].text
    with services.database.read() as session:
        entries, _total = audit.search(session, audit.Query(text=f"message:{reference}"), limit=5)
    assert [(entry.actor, entry.action) for entry in entries] == [(operator.person_id, Action.ANSWER_MESSAGE.value)]
    status = client.get("/en/help/contact/status", params={"number": reference}).text
    assert "Answered" in status
    assert "Кабинаға" not in status
    assert "Nothing waits for an answer" in operator.client.get("/en/office/messages").text


def test_what_waits_stands_on_the_front_page_of_those_who_may_answer(
    client: TestClient, official: MakeOfficial
) -> None:
    reference = send(client)
    assert reference in official(Role.DESK_OPERATOR).client.get("/en/office").text
    assert reference not in official(Role.AUDITOR).client.get("/en/office").text


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("days", "left"), [(5, "10 working days left"), (12, "5 working days left"), (30, "6 working days overdue")]
)
def test_every_page_counts_the_same_working_days(
    client: TestClient, official: MakeOfficial, clock: ManualClock, days: int, left: str
) -> None:
    reference = send(client)
    clock.advance(days=days)
    somebody = official(Role.ADMINISTRATOR)
    for path in ("/en/office", "/en/office/messages", f"/en/office/messages/{reference}"):
        said = re.findall(r"\d+ working days? (?:left|overdue)", somebody.client.get(path).text)
        assert said == [left], path


def test_a_message_is_answered_once(client: TestClient, official: MakeOfficial) -> None:
    reference = send(client, mail="aigul@mail.example")
    operator = official(Role.DESK_OPERATOR)
    path = f"/en/office/messages/{reference}"
    assert operator.client.post(path, data={"text": "The first answer."}).status_code == 303
    assert operator.client.post(path, data={"text": "Another answer."}).status_code == 409
    assert operator.client.post("/en/office/messages/K-2222-2222", data={"text": "To nobody."}).status_code == 404


def test_an_answer_that_is_too_short_is_kept_in_the_form(client: TestClient, official: MakeOfficial) -> None:
    reference = send(client)
    answer = official(Role.ADMINISTRATOR).client.post(f"/en/office/messages/{reference}", data={"text": "Жоқ"})
    assert answer.status_code == 422
    assert "Жоқ" in answer.text
    assert "mailed to nobody" in answer.text


def test_others_do_not_read_messages(client: TestClient, official: MakeOfficial, citizen: MakeCitizen) -> None:
    reference = send(client)
    for path in ("/en/office/messages", f"/en/office/messages/{reference}"):
        assert client.get(path).status_code == 303
        assert citizen().client.get(path).status_code == 403
        assert official(Role.AUDITOR).client.get(path).status_code == 403


def test_somebody_signed_in_is_answered_where_the_register_says(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    person = citizen()
    assert person.entry.mail in person.client.get("/en/help/contact").text
    reference = send(person.client, mail="somebody.else@mail.example")
    page = official(Role.DESK_OPERATOR).client.get(f"/en/office/messages/{reference}").text
    assert person.entry.family_name in page
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [person.entry.mail]
    with services.database.read() as session:
        section = next(
            one for one in personal.held(services, session, person.person_id) if one.name == "contact_messages"
        )
    assert [fact.value for fact in section.records[0] if fact.name == "text"] == [TEXT]


def test_an_erasure_deletes_what_is_answered_and_leaves_what_waits(
    citizen: MakeCitizen, official: MakeOfficial, services: Services
) -> None:
    person = citizen()
    answered, waiting = send(person.client), send(person.client)
    official(Role.DESK_OPERATOR).client.post(f"/en/office/messages/{answered}", data={"text": "Here is the answer."})
    with services.database.uow() as tx:
        personal.erase(services, tx, person.person_id, services.clock())
        tx.commit()
    assert [row.reference for row in rows(services)] == [waiting]


def test_what_waited_at_an_erasure_goes_with_its_answer_which_still_arrives(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    person, other = citizen(), citizen()
    waiting, others = send(person.client), send(other.client)
    with services.database.uow() as tx:
        personal.erase(services, tx, person.person_id, services.clock())
        tx.commit()
    worker.run_due()
    outbox.sent.clear()
    operator = official(Role.DESK_OPERATOR).client
    for reference in (waiting, others):
        answer = operator.post(f"/en/office/messages/{reference}", data={"text": "Here is the answer."})
        assert answer.status_code == 303
    assert operator.post(f"/en/office/messages/{waiting}", data={"text": "Once more."}).status_code == 404
    worker.run_due()
    assert {mail.to for mail in outbox.sent} == {person.entry.mail, other.entry.mail}
    assert [row.reference for row in rows(services)] == [others]


def test_a_message_is_forgotten_a_year_after_its_answer(
    client: TestClient, official: MakeOfficial, services: Services, clock: ManualClock
) -> None:
    answered, waiting = send(client), send(client)
    official(Role.DESK_OPERATOR).client.post(f"/en/office/messages/{answered}", data={"text": "Here is the answer."})
    clock.advance(days=364)
    assert service.forget_old(services) == 0
    clock.advance(days=1)
    assert service.forget_old(services) == 1
    assert [row.reference for row in rows(services)] == [waiting]


def test_the_contact_centres_numbers_are_those_of_the_settings_and_what_is_not_set_is_not_shown(
    services: Services, new_client: ClientFactory
) -> None:
    settings = services.settings.model_copy(
        update={"contact": "help@egov.example", "contact_phone": "+7 700 000-00-00", "contact_hours": "9:00–18:00"}
    )
    app = create_app(settings, services=replace(services, settings=settings), debug=True)
    page = new_client(app).get("/kk/help/contact").text
    assert "help@egov.example" in page
    assert re.search(r"\+7 700 000-00-00,.*9:00–18:00", page)
    assert "Мекенжайы" not in page
