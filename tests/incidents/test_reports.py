"""Anybody reports an incident; the commission alone reads it, and what is public of it names nobody."""

from __future__ import annotations

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient
from tests.incidents.reporting import ANSWER, TEXT, fill, rows, send
from tests.officials import MakeCitizen, MakeOfficial
from tests.voting.making import MadeVote

from egov_participation import audit, personal
from egov_participation.actions import Action, Role
from egov_participation.clock import ManualClock
from egov_participation.incidents import service
from egov_participation.incidents.models import Incident
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.web.csrf import HEADER


def test_a_report_gets_a_number_a_public_page_and_a_mail(
    client: TestClient, vote: MadeVote, worker: Worker, outbox: NullMailer
) -> None:
    reference = send(client, vote.uuid, mail="aigul@mail.example")
    page = client.get(f"/en/incidents/{reference}").text
    assert reference.replace("-", "‑") in page
    assert "The commission owes an answer by 9\u00a0October\u00a02024" in page
    for secret in ("aigul", "құрылғы"):
        assert secret not in page
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == ["aigul@mail.example"]
    assert reference in outbox.sent[0].text
    assert "құрылғы" not in outbox.sent[0].text
    found = client.get("/en/incidents", params={"number": reference.lower().replace("-", " ")})
    assert found.headers["location"] == f"/en/incidents/{reference}"


def test_what_was_written_is_sealed_and_the_row_knows_the_day_alone(
    client: TestClient, vote: MadeVote, services: Services
) -> None:
    send(client, vote.uuid, mail="aigul@mail.example")
    row = rows(services)[0]
    assert row.text_sealed is not None
    assert "құрылғы".encode() not in row.text_sealed
    assert row.mail_sealed is not None
    assert b"aigul" not in row.mail_sealed
    assert str(row.reported_on) == "2024-10-06"
    with services.database.read() as session:
        assert service.case(services, session, row.reference).text == TEXT


def test_a_sealed_text_does_not_open_in_another_rows_place(
    client: TestClient, vote: MadeVote, services: Services
) -> None:
    first, second = send(client, vote.uuid), send(client, vote.uuid)
    with services.database.uow() as tx:
        one, other = tx.get(Incident, first), tx.get(Incident, second)
        assert one is not None
        assert other is not None
        one.text_sealed = other.text_sealed
        tx.commit()
    with services.database.read() as session, pytest.raises(ValueError, match="does not open"):
        service.case(services, session, first)


NOT_SENT = "(nothing is chosen, and browsers send nothing)"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": NOT_SENT}, "Choose what happened."),
        ({"kind": "bribe"}, "Choose what happened."),
        ({"text": "short"}, "Write in a sentence or two"),
        ({"mail": "a@b\r\nBcc: x@mail.example"}, "Write a mail address such as"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(
    client: TestClient, vote: MadeVote, services: Services, fields: dict[str, str], sentence: str
) -> None:
    filled = fill(client, vote.uuid, **fields)
    sent = {name: value for name, value in filled.items() if value != NOT_SENT}
    answer = client.post(f"/en/votes/{vote.uuid}/incident", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "text" not in fields:
        assert "Сағат онда болды" in answer.text
    assert rows(services) == []


def test_a_form_sent_twice_is_one_report_and_a_vote_that_is_none_has_no_form(
    client: TestClient, vote: MadeVote, services: Services
) -> None:
    fields = fill(client, vote.uuid)
    first, second = (client.post(f"/en/votes/{vote.uuid}/incident", data=fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(rows(services)) == 1
    assert client.get("/en/votes/1/incident").status_code == 404
    assert client.post("/en/votes/1/incident", data=fields).status_code == 404


def test_one_network_and_one_sender_do_not_fill_the_queue(client: TestClient, vote: MadeVote) -> None:
    for _ in range(5):
        send(client, vote.uuid, mail="a@mail.example")
    path = f"/en/votes/{vote.uuid}/incident"
    refused = client.post(path, data=fill(client, vote.uuid, mail="A@mail.example"))
    assert refused.status_code == 429
    assert "Сағат онда болды" in refused.text
    for _ in range(5):
        send(client, vote.uuid)
    assert client.post(path, data=fill(client, vote.uuid)).status_code == 429


def test_a_report_from_before_somebody_signed_in_comes_back_filled_in(
    client: TestClient, citizen: MakeCitizen, vote: MadeVote, services: Services
) -> None:
    person = citizen()
    before = fill(client, vote.uuid)  # nobody was signed in
    del person.client.headers[HEADER]
    refused = person.client.post(f"/en/votes/{vote.uuid}/incident", data=before)
    assert refused.status_code == 403
    assert "Сағат онда болды" in refused.text
    assert rows(services) == []


def test_the_commission_answers_in_public_and_the_reporter_is_mailed(
    client: TestClient,
    citizen: MakeCitizen,
    official: MakeOfficial,
    vote: MadeVote,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    person = citizen()
    reference = send(person.client, vote.uuid)
    member = official(Role.COMMISSION)
    assert reference in member.client.get("/en/office").text
    queue = member.client.get("/en/office/incidents").text
    assert "3 working days left" in queue
    assert "A trial vote" in queue
    assert "Сағат онда" not in queue
    page = member.client.get(f"/en/office/incidents/{reference}").text
    assert "Сағат онда болды" in page
    assert person.entry.family_name not in page
    assert person.entry.mail not in page
    seen = member.client.post(f"/en/office/incidents/{reference}/preview", data=ANSWER)
    assert "How the public will see it" in seen.text
    assert rows(services)[0].answered_at is None
    assert member.client.post(f"/en/office/incidents/{reference}", data=ANSWER).status_code == 303
    worker.run_due()
    assert ANSWER[person.entry.language] in outbox.sent[-1].text
    assert outbox.sent[-1].to == person.entry.mail
    with services.database.read() as session:
        entries, _total = audit.search(session, audit.Query(text=f"incident:{reference}"), limit=5)
        public = service.of_vote(session, vote.uuid)
    assert [(entry.actor, entry.action) for entry in entries] == [(member.person_id, Action.ANSWER_INCIDENT.value)]
    assert [(one.reference, one.answer) for one in public] == [(reference, ANSWER)]
    assert ANSWER["kk"] in client.get(f"/kk/incidents/{reference}").text
    again = member.client.post(f"/en/office/incidents/{reference}", data=ANSWER)
    assert again.status_code == 409


def test_what_looks_like_personal_data_is_not_published_unless_somebody_looked(
    citizen: MakeCitizen, official: MakeOfficial, vote: MadeVote, services: Services
) -> None:
    person, member = citizen(), official(Role.COMMISSION)
    path = f"/en/office/incidents/{send(person.client, vote.uuid)}"
    for told in (person.entry.family_name, person.entry.mail, person.entry.iin.digits):
        refused = member.client.post(path, data=ANSWER | {"ru": f"{ANSWER['ru']} {told}"})
        assert refused.status_code == 422, told
        assert "Confirm that it names nobody" in refused.text
        assert ANSWER["kk"] in refused.text
    assert rows(services)[0].answered_at is None
    checked = ANSWER | {"ru": f"{ANSWER['ru']} 123456789012", "checked": "yes"}
    assert member.client.post(path, data=checked).status_code == 303
    assert rows(services)[0].answered_at is not None


def test_an_answer_in_two_languages_is_none(
    client: TestClient, official: MakeOfficial, vote: MadeVote, services: Services
) -> None:
    reference = send(client, vote.uuid)
    refused = official(Role.COMMISSION).client.post(f"/en/office/incidents/{reference}", data=ANSWER | {"kk": ""})
    assert refused.status_code == 422
    assert ANSWER["ru"] in refused.text
    assert rows(services)[0].answered_at is None


def test_nobody_but_the_commission_reads_or_answers_reports(
    client: TestClient, citizen: MakeCitizen, official: MakeOfficial, vote: MadeVote, services: Services
) -> None:
    reference = send(client, vote.uuid)
    others = [citizen(Role.COMMISSION).client, *(official(role).client for role in (Role.AUDITOR, Role.DESK_OPERATOR))]
    for path in ("/en/office/incidents", f"/en/office/incidents/{reference}"):
        assert client.get(path).status_code == 303
        assert [other.get(path).status_code for other in others[1:]] == [403, 403]
        assert others[0].get(path).status_code in (303, 403)
    for way in ("", "/preview"):
        answers = [other.post(f"/en/office/incidents/{reference}{way}", data=ANSWER) for other in others]
        assert not {answer.status_code for answer in answers} & {200, 422}
    assert rows(services)[0].answered_at is None


def test_a_late_answer_is_called_late_in_public(client: TestClient, vote: MadeVote, clock: ManualClock) -> None:
    reference = send(client, vote.uuid)
    clock.advance(days=5)
    assert "has owed an answer since 9\u00a0October\u00a02024" in client.get(f"/en/incidents/{reference}").text


def _held(services: Services, session: Session, person_id: str) -> list[list[object]]:
    section = next(one for one in personal.held(services, session, person_id) if one.name == "incidents")
    return [[fact.value for fact in record if fact.name in ("reference", "text")] for record in section.records]


def test_a_person_sees_what_is_held_and_an_erasure_leaves_what_is_public(
    citizen: MakeCitizen, official: MakeOfficial, vote: MadeVote, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    person, member = citizen(), official(Role.COMMISSION)
    answered, waiting = send(person.client, vote.uuid), send(person.client, vote.uuid)
    member.client.post(f"/en/office/incidents/{answered}", data=ANSWER)
    with services.database.read() as session:
        assert sorted(_held(services, session, person.person_id)) == sorted([[answered, TEXT], [waiting, TEXT]])
    with services.database.uow() as tx:
        personal.erase(services, tx, person.person_id, services.clock())
        tx.commit()
    left = {row.reference: row for row in rows(services)}
    assert (left[answered].text_sealed, left[answered].person_id) == (None, None)
    assert left[answered].answer_kk == ANSWER["kk"]
    assert left[waiting].text_sealed is not None
    worker.run_due()
    outbox.sent.clear()
    member.client.post(f"/en/office/incidents/{waiting}", data=ANSWER)
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [person.entry.mail]
    left = {row.reference: row for row in rows(services)}
    assert (left[waiting].text_sealed, left[waiting].person_id) == (None, None)


def test_what_was_written_is_forgotten_a_year_after_the_answer_and_the_public_part_stays(
    client: TestClient, official: MakeOfficial, vote: MadeVote, services: Services, clock: ManualClock
) -> None:
    answered, waiting = send(client, vote.uuid, mail="a@mail.example"), send(client, vote.uuid)
    official(Role.COMMISSION).client.post(f"/en/office/incidents/{answered}", data=ANSWER)
    clock.advance(days=364)
    assert service.forget_old(services) == 0
    clock.advance(days=1)
    assert service.forget_old(services) == 1
    left = {row.reference: row for row in rows(services)}
    assert (left[answered].text_sealed, left[answered].mail_sealed) == (None, None)
    assert left[waiting].text_sealed is not None
    with services.database.read() as session:
        assert len(service.of_vote(session, vote.uuid)) == 2
