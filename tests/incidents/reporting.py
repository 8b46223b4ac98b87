"""What the tests of incidents have in common: a form that is filled in, and the rows that come of it."""

from __future__ import annotations

from sqlmodel import select
from starlette.testclient import TestClient
from tests.identity.conftest import forms_of

from egov_participation.incidents.models import Incident
from egov_participation.services import Services

TEXT = "Учаскеде құрылғы кодты қабылдамады.\nСағат онда болды, бәрі көрді."
ANSWER = {
    "kk": "Тексердік: құрылғы ауыстырылды, дауыс бере алмаған ешкім қалмады.",
    "ru": "Проверили: устройство заменено, все смогли проголосовать.",
    "en": "We looked into it: the device was replaced, and everybody could vote.",
}


def fill(client: TestClient, uuid: str, **fields: str) -> dict[str, str]:
    """The form as the page has it, filled in."""
    path = f"/en/votes/{uuid}/incident"
    page = client.get(path)
    assert page.status_code == 200
    return forms_of(page.text)[path] | {"kind": "access", "text": TEXT} | fields


def send(client: TestClient, uuid: str, **fields: str) -> str:
    """Report an incident and return its number."""
    answer = client.post(f"/en/votes/{uuid}/incident", data=fill(client, uuid, **fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


def rows(services: Services) -> list[Incident]:
    """All incidents."""
    with services.database.read() as session:
        return list(session.exec(select(Incident)))
