"""Somebody was pressed to sign: they tell moderators in private, and nothing of it is public."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.identity.conftest import forms_of
from tests.officials import MakeCitizen, MakeOfficial
from tests.petitions.rows import REFERENCE, put_petition

from egov_participation.actions import Role
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.petitions import keys
from egov_participation.petitions.models import PressureReport
from egov_participation.services import Services
from egov_participation.web.csrf import HEADER

pytestmark = pytest.mark.sqlite

PATH = f"/en/petitions/{REFERENCE}/pressure"
TEXT = "Бастық қол қоюға мәжбүрледі.\nТізімді тексерді."


@pytest.fixture(autouse=True)
def petition(services: Services) -> int:
    return put_petition(services)


def fill(client: TestClient, **fields: str) -> dict[str, str]:
    page = client.get(PATH)
    assert page.status_code == 200
    return forms_of(page.text)[PATH] | {"text": TEXT} | fields


def send(client: TestClient, **fields: str) -> str:
    answer = client.post(PATH, data=fill(client, **fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


def rows(services: Services) -> list[PressureReport]:
    with services.database.read() as session:
        return list(session.exec(select(PressureReport)))


@pytest.mark.postgresql
def test_anybody_reports_gets_a_number_and_reads_what_to_do_at_once(
    client: TestClient, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    number = send(client, mail="aigul@mail.example")
    assert re.fullmatch(r"H-\w{4}-\w{4}", number)
    page = client.get(f"{PATH}/{number}")
    assert number.replace("-", "‑") in page.text
    assert f"/en/petitions/{REFERENCE}/signature" in page.text
    assert "aigul" not in page.text
    assert "мәжбүрледі" not in page.text
    assert page.headers["referrer-policy"] == "strict-origin"
    (row,) = rows(services)
    assert "мәжбүрледі".encode() not in row.text_sealed
    assert row.person_hash is None
    worker.run_due()
    assert [(mail.to, number in mail.text, "мәжбүрледі" in mail.text) for mail in outbox.sent] == [
        ("aigul@mail.example", True, False)
    ]


def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(client: TestClient, services: Services) -> None:
    answer = client.post(PATH, data=fill(client, mail="no address"))
    assert answer.status_code == 422
    assert "Write a mail address such as" in answer.text
    assert "Тізімді тексерді" in answer.text
    assert rows(services) == []
    fields = fill(client)
    first, second = (client.post(PATH, data=fields).headers["location"] for _ in range(2))
    assert first == second
    assert len(rows(services)) == 1


def test_one_sender_does_not_fill_the_queue_and_a_petition_that_is_none_has_no_form(client: TestClient) -> None:
    for _ in range(5):
        send(client, mail="a@mail.example")
    refused = client.post(PATH, data=fill(client, mail="A@mail.example"))
    assert refused.status_code == 429
    assert "Тізімді тексерді" in refused.text
    assert client.get("/en/petitions/P-2024-0009/pressure").status_code == 404
    assert client.get(f"{PATH}/H-2345-6789").status_code == 404


def test_a_moderator_reads_it_without_a_name_and_writes_back_in_private(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    person, moderator = citizen(), official(Role.MODERATOR)
    number = send(person.client)
    assert keys.person_hash(services.settings.keys_dir, person.person_id) == rows(services)[0].person_hash
    worker.run_due()
    outbox.sent.clear()
    assert number.replace("-", "‑") in moderator.client.get("/en/office/petitions/pressure").text
    path = f"/en/office/petitions/pressure/{number}"
    page = moderator.client.get(path).text
    assert "Тізімді тексерді" in page
    assert person.entry.family_name not in page
    assert number in moderator.client.get("/en/office").text.replace("‑", "-")
    assert moderator.client.post(path, data={"text": "Жұмыс берушіге жазамыз."}).status_code == 303
    assert moderator.client.post(path, data={"text": "Тағы бір рет жазамыз."}).status_code == 409
    worker.run_due()
    assert [(mail.to, "Жұмыс берушіге жазамыз." in mail.text) for mail in outbox.sent] == [(person.entry.mail, True)]
    assert "Жұмыс берушіге" in moderator.client.get(path).text
    assert official(Role.AUDITOR).client.get(path).status_code == 403
    assert person.client.get(path).status_code == 403
    assert "Жұмыс берушіге" not in person.client.get(f"{PATH}/{number}").text


def test_a_report_from_before_somebody_signed_in_comes_back_filled_in(
    client: TestClient, citizen: MakeCitizen, services: Services
) -> None:
    person, before = citizen(), fill(client)
    del person.client.headers[HEADER]
    refused = person.client.post(PATH, data=before)
    assert refused.status_code == 403
    assert "Тізімді тексерді" in refused.text
    assert rows(services) == []
