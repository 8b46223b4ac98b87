"""Where petitions are found besides their own pages: in the log that observers leaf through, and in the search."""

from __future__ import annotations

import re

from starlette.testclient import TestClient
from tests.petitions.showing import put

from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import State
from egov_participation.petitions.service import lifecycle, lookup
from egov_participation.services import Services


def close(services: Services, reference: str) -> None:
    """Close it as the clock does, with its entry in the log."""
    with services.database.uow() as tx:
        lifecycle.change(tx, lookup.locked(tx, reference), State.CLOSED, services.clock())
        tx.commit()
    ledger.publish(services)


def test_observers_find_what_the_log_says_of_a_petition(services: Services, client: TestClient) -> None:
    reference = put(services)
    close(services, reference)
    found = client.get("/en/observe/entries", params={"q": reference.lower()})
    assert found.headers["location"] == f"/en/observe/entries?subject={reference}"

    page = client.get(found.headers["location"]).text
    assert "Signing of a petition ended" in page
    assert f'href="/en/petitions/{reference}">Озеленить дворы школ</a>' in page
    entry = client.get("/en/observe/entries/0").text
    assert "All entries about this petition" in entry
    assert f"subject={reference}" in client.get(f"/en/petitions/{reference}").text


def test_the_log_names_no_petition_that_is_hidden(services: Services, client: TestClient) -> None:
    reference = put(services, title="Libel")
    close(services, reference)
    with services.database.uow() as tx:
        petition = lookup.locked(tx, reference)
        petition.text_hidden = True
        lifecycle.change(tx, petition, State.HIDDEN, services.clock(), reason="It names somebody.")
        tx.commit()

    page = client.get(f"/en/observe/entries?subject={reference}").text
    assert "Libel" not in page
    assert f">{reference}</a>" in page


def test_the_search_finds_what_is_public_as_long_as_it_is(services: Services, client: TestClient) -> None:
    reference = put(services)

    def found() -> list[str]:
        return re.findall(r'href="/ru(/petitions/P-[^"]+)"', client.get("/ru/search?q=озеленение дворов").text)

    assert found() == [f"/petitions/{reference}"]
    assert "Петиция" in client.get("/ru/search?q=озеленить").text
    with services.database.uow() as tx:
        lifecycle.change(tx, lookup.locked(tx, reference), State.HIDDEN, services.clock(), reason="It names somebody.")
        tx.commit()
    assert found() == []
