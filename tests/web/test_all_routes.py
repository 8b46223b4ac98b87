"""Every route of every room, from the side of those who may not."""

from __future__ import annotations

import re

from starlette.applications import Starlette
from tests.conftest import ClientFactory

from egov_participation.app import room_routes
from egov_participation.ledger import service as ledger
from egov_participation.services import Site
from egov_participation.web.routing import BOOTH, MAIN, PUBLIC, SAFE_METHODS, SIGNED_IN, RouteSpec

ROUTES = room_routes()


def address(spec: RouteSpec) -> str:
    """An address of the route in English, of a thing that does not exist."""
    return re.sub(r"\{\w+(:\w+)?\}", "1", re.sub(r"\{\w+:language\}", "en", spec.full_path))


def test_every_route_has_a_name_of_its_own() -> None:
    names = [spec.name for spec in ROUTES]

    assert sorted(names) == sorted(set(names))


def test_no_two_routes_answer_the_same_request() -> None:
    requests = [(spec.site, spec.full_path, method) for spec in ROUTES for method in spec.methods]

    assert len(requests) == len(set(requests))


def test_who_is_not_signed_in_sees_nothing_and_changes_nothing(app: Starlette, new_client: ClientFactory) -> None:
    wrong = []
    for spec in (spec for spec in ROUTES if spec.access is SIGNED_IN):
        client = new_client(app, booth=spec.site is BOOTH)
        for method in spec.methods:
            answer = client.request(method, address(spec))
            to_sign_in = answer.headers.get("location", "").startswith("/en/sign-in?next=")
            kept = answer.headers["cache-control"] != "no-store"
            if kept or not (to_sign_in if answer.status_code == 303 else answer.status_code == 401):
                wrong.append(f"{method} {spec.name}: {answer.status_code}")

    assert wrong == []


def test_no_other_site_changes_anything(app: Starlette, new_client: ClientFactory) -> None:
    wrong = []
    for spec in (spec for spec in ROUTES if not spec.methods <= SAFE_METHODS):
        client = new_client(app, booth=spec.site is BOOTH)
        for origin in ("https://evil.example", "null"):
            headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
            for method in spec.methods - SAFE_METHODS:
                answer = client.request(method, address(spec), headers=headers)
                if answer.status_code != 403:
                    wrong.append(f"{method} {spec.name} from {origin}: {answer.status_code}")

    assert wrong == []


def test_a_public_page_is_the_same_for_everybody(app: Starlette, new_client: ClientFactory) -> None:
    ledger.publish(app.state.services)  # its first checkpoint: before that its pages say so
    for spec in (spec for spec in ROUTES if spec.access is PUBLIC and "{" not in spec.path):
        stranger, guest = (new_client(app, booth=spec.site is BOOTH) for _ in range(2))
        guest.cookies.set("booth" if spec.site is BOOTH else "session", "somebody's")

        assert stranger.get(address(spec)).content == guest.get(address(spec)).content, spec.name
        assert "set-cookie" not in guest.get(address(spec)).headers, spec.name


def test_each_route_is_on_one_host_alone(app: Starlette, new_client: ClientFactory) -> None:
    paths = {site: {spec.full_path for spec in ROUTES if spec.site is site} for site in Site}
    for spec in ROUTES:
        booth = spec.site is BOOTH
        if spec.full_path not in paths[MAIN if booth else BOOTH]:
            answer = new_client(app, booth=not booth).request(min(spec.methods), address(spec))
            assert answer.status_code == 404, spec.name
