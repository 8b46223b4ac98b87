"""Every route of every room, from the side of those who may not."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from tests.conftest import ClientFactory

from egov_participation.app import room_routes
from egov_participation.ledger import service as ledger
from egov_participation.web.routing import BOOTH, PUBLIC, SAFE_METHODS, SIGNED_IN, RouteSpec

ROUTES = room_routes()


def by_name(spec: RouteSpec) -> str:
    return spec.name


def address(spec: RouteSpec) -> str:
    """An address of the route in English, of a thing that does not exist."""
    return re.sub(r"\{\w+(:\w+)?\}", "1", spec.full_path.replace("{lang:language}", "en"))


def test_every_route_has_a_name_of_its_own() -> None:
    names = [spec.name for spec in ROUTES]

    assert sorted(names) == sorted(set(names))


def test_no_two_routes_answer_the_same_request() -> None:
    requests = [(spec.site, spec.full_path, method) for spec in ROUTES for method in spec.methods]

    assert len(requests) == len(set(requests))


@pytest.mark.parametrize("spec", [spec for spec in ROUTES if spec.access is SIGNED_IN], ids=by_name)
def test_who_is_not_signed_in_sees_nothing_and_changes_nothing(
    spec: RouteSpec, app: Starlette, new_client: ClientFactory
) -> None:
    client = new_client(app, booth=spec.site is BOOTH)
    for method in spec.methods:
        answer = client.request(method, address(spec))

        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/en/sign-in?next=")
        else:
            assert answer.status_code == 401
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("spec", [spec for spec in ROUTES if not spec.methods <= SAFE_METHODS], ids=by_name)
def test_no_other_site_changes_anything(spec: RouteSpec, app: Starlette, new_client: ClientFactory) -> None:
    client = new_client(app, booth=spec.site is BOOTH)
    for origin in ("https://evil.example", "null"):
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        for method in spec.methods - SAFE_METHODS:
            assert client.request(method, address(spec), headers=headers).status_code == 403


@pytest.mark.parametrize(
    "spec", [spec for spec in ROUTES if spec.access is PUBLIC and "{" not in spec.path], ids=by_name
)
def test_a_public_page_is_the_same_for_everybody(spec: RouteSpec, app: Starlette, new_client: ClientFactory) -> None:
    ledger.publish(app.state.services)  # its first checkpoint: before that its pages say so
    stranger, guest = (new_client(app, booth=spec.site is BOOTH) for _ in range(2))
    guest.cookies.set("booth" if spec.site is BOOTH else "session", "somebody's")

    assert stranger.get(address(spec)).content == guest.get(address(spec)).content
    assert "set-cookie" not in guest.get(address(spec)).headers


@pytest.mark.parametrize("spec", ROUTES, ids=by_name)
def test_each_route_is_on_one_host_alone(spec: RouteSpec, app: Starlette, new_client: ClientFactory) -> None:
    elsewhere = {other.full_path for other in ROUTES if other.site is not spec.site}
    if spec.full_path not in elsewhere:
        method = min(spec.methods)
        assert new_client(app, booth=spec.site is not BOOTH).request(method, address(spec)).status_code == 404
