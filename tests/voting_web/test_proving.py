"""Proving to the registrar who one is, on the pages: by passkey and by electronic identity, for a binding vote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.authenticator import Authenticator
from tests.identity.provider import TestProvider, running
from tests.voting.making import MadeVote, make_people, make_vote
from tests.voting_web.conftest import fields_of
from tests.voting_web.entering import sign_in
from tests.voting_web.test_pages import text_of

from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.identity.openid.provider import Config, Provider
from egov_participation.mail import NullMailer
from egov_participation.registrar.interface import Way
from egov_participation.registrar.service.challenges import Matter
from egov_participation.registrar.service.challenges import answered as answered_at_registrar
from egov_participation.registry.models import Resident
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting.rules import VoteKind


@pytest.fixture
def provider(clock: ManualClock) -> Iterator[TestProvider]:
    with running(clock) as provider:
        yield provider


@pytest.fixture
def services(
    request: pytest.FixtureRequest,
    settings: Settings,
    database: Database,
    clock: ManualClock,
    outbox: NullMailer,
    provider: TestProvider,
) -> Services:
    """With the real sessions, and an electronic identity."""
    secret = settings.keys_dir.parent / "oidc-secret"
    secret.write_text(provider.secret)
    told = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "egov",
        "oidc_client_secret_file": secret,
        "oidc_name": "eID",
        "registrar_passkey_hours": 12 if "wait" in request.node.name else 0,
    }
    known = Settings.model_validate(settings.model_dump() | told)
    return create_services(known, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def app(services: Services) -> Starlette:
    return create_app(services.settings, services=services, debug=True)


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services, trustees=3, kind=VoteKind.BINDING)


@pytest.fixture
def voter(client: TestClient, services: Services, vote: MadeVote) -> TestClient:
    """Voter 0, signed in as surely as a binding vote asks."""
    sign_in(client, services, vote.people[0], 3)
    return client


def shown_in_booth(booth: TestClient, page: str) -> str:
    """What the booth shows to whoever comes with this page's hand-off."""
    from_main = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}
    door = booth.post("/handoff", data=fields_of(page), headers=from_main)
    before = booth.get(door.headers["location"])
    return booth.post(door.headers["location"], data=fields_of(before.text)).text.replace("</span><span>", "")


def enrolled(services: Services, person: str) -> Authenticator:
    device = Authenticator()
    services.registrar.enrol_passkey(person, device.credential_id, device.public_key(), name="Key")
    return device


def answered(voter: TestClient, vote: MadeVote, device: Authenticator) -> tuple[int, str]:
    """As the page's script does it."""
    code = f"/en/votes/{vote.uuid}/code"
    form = fields_of(voter.get(code).text)
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": form["csrf_token"]}
    options = voter.post(f"{code}/passkey", content=b"{}", headers=headers).json()
    answer = {"challenge": options.pop("challengeId"), "credential": device.get(options)}
    done = voter.post(f"{code}/answer", data={"csrf_token": form["csrf_token"]} | answer)
    return done.status_code, done.text


def test_a_passkey_from_the_desk_shows_the_code_of_a_binding_vote(
    voter: TestClient, booth: TestClient, vote: MadeVote, services: Services
) -> None:
    status, page = answered(voter, vote, enrolled(services, vote.people[0]))
    assert status == 200
    assert vote.credentials[0] in shown_in_booth(booth, page)


def test_while_a_passkey_has_to_wait_the_page_says_until_when_and_what_else_there_is(
    voter: TestClient, services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    enrolled(services, vote.people[0])
    page = voter.get(f"/en/votes/{vote.uuid}/code").text
    assert "This vote closes before" in text_of(page)  # it lasts eight hours
    assert "Use my passkey" not in page
    assert f"/en/votes/{vote.uuid}/code/provider" in page
    assert "on paper" not in text_of(page)
    long = make_vote(services, trustees=3, kind=VoteKind.BINDING, lasts=timedelta(days=2))
    page = voter.get(f"/en/votes/{long.uuid}/code").text
    assert "counts here from" in text_of(page)
    assert "Use my passkey" not in page


def test_another_passkey_shows_nothing(voter: TestClient, vote: MadeVote, services: Services) -> None:
    enrolled(services, vote.people[0])
    status, page = answered(voter, vote, Authenticator())
    assert status == 422
    assert "did not take this as a proof" in text_of(page)
    assert "release" not in fields_of(page)


def test_a_binding_votes_page_offers_no_code_and_mails_none(
    voter: TestClient, vote: MadeVote, outbox: NullMailer
) -> None:
    code = f"/en/votes/{vote.uuid}/code"
    page = voter.get(code)
    assert f"{code}/mail" not in page.text
    form = fields_of(voter.get(f"/en/votes/{vote.uuid}/enter").text)
    refused = voter.post(f"{code}/mail", data={"csrf_token": form["csrf_token"]})
    assert refused.status_code == 403
    assert outbox.sent == []


def to_provider(voter: TestClient, vote: MadeVote, provider: TestProvider) -> str:
    """To the provider and back; where that leads."""
    code = f"/en/votes/{vote.uuid}/code"
    assert f'href="{code}/provider"' in voter.get(code).text
    there = voter.get(f"{code}/provider", headers={"Sec-Fetch-Site": "same-origin"})
    assert there.status_code == 303
    answer = provider.authorize(there.headers["location"])
    back = voter.get("/sign-in/provider/answer", params=answer, headers={"Sec-Fetch-Site": "cross-site"})
    assert back.status_code == 303
    return str(back.headers["location"])


def test_an_electronic_identity_shows_it_too_and_signs_nobody_in(
    voter: TestClient, booth: TestClient, vote: MadeVote, services: Services, provider: TestProvider
) -> None:
    iins, _ = make_people(services, 1)
    provider.person = {"iin": iins[0].digits}
    before = voter.cookies["session"]
    back = to_provider(voter, vote, provider)
    assert back == f"/en/votes/{vote.uuid}/code"
    assert voter.cookies["session"] == before
    page = voter.get(back)
    assert "The registrar knows that it is you" in text_of(page.text)
    gone_on = voter.post(f"{back}/on", data=fields_of(page.text))
    assert vote.credentials[0] in shown_in_booth(booth, gone_on.text)
    assert voter.post(f"{back}/on", data=fields_of(page.text)).status_code == 303


def test_somebody_elses_electronic_identity_shows_nothing(
    voter: TestClient, vote: MadeVote, services: Services, provider: TestProvider
) -> None:
    iins, _ = make_people(services, 2)
    provider.person = {"iin": iins[1].digits}
    back = to_provider(voter, vote, provider)
    assert back == f"/en/votes/{vote.uuid}/code?again=1"
    page = voter.get(back).text
    assert "did not take this as a proof" in text_of(page)
    assert "release" not in voter.cookies


def test_the_sites_own_tables_make_nobody_somebody_else(
    voter: TestClient, vote: MadeVote, services: Services, provider: TestProvider
) -> None:
    """Whoever can write in the site's database gives their own IIN's hash to somebody who does not vote."""
    iins, people = make_people(services, 2)
    provider.person = {"iin": iins[1].digits}
    with services.database.uow() as tx:
        owner, thief = (tx.session.get_one(Resident, person) for person in people)
        hash_, thief.iin_hash = thief.iin_hash, bytes(32)
        tx.flush()
        owner.iin_hash = hash_
        tx.commit()
    assert to_provider(voter, vote, provider) == f"/en/votes/{vote.uuid}/code?again=1"
    assert "release" not in voter.cookies


def test_an_act_under_a_number_takes_that_numbers_electronic_identity(
    vote: MadeVote, services: Services, provider: TestProvider
) -> None:
    iins, people = make_people(services, 2)
    means = services.registrar.means  # type: ignore[attr-defined]
    now = int(services.clock().timestamp())

    def proves(person: str, iin: str) -> bool:
        challenge = services.registrar.begin(vote.uuid, people[0], Way.EID, lang="en")
        claims = {"iss": provider.issuer, "aud": "egov", "sub": "subject", "exp": now + 300, "iat": now}
        claims |= {"auth_time": now, "nonce": challenge.nonce, "iin": iins[0].digits}
        number = means.vault.number(vote.uuid, person, iin) if iin else None
        matter = Matter(vote.uuid, people[0], means.vault.owner(vote.uuid, people[0]), (vote.uuid,), number)
        try:
            with answered_at_registrar(means, matter, {"challenge": challenge.id, "id_token": provider.sign(claims)}):
                return True
        except DomainError as refused:
            if refused.code != "credential.proof":
                raise
            return False

    assert proves(people[0], iins[0].digits)
    assert not proves(people[0], iins[1].digits)
    assert not proves(people[1], iins[0].digits)
    assert not proves(people[0], "")


def test_a_token_for_signing_in_is_no_proof_for_the_registrar(
    vote: MadeVote, services: Services, provider: TestProvider
) -> None:
    """The platform holds tokens of people who sign in; their nonce is not the registrar's."""
    iins, _ = make_people(services, 1)
    provider.person = {"iin": iins[0].digits}
    config = Config(provider.issuer, "egov", provider.secret, "http://localhost/sign-in/provider/answer", "iin")
    platform = Provider(config)
    own = platform.authorization_url("s", "n" * 43, "v" * 43, "en")
    token, access = platform.exchange(provider.authorize(own)["code"], verifier="v" * 43)
    assert platform.check_token(token, access, nonce="n" * 43, now=services.clock()).iin == iins[0].digits
    challenge = services.registrar.begin(vote.uuid, vote.people[0], Way.EID, lang="en")
    assert challenge.nonce != "n" * 43
    with pytest.raises(DomainError) as refused:
        services.registrar.prove(
            vote.uuid,
            vote.people[0],
            {"challenge": challenge.id, "id_token": token, "access_token": access},
        )
    assert refused.value.code == "credential.proof"


def test_a_forged_token_is_none(vote: MadeVote, services: Services, provider: TestProvider) -> None:
    iins, _ = make_people(services, 1)
    challenge = services.registrar.begin(vote.uuid, vote.people[0], Way.EID, lang="en")
    now = int(services.clock().timestamp())
    claims = {
        "iss": provider.issuer,
        "aud": "egov",
        "sub": "subject",
        "exp": now + 300,
        "iat": now,
        "auth_time": now,
        "nonce": challenge.nonce,
        "iin": iins[0].digits,
    }
    forger = TestProvider(services.clock)
    with pytest.raises(DomainError) as refused:
        services.registrar.prove(
            vote.uuid, vote.people[0], {"challenge": challenge.id, "id_token": forger.sign(claims)}
        )
    assert refused.value.code == "credential.proof"


def test_another_sites_link_sends_nobody_to_the_provider(voter: TestClient, vote: MadeVote) -> None:
    code = f"/en/votes/{vote.uuid}/code"
    answer = voter.get(f"{code}/provider", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["location"] == code


def test_no_address_of_the_way_holds_what_is_secret(
    voter: TestClient, booth: TestClient, vote: MadeVote, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    _, page = answered(voter, vote, enrolled(services, vote.people[0]))
    release = fields_of(page)["release"]
    code = shown_in_booth(booth, page)
    said = capsys.readouterr().out
    assert release not in said
    assert vote.credentials[0] in code
    assert vote.credentials[0] not in said
    assert vote.people[0] not in said
    assert not re.search(rf"(href|action)=\"[^\"]*{re.escape(release)}", page)
    assert json.dumps(release) not in code
