"""Moderators look at how signatures came in, decide together, and everybody reads what was decided."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.identity.conftest import forms_of
from tests.officials import MakeOfficial
from tests.petitions.rows import REFERENCE, counted, put_petition, put_signatures

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.petitions import keys
from egov_participation.petitions.rules.integrity import label
from egov_participation.petitions.service import counting
from egov_participation.services import Services

OFFICE = f"/en/office/petitions/{REFERENCE}/integrity"
NETWORK = "198.51.100.0/24"
REASON = "All within one minute, from one network, without a break"


@pytest.fixture
def petition(services: Services) -> int:
    petition = put_petition(services)
    put_signatures(services, petition, range(6), network=NETWORK)
    put_signatures(services, petition, range(6, 9), network="203.0.113.0/24")
    counting.count(services)
    return petition


def test_from_the_list_of_networks_to_the_public_report_and_back(
    petition: int, official: MakeOfficial, client: TestClient, services: Services, worker: Worker, clock: ManualClock
) -> None:
    one, other = official(Role.MODERATOR).client, official(Role.MODERATOR).client
    network = label(keys.network_hash(services.settings.keys_dir, NETWORK))
    page = one.get(OFFICE)
    assert page.status_code == 200
    assert network in page.text
    assert "67%" in page.text
    assert NETWORK not in page.text

    dry = one.get(f"{OFFICE}/dry-run", params={"code": "automated", "network": network})
    assert dry.status_code == 200
    assert "Айгүл" not in dry.text
    fields = forms_of(dry.text)[f"{OFFICE}/propose"]
    missing = one.post(f"{OFFICE}/propose", data=fields)
    assert missing.status_code == 422
    assert "Give a reason" in missing.text
    naming = one.post(f"{OFFICE}/propose", data=fields | {"reason": "All by aigul@mail.example"})
    assert naming.status_code == 422
    assert "There is a mail address in it." in naming.text
    proposed = one.post(f"{OFFICE}/propose", data=fields | {"reason": REASON})
    assert proposed.status_code == 303
    decision = proposed.headers["location"]
    assert "another moderator has to decide" in one.get(decision).text
    twice = other.post(f"{OFFICE}/propose", data=fields | {"reason": REASON})
    assert twice.status_code == 409
    assert "waits for a second person" in twice.text
    assert REASON in twice.text
    assert counted(services, petition) == (9, 0)
    assert REASON not in client.get(f"/en/petitions/{REFERENCE}/integrity").text

    approval = forms_of(other.get(decision).text)[f"{decision}/decide"] | {"decision": "approve"}
    assert other.post(f"{decision}/decide", data=approval).status_code == 303
    assert 'id="progress" hx-get=' in other.get(decision).text
    for _ in range(3):
        worker.run_due()
        clock.advance(seconds=2)
    worker.run_due()
    assert counted(services, petition) == (3, 0)
    done = other.get(decision).text
    assert 'id="progress"' in done
    assert "hx-trigger" not in done.partition('id="progress"')[2].partition("</p>")[0]
    report = client.get(f"/en/petitions/{REFERENCE}/integrity").text
    assert REASON in report
    assert "carried out" in report
    assert "A program signed in people’s names" in report

    assert one.post(f"{decision}/undo", data={"reason": "Call 8 701 111 22 33"}).status_code == 422
    undo = one.post(f"{decision}/undo", data={"reason": "It was a service centre with one line"})
    again = undo.headers["location"]
    approval = forms_of(other.get(again).text)[f"{again}/decide"] | {"decision": "approve"}
    assert other.post(f"{again}/decide", data=approval).status_code == 303
    for _ in range(3):
        worker.run_due()
        clock.advance(seconds=2)
    worker.run_due()
    assert counted(services, petition) == (9, 0)
    report = client.get(f"/en/petitions/{REFERENCE}/integrity").text
    assert "undone" in report
    assert "signatures are counted again" in report
    assert other.get(decision).status_code == one.get(OFFICE).status_code == 200


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "Say which signatures"),
        ({"network": "00000000"}, "No signature of this petition comes from a network"),
        ({"network": "198.51.100.0"}, "A network’s label has 8 signs"),
        ({"since": "yesterday"}, "Write date and time such as"),
        ({"day": "6.10.2024"}, "Write a day such as"),
        ({"region": "<b>"}, "Choose a region of the list"),
        ({"code": "unloved", "region": "KZ-75"}, "Choose why these signatures are not to count"),
    ],
)
def test_what_is_wrong_with_a_dry_run_is_said(
    petition: int, official: MakeOfficial, query: dict[str, str], sentence: str
) -> None:
    answer = official(Role.MODERATOR).client.get(f"{OFFICE}/dry-run", params={"code": "automated"} | query)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.sqlite
def test_a_time_is_one_of_the_site_and_a_forged_form_proposes_nothing(
    petition: int, official: MakeOfficial, services: Services
) -> None:
    client = official(Role.MODERATOR).client
    noon = {"code": "automated", "since": "2024-10-06T12:00", "until": "2024-10-06 12:01"}  # 07:00 UTC
    assert "Propose to another moderator" in client.get(f"{OFFICE}/dry-run", params=noon).text
    later = {"code": "automated", "since": "2024-10-06T12:01"}
    assert "No signature fits" in client.get(f"{OFFICE}/dry-run", params=later).text
    assert client.post(f"{OFFICE}/propose", data={"code": "x", "reason": REASON}).status_code == 422
    assert client.post(f"{OFFICE}/propose", data={"code": "automated", "reason": REASON}).status_code == 422
    assert client.post(f"{OFFICE}/propose", data=later | {"reason": REASON, "upto": "9"}).status_code == 409
    assert official(Role.DESK_OPERATOR).client.get(OFFICE).status_code == 403
