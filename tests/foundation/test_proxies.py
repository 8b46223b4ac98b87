"""Whose address counts when proxies stand between."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request

from egov_participation.app import create_app, create_services
from egov_participation.settings import Settings
from egov_participation.web.proxies import client_address

PROXY, VISITOR, LIE = "10.0.5.7", "192.0.2.1", "198.51.100.9"


@pytest.fixture
def behind_a_proxy(settings: Settings) -> Starlette:
    named = settings.model_copy(update={"trusted_proxies": Settings(trusted_proxies="10.0.5.0/24").trusted_proxies})
    return create_app(named, services=create_services(named))


def asked(app: Starlette, peer: str, *forwarded: str) -> str:
    headers = Headers(raw=[(b"x-forwarded-for", line.encode()) for line in forwarded])
    return client_address(Request({"type": "http", "app": app, "client": (peer, 1234), "headers": headers.raw}))


@pytest.mark.parametrize(
    "forwarded",
    [(VISITOR,), (f"{LIE}, {VISITOR}",), (LIE, VISITOR), (f"{VISITOR}, 10.0.5.8",), (f"nonsense,{VISITOR}, 10.0.5.8",)],
)
def test_behind_a_trusted_proxy_the_rightmost_stranger_is_the_visitor(
    behind_a_proxy: Starlette, forwarded: tuple[str, ...]
) -> None:
    assert asked(behind_a_proxy, PROXY, *forwarded) == VISITOR
    assert asked(behind_a_proxy, f"::ffff:{PROXY}", *forwarded) == VISITOR


@pytest.mark.parametrize("forwarded", [(), ("",), ("unknown",), (f"{VISITOR}, x",), (f"{VISITOR}:80",), ("10.0.5.8",)])
def test_where_the_proxy_names_no_visitor_it_counts_itself(
    behind_a_proxy: Starlette, forwarded: tuple[str, ...]
) -> None:
    assert asked(behind_a_proxy, PROXY, *forwarded) == PROXY


def test_what_others_say_of_themselves_is_not_read(behind_a_proxy: Starlette, app: Starlette) -> None:
    assert asked(behind_a_proxy, VISITOR, LIE) == VISITOR
    assert asked(app, PROXY, LIE) == PROXY
