"""Signing and withdrawing with an electronic identity: what was chosen waits while the person is at the provider."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from tests.identity.provider import TestProvider, running
from tests.officials import MakeCitizen, SignedIn
from tests.petitions.making import Petitions, rules_with

from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.jurisdiction.petition_rules import Way
from egov_participation.mail import NullMailer
from egov_participation.petitions import keys
from egov_participation.petitions.models import Signature
from egov_participation.petitions.rules.networks import network_of
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite
LINK = re.compile(r'href="([^"]*/provider\?begun=[0-9a-f]+)"')


@pytest.fixture
def provider(clock: ManualClock) -> Iterator[TestProvider]:
    with running(clock) as provider:
        yield provider


@pytest.fixture
def services(
    settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer, provider: TestProvider
) -> Services:
    secret = settings.keys_dir.parent / "oidc-secret"
    secret.write_text(provider.secret)
    told = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "egov",
        "oidc_client_secret_file": secret,
        "oidc_name": "eID",
    }
    known = Settings.model_validate(settings.model_dump() | told)
    return create_services(known, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def app(services: Services) -> Starlette:
    return create_app(services.settings, services=services, debug=True)


@pytest.fixture
def reference(petitions: Petitions) -> str:
    return petitions.make(rules=rules_with(Way.PASSKEY, Way.EID, level=3))


def link(who: SignedIn, path: str, **chosen: str) -> str:
    """Where the page leads on which one goes on to the provider."""
    page = who.client.post(f"{path}/begin", data={"way": "eid", **chosen})
    found = LINK.search(page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def there_and_back(who: SignedIn, provider: TestProvider, address: str) -> str:
    """To the provider and back; where that leads."""
    there = who.client.get(address, headers={"Sec-Fetch-Site": "same-origin"})
    answer = provider.authorize(there.headers["location"])
    back = who.client.get("/sign-in/provider/answer", params=answer, headers={"Sec-Fetch-Site": "cross-site"})
    assert back.status_code == 303, back.text
    return str(back.headers["location"])


def stored(services: Services) -> list[Signature]:
    with services.database.read() as session:
        return list(session.exec(select(Signature)))


def test_an_electronic_identity_signs_and_withdraws(
    citizen: MakeCitizen, services: Services, provider: TestProvider, reference: str
) -> None:
    signer = citizen()
    provider.person = {"iin": signer.entry.iin.digits}
    path = f"/en/petitions/{reference}"
    address = link(signer, f"{path}/sign", shown="no", tell="yes")
    assert stored(services) == [], "nothing is signed before the way back"
    assert there_and_back(signer, provider, address) == f"{path}/signed"
    (row,) = stored(services)
    assert (row.state, row.name) == ("valid", "")
    assert row.network == keys.network_hash(services.settings.keys_dir, network_of("testclient")), "of the way back"
    assert "You will get a mail" in signer.client.get(f"{path}/signed").text
    address = link(signer, f"{path}/signature/withdraw")
    assert there_and_back(signer, provider, address) == f"{path}/signature"
    assert [row.state for row in stored(services)] == ["withdrawn"]


def test_somebody_elses_identity_signs_nothing(
    citizen: MakeCitizen, services: Services, provider: TestProvider, reference: str
) -> None:
    signer, other = citizen(), citizen()
    provider.person = {"iin": other.entry.iin.digits}
    path = f"/en/petitions/{reference}/sign"
    back = there_and_back(signer, provider, link(signer, path))
    assert back == f"{path}?again=1"
    assert "did not take this as a proof" in signer.client.get(back).text
    assert stored(services) == []


def test_nobody_is_sent_to_the_provider_but_by_their_own_form(citizen: MakeCitizen, reference: str) -> None:
    signer, other = citizen(), citizen()
    path = f"/en/petitions/{reference}/sign"
    address = link(signer, path)
    for who, place, site in (
        (other, address, "same-origin"),  # another person's
        (signer, address, "cross-site"),  # from another site
        (signer, f"{path}/provider", "same-origin"),  # without a form before
        (signer, address.replace("/sign/", "/signature/withdraw/"), "same-origin"),  # for another act
    ):
        answer = who.client.get(place, headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, "://" in answer.headers["location"]) == (303, False), place
