"""Lists, feeds and data of petitions: what fits, in the order that was asked for, page after page."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient
from tests.petitions.showing import put

from egov_participation.petitions.service import listing, reading
from egov_participation.petitions.service.listing import Asked, Group, Sort
from egov_participation.services import Services


def references(client: TestClient, query: str) -> list[str]:
    """Of the list, in order."""
    answer = client.get(f"/en/petitions?{query}")
    assert answer.status_code == 200
    found = re.findall(r'egov-list__title"[^>]*><a class="govuk-link" href="/en/petitions/(P-\d{4}-\d+)"', answer.text)
    return [reference.removeprefix("P-2024-000") for reference in found]


def test_each_list_holds_its_own(services: Services, client: TestClient) -> None:
    states = ("open", "closed", "rejected", "review", "hidden", "stopped", "withdrawn")
    for number, state in enumerate(states, 1):
        put(services, number, state=state)
    put(services, 8, state="closed", answer_state="awaited")
    put(services, 9, state="closed", answer_state="answered")

    assert references(client, "") == ["1"]
    assert references(client, "state=closed") == ["9", "8", "7", "6", "2"]
    assert references(client, "state=awaiting") == ["8"]
    assert references(client, "state=answered") == ["9"]
    assert references(client, "state=rejected") == ["3"]
    assert references(client, "state=all") == ["9", "8", "7", "6", "3", "2", "1"]
    assert "(7)" in client.get("/en/petitions").text


def test_they_stand_in_the_order_that_is_asked_for(services: Services, client: TestClient) -> None:
    today, now = services.day(services.clock()), services.clock()
    put(services, 1, regions={"KZ-75": (900, 0, 0)}, days={today - timedelta(days=2): 900})
    put(services, 2, regions={"KZ-75": (50, 9, 0)}, days={today: 30}, closes_at=now + timedelta(days=1))
    put(services, 3, regions={"KZ-75": (8, 0, 0)}, days={today - timedelta(days=1): 8}, closes_at=None)

    assert references(client, "sort=most") == ["1", "2", "3"]
    assert references(client, "sort=trending") == ["2", "3", "1"]
    assert references(client, "sort=closing") == ["2", "1", "3"]
    assert references(client, "sort=newest") == ["3", "2", "1"]


def test_words_and_filters_narrow_a_list_down(services: Services, client: TestClient) -> None:
    put(services, 1, title="Автобусы ночью", territory="KZ-75", addressee="transport")
    put(services, 2, title="Автобус до вокзала", addressee="transport")
    put(services, 3, title="Свет у школы")

    assert references(client, "q=автобус") == ["2", "1"]
    assert references(client, "q=автобус&territory=KZ-75") == ["1"]
    assert references(client, "territory=-") == ["3", "2"]
    assert references(client, "addressee=transport") == ["2", "1"]
    assert references(client, "addressee=nobody&sort=x&page=y&state=z") == []
    page = client.get("/en/petitions?q=%3Cscript%3E&addressee=transport").text
    assert "<script>" not in page.partition("<main")[2]


def test_a_long_list_has_pages(services: Services, client: TestClient) -> None:
    for number in range(1, 24):
        put(services, number)

    assert len(references(client, "")) == listing.PAGE
    assert references(client, "page=2") == ["3", "2", "1"]
    assert references(client, "page=99") == ["3", "2", "1"]
    first = client.get("/api/v1/petitions?limit=20").json()
    rest = client.get(first["next"]).json()
    assert [one["reference"][-4:] for one in [*first["petitions"], *rest["petitions"]]] == [
        f"{number:04}" for number in range(23, 0, -1)
    ]
    assert rest["next"] is None
    refused = client.get("/api/v1/petitions?after=P-2020-0001")
    assert (refused.status_code, refused.json()["code"]) == (400, "query.after")


@pytest.mark.both
def test_every_list_in_every_order_is_there_on_both_databases(services: Services) -> None:
    put(services, 1)
    today = services.day(services.clock())
    for group in Group:
        for sort in Sort:
            found = listing.listed(services, "ru", Asked(group=group, sort=sort), today)
            assert found.total == len(found.petitions) == found.groups[group]
    assert [
        petition.reference for petition in reading.among(services, [one.id for one in reading.marks(services)])
    ] == ["P-2024-0001"]
    assert len(reading.latest(services)) == 1


def test_tables_and_answers_are_open_to_other_sites_and_sent_once(services: Services, client: TestClient) -> None:
    reference = put(services, regions={"KZ-75": (3, 1, 2)}, days={services.day(services.clock()): 3})
    for path in ("/api/v1/petitions", f"/api/v1/petitions/{reference}", f"/petitions/{reference}/by-region.csv"):
        answer = client.get(path)
        assert answer.headers["access-control-allow-origin"] == "*", path
        again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304, path
    table = client.get(f"/petitions/{reference}/by-region.csv").text.split("\r\n")
    assert table[1].startswith("KZ-75,")
    assert table[1].endswith(",2,1,2")  # what the log has; the third is counted live in the total alone
    missing = client.get("/api/v1/petitions/P-2020-0001", headers={"Accept": "application/json"})
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    assert missing.headers["access-control-allow-origin"] == "*"


def test_feeds_tell_what_happened(services: Services, client: TestClient) -> None:
    reference = put(services, happened=(("threshold", {"count": 50003, "needed": 50000}, None),))
    put(services, 2, state="hidden")
    atom = "{http://www.w3.org/2005/Atom}"
    every = ET.fromstring(client.get("/kk/feeds/petitions.atom").content)
    one = ET.fromstring(client.get(f"/kk/petitions/{reference}/feed.atom").content)

    titles = [entry.findtext(f"{atom}title") or "" for entry in every.iter(f"{atom}entry")]
    assert len(titles) == 2  # opened, and a threshold; not that it was handed in
    assert "50" in titles[0]
    assert len(list(one.iter(f"{atom}entry"))) == 3
    ids = [entry.findtext(f"{atom}id") for entry in [*every.iter(f"{atom}entry"), *one.iter(f"{atom}entry")]]
    assert len(set(ids)) == 3


def test_the_front_page_says_what_is_open_and_what_was_answered(services: Services, client: TestClient) -> None:
    assert "Nothing is open at the moment" in client.get("/en").text
    put(services, 1)
    put(services, 2, state="closed", answer_state="answered", title="Ответили")
    page = client.get("/en").text

    assert "1 petition is open" in page
    assert "Ответили" in page
