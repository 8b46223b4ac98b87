"""Signing in at somebody else's implementation of a provider (oidc-provider-mock): not only our own is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from tests.conftest import ClientFactory
from tests.identity.provider import Visitor, why

from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.identity.routes import routes as identity_routes
from egov_participation.registry.rules import Entry
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite


@pytest.fixture
def issuer(people: list[Entry], clock: ManualClock) -> Iterator[str]:
    """The other's provider, at which the first of `people` can sign in; its clock is the real one."""
    # Here, where warnings are filtered as pyproject.toml says.
    from oidc_provider_mock import User, run_server_in_thread

    clock.set(datetime.now(UTC))
    claims = {"iin": people[0].iin.digits, "auth_time": int(clock().timestamp())}
    with run_server_in_thread(require_nonce=True, user_claims=[User(sub="somebody", claims=claims)]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def app(services: Services, settings: Settings, issuer: str) -> Starlette:
    secret = settings.keys_dir.parent / "secret"
    secret.write_text("anything")
    told = {"oidc_issuer": issuer, "oidc_client_id": "egov", "oidc_client_secret_file": secret, "oidc_name": "Mock"}
    known = Settings.model_validate(settings.model_dump() | told)
    return create_app(known, services=Services(**{**vars(services), "settings": known}), routes=identity_routes)


def go_there(url: str, **form: str) -> dict[str, str]:
    """Fill in the provider's page, and bring back what it sends the browser home with."""
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(url).status_code == 200
        sent = browser.post(url, data=form)
    assert sent.status_code == 302
    return dict(httpx.URL(sent.headers["location"]).params)


def test_somebody_signs_in_there(app: Starlette, new_client: ClientFactory, people: list[Entry]) -> None:
    visitor = Visitor(new_client(app))
    assert visitor.come_back(go_there(visitor.set_out(), sub="somebody")) == "/en/me"
    assert people[0].family_name in visitor.client.get("/en/me").text


def test_who_has_no_iin_there_is_not_signed_in(app: Starlette, new_client: ClientFactory) -> None:
    visitor = Visitor(new_client(app))
    assert why(visitor.come_back(go_there(visitor.set_out(), sub="somebody else"))) == "untrusted"
    assert not visitor.signed_in


def test_who_refuses_there_is_told_that_nothing_was_changed(app: Starlette, new_client: ClientFactory) -> None:
    visitor = Visitor(new_client(app))
    url = visitor.set_out()
    state = httpx.URL(url).params["state"]
    answer = go_there(url, action="deny")
    assert answer["error"] == "access_denied"
    assert why(visitor.come_back({"state": state} | answer)) == "cancelled"


def test_signing_out_leads_to_its_page(app: Starlette, new_client: ClientFactory, issuer: str) -> None:
    visitor = Visitor(new_client(app))
    visitor.come_back(go_there(visitor.set_out(), sub="somebody"))
    page = visitor.client.get("/en/sign-in/provider/signed-out").text
    found = re.search(r'href="([^"]+/oauth2/end_session[^"]+)"', page)
    assert found is not None
    answer = httpx.get(found[1].replace("&amp;", "&"), trust_env=False)
    assert answer.status_code == 200
    assert found[1].startswith(issuer)
