"""What programs look for at addresses that are the same on every site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory

from egov_participation.services import Services


def test_search_engines_are_kept_from_what_is_one_persons_and_from_the_booth(
    client: TestClient, app: Starlette, new_client: ClientFactory
) -> None:
    answer = client.get("/robots.txt")
    lines = answer.text.splitlines()

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /kk/me", "Disallow: /ru/office", "Disallow: /en/sign-in"} <= set(lines)
    assert not any("votes" in line or line == "Disallow: /" for line in lines)
    assert new_client(app, booth=True).get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("booth", [False, True])
def test_whoever_finds_a_weakness_is_told_where_to_report_it(
    app: Starlette, new_client: ClientFactory, services: Services, booth: bool
) -> None:
    answer = new_client(app, booth=booth).get("/.well-known/security.txt")
    fields = [tuple(line.split(": ", 1)) for line in answer.text.splitlines()]

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert ("Contact", f"{services.settings.base_url}/en/help/contact") in fields
    assert ("Contact", f"mailto:{services.settings.contact}") in fields or not services.settings.contact
    assert ("Canonical", f"{services.settings.base_url}/.well-known/security.txt") in fields
    assert ("Preferred-Languages", "kk, ru, en") in fields
    (expires,) = (datetime.fromisoformat(value) for name, value in fields if name == "Expires")
    assert timedelta(days=30) < expires - services.clock().astimezone(UTC) < timedelta(days=365)
