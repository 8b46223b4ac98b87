"""Signing in at an electronic identity's provider: the whole way."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.identity.provider import CALLBACK, TestProvider, Visitor, why

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.identity import rules, service
from egov_participation.identity.keys import keys
from egov_participation.identity.models import LoginSession, ProviderSignIn
from egov_participation.identity.service import notifying
from egov_participation.identity.service.tokens import hash_token
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services


def test_somebody_signs_in_at_the_provider_and_is_known_by_their_iin(
    visitor: Visitor, services: Services, clock: ManualClock, people: list[Entry]
) -> None:
    assert visitor.sign_in("?next=/en/me%3Fx%3D1") == "/en/me?x=1"
    assert people[0].family_name in visitor.client.get("/en/me").text
    with services.database.read() as session:
        row = session.exec(select(LoginSession)).one()
    assert (row.assurance, row.method, row.signed_in_at) == (3, "openid", clock())


def test_a_sign_in_at_the_provider_is_told_by_mail(
    visitor: Visitor, people: list[Entry], worker: Worker, outbox: NullMailer
) -> None:
    visitor.sign_in()
    worker.run_due()
    (mail,) = outbox.sent
    assert (mail.to, mail.subject) == (people[0].mail, translate(mail.lang, notifying.SIGNED_IN.subject))
    assert translate(mail.lang, "with an electronic identity") in mail.text


def test_the_provider_is_asked_for_no_more_than_is_needed_and_never_told_the_iin(
    visitor: Visitor, people: list[Entry]
) -> None:
    query = {name: values[0] for name, values in parse_qs(urlsplit(visitor.set_out(lang="kk")).query).items()}
    assert query.pop("redirect_uri") == "http://localhost" + CALLBACK
    for secret in ("state", "nonce", "code_challenge"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query.pop(secret))
    assert query == {
        "response_type": "code",
        "client_id": "egov",
        "scope": "openid profile",
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": "600",
        "ui_locales": "kk ru en",
    }


def test_two_ways_to_the_provider_share_no_secret(visitor: Visitor) -> None:
    one, other = (parse_qs(urlsplit(visitor.set_out()).query) for _ in range(2))
    for secret in ("state", "nonce", "code_challenge"):
        assert one[secret] != other[secret]


def test_what_the_database_holds_meanwhile_tells_neither_state_nor_nonce_nor_verifier(
    visitor: Visitor, services: Services
) -> None:
    asked = parse_qs(urlsplit(visitor.set_out()).query)
    with services.database.read() as session:
        row = session.exec(select(ProviderSignIn)).one()
    held = str(row.model_dump())
    assert row.state_hash == hash_token(asked["state"][0])
    for secret in (asked["state"][0], asked["nonce"][0], asked["code_challenge"][0], *visitor.client.cookies.values()):
        assert secret not in held


def test_the_sign_in_page_offers_it_in_the_words_of_each_language_only_where_it_is_set_up(
    visitor: Visitor, client: TestClient
) -> None:
    for lang, name in {"kk": "Тест кілті", "ru": "Тест-ключ", "en": "Test ID"}.items():
        page = visitor.client.get(f"/{lang}/sign-in?next=/{lang}/votes").text
        assert name in page
        assert f'href="/{lang}/sign-in/provider?next=%2F{lang}%2Fvotes"' in page
    assert "/sign-in/provider" not in client.get("/en/sign-in").text
    for path in ("/en/sign-in/provider", "/en/sign-in/provider/failed", "/en/sign-in/provider/signed-out", CALLBACK):
        assert client.get(path).status_code == 404


def test_the_iin_may_come_from_userinfo_but_only_of_the_same_person(
    visitor: Visitor, provider: TestProvider, people: list[Entry]
) -> None:
    provider.person = {}
    provider.userinfo = {"sub": "somebody else", "iin": people[0].iin.digits}
    assert why(visitor.sign_in()) == "untrusted"
    provider.userinfo = {"sub": "subject", "iin": people[0].iin.digits}
    assert visitor.sign_in() == "/en/me"


@pytest.mark.parametrize("iin", ["unknown", "", "not an IIN"])
def test_who_is_not_in_the_register_is_told_so_and_it_is_in_no_address(
    visitor: Visitor, provider: TestProvider, stranger: Entry, iin: str
) -> None:
    provider.person = {"iin": stranger.iin.digits if iin == "unknown" else iin}
    location = visitor.sign_in()
    assert why(location) == "unknown"
    page = visitor.client.get(location)
    assert page.status_code == 403
    assert "you are not in the register of residents" in page.text
    assert stranger.iin.digits not in location + page.text


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        ("access_denied", "cancelled", "You did not finish signing in at Test ID"),
        ("temporarily_unavailable", "down", "Test ID does not answer at the moment"),
        ("invalid_scope", "untrusted", "could not be verified"),
        ("<script>alert(1)</script>", "untrusted", "could not be verified"),
    ],
)
def test_an_error_of_the_provider_is_said_in_our_words(
    visitor: Visitor, provider: TestProvider, error: str, reason: str, words: str
) -> None:
    state = provider.authorize(visitor.set_out())["state"]
    location = visitor.come_back({"error": error, "error_description": "Secret of the provider", "state": state})
    page = visitor.client.get(location).text
    assert why(location) == reason
    assert words in page
    assert "Secret of the provider" not in page
    assert "<script>alert" not in page


def test_an_outage_is_said_and_the_other_ways_stay_open(visitor: Visitor, provider: TestProvider) -> None:
    provider.failing = 500
    location = visitor.set_out()
    page = visitor.client.get(location)
    assert (why(location), page.status_code) == ("down", 503)
    assert 'href="/en/sign-in?next=%2Fen%2Fme"' in page.text
    assert visitor.client.get("/en/sign-in").status_code == 200
    provider.failing = 0
    assert visitor.sign_in() == "/en/me"


def test_what_was_published_before_still_serves_while_the_provider_restarts(
    visitor: Visitor, provider: TestProvider
) -> None:
    assert visitor.sign_in() == "/en/me"
    provider.failing = 500
    assert visitor.set_out().startswith(f"{provider.issuer}/authorize?")


def test_the_session_of_before_ends_and_the_token_is_new(visitor: Visitor, services: Services) -> None:
    visitor.sign_in()
    before = visitor.client.cookies["session"]
    visitor.sign_in()
    assert visitor.client.cookies["session"] != before
    with services.database.read() as session:
        assert len(session.exec(select(LoginSession)).all()) == 1


def test_who_signs_out_is_shown_how_to_sign_out_there_too(visitor: Visitor, provider: TestProvider) -> None:
    visitor.sign_in()
    page = visitor.client.get("/en/me").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    out = visitor.client.post("/en/sign-out", data={"csrf_token": token[1]})
    assert out.headers["location"] == "/en/sign-in/provider/signed-out"
    page = visitor.client.get(out.headers["location"]).text
    assert (
        f"{provider.issuer}/end?x=1&amp;client_id=egov&amp;post_logout_redirect_uri=http%3A%2F%2Flocalhost%2F" in page
    )
    assert not visitor.signed_in


def test_ways_that_nobody_came_back_from_are_forgotten(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    visitor.set_out()
    clock.advance(minutes=15)
    service.purge(services)
    with services.database.read() as session:
        assert session.exec(select(ProviderSignIn)).all() == []


def test_ways_to_the_provider_are_limited_by_line_and_neighbourhood(
    visitor: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = rules.LineLimits.of(replace(rules.PROVIDER_LIMITS.line, times=2), lines=2)
    monkeypatch.setattr(rules, "PROVIDER_LIMITS", few)
    ours, now = keys(services.settings.keys_dir), services.clock()

    def begin(network: str) -> None:
        service.begin_at_provider(tx, ours, "i", browser="b", network=network, lang="en", next_path="/", now=now)

    with services.database.uow() as tx:
        for network in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"):
            begin(network)
        for network in ("192.0.2.1", "192.0.2.9"):
            with pytest.raises(DomainError, match="from your network"):
                begin(network)
        begin("192.0.3.1")
    for _ in range(2):
        visitor.set_out()
    assert visitor.client.get("/en/sign-in/provider").status_code == 429
