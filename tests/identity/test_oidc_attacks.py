"""What a dishonest provider, or a thief on the way to an honest one, may try: nobody is signed in by it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from tests.conftest import ClientFactory
from tests.identity.provider import Claims, TestProvider, Visitor, new_key, why

from egov_participation.clock import ManualClock

pytestmark = pytest.mark.sqlite


def test_an_answer_works_once(visitor: Visitor, provider: TestProvider) -> None:
    answer = provider.authorize(visitor.set_out())
    assert visitor.come_back(answer) == "/en/me"
    assert visitor.signed_in
    visitor.client.cookies.delete("session")
    assert why(visitor.come_back(answer)) == "late"
    assert not visitor.signed_in


def test_an_answer_that_failed_is_spent_too(visitor: Visitor, provider: TestProvider) -> None:
    answer = provider.authorize(visitor.set_out())
    provider.failing = 503
    assert why(visitor.come_back(answer)) == "down"
    provider.failing = 0
    assert why(visitor.come_back(answer)) == "late"


def test_a_code_that_the_provider_took_already_signs_nobody_in(visitor: Visitor, provider: TestProvider) -> None:
    used = provider.authorize(visitor.set_out())["code"]
    provider.codes.clear()
    again = provider.authorize(visitor.set_out())
    assert why(visitor.come_back(again | {"code": used})) == "late"
    assert not visitor.signed_in


def test_an_answer_for_another_browser_is_refused(
    visitor: Visitor, app_with: Starlette, new_client: ClientFactory, provider: TestProvider
) -> None:
    """A thief signs in at the provider and lets the victim's browser come back, or the other way round."""
    victim = Visitor(new_client(app_with), provider)
    stolen = provider.authorize(visitor.set_out())
    assert why(victim.come_back(stolen)) == "late"  # a browser that was never sent
    victim.set_out()
    again = provider.authorize(visitor.set_out())
    assert why(victim.come_back(again)) == "late"  # one that was sent with another state
    assert not victim.signed_in
    assert why(visitor.come_back(again)) == "late"  # and it is spent for its owner too


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "Ы" * 43])
def test_a_made_up_state_is_refused(visitor: Visitor, provider: TestProvider, state: str) -> None:
    answer = provider.authorize(visitor.set_out())
    assert why(visitor.come_back(answer | {"state": state})) == "late"


def test_a_code_of_another_sign_in_is_refused_by_the_provider_since_the_verifier_differs(
    visitor: Visitor, app_with: Starlette, new_client: ClientFactory, provider: TestProvider
) -> None:
    thief = Visitor(new_client(app_with), provider)
    stolen = provider.authorize(visitor.set_out())["code"]
    own = provider.authorize(thief.set_out())
    assert why(thief.come_back(own | {"code": stolen})) == "late"
    assert not thief.signed_in


def test_who_takes_longer_than_a_quarter_of_an_hour_begins_anew(
    visitor: Visitor, provider: TestProvider, clock: ManualClock
) -> None:
    answer = provider.authorize(visitor.set_out())
    clock.advance(minutes=15)
    assert why(visitor.come_back(answer)) == "late"


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def _with(**changed: object) -> Callable[[Claims], Claims]:
    return lambda claims: claims | changed


def _later(name: str, **by: float) -> Callable[[Claims], Claims]:
    return lambda claims: claims | {name: claims[name] + timedelta(**by).total_seconds()}


WRONG_CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": _with(nonce="x" * 43),
    "no nonce": _without("nonce"),
    "another audience": _with(aud="someone-else"),
    "another audience besides": _with(aud=["egov", "someone-else"], azp="egov"),
    "no audience": _without("aud"),
    "made for another party": _with(azp="someone-else"),
    "another issuer": _with(iss="https://evil.example"),
    "an issuer with a slash": lambda claims: claims | {"iss": claims["iss"] + "/"},
    "no issuer": _without("iss"),
    "expired": _later("exp", minutes=-7),
    "no expiry": _without("exp"),
    "an expiry in words": _with(exp="tomorrow"),
    "an expiry beyond all times": _with(exp=10**30),
    "true for an expiry": _with(exp=True),
    "issued long ago": _later("iat", minutes=-12),
    "issued in the future": _later("iat", minutes=2),
    "not yet valid": lambda claims: claims | {"nbf": claims["iat"] + 120},
    "no login time": _without("auth_time"),
    "a login of long ago": _later("auth_time", minutes=-12),
    "a login in the future": _later("auth_time", minutes=2),
    "another access token's hash": _with(at_hash="x" * 22),
    "no subject": _without("sub"),
    "a number for a subject": _with(sub=7),
    "no IIN": _without("iin"),
    "a number for an IIN": lambda claims: claims | {"iin": int(claims["iin"])},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_token_with_a_wrong_claim_signs_nobody_in(visitor: Visitor, provider: TestProvider, wrong: str) -> None:
    provider.change_claims = WRONG_CLAIMS[wrong]
    location = visitor.sign_in()
    assert why(location) == "untrusted"
    page = visitor.client.get(location)
    assert page.status_code == 502
    assert "The answer of Test ID could not be verified" in page.text
    assert not visitor.signed_in


def _signed_by_another_key(provider: TestProvider) -> Callable[[str], str]:
    thief = new_key()
    return lambda token: jwt.encode(
        {"alg": "ES256", "kid": provider.key.kid}, _claims(token), thief, algorithms=["ES256"]
    )


def _signed_with_the_public_key_as_a_password(provider: TestProvider) -> Callable[[str], str]:
    """As libraries could once be made to check it; by hand, since ours refuses to make such a token."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=").decode()

    def change(token: str) -> str:
        signed = f"{header}.{token.split('.')[1]}"
        mac = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    return change


def _signed_with_our_secret(provider: TestProvider) -> Callable[[str], str]:
    secret = OctKey.import_key(provider.secret)
    return lambda token: jwt.encode({"alg": "HS256"}, _claims(token), secret, algorithms=["HS256"])


def _not_signed(provider: TestProvider) -> Callable[[str], str]:
    return lambda token: ".".join(["eyJhbGciOiJub25lIn0", token.split(".")[1], ""])


def _with_the_signature_cut_off(provider: TestProvider) -> Callable[[str], str]:
    return lambda token: ".".join([*token.split(".")[:2], ""])


def _with_one_letter_changed(provider: TestProvider) -> Callable[[str], str]:
    def change(token: str) -> str:
        head, body, signature = token.split(".")
        return ".".join([head, body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1], signature])

    return change


def _with_its_own_key_in_the_header(provider: TestProvider) -> Callable[[str], str]:
    thief = new_key()
    header = {"alg": "ES256", "jwk": thief.as_dict(private=False)}
    return lambda token: jwt.encode(header, _claims(token), thief, algorithms=["ES256"])


def _claims(token: str) -> Claims:
    body = token.split(".")[1]
    claims: Claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


FORGERIES = [
    _signed_by_another_key,
    _signed_with_the_public_key_as_a_password,
    _signed_with_our_secret,
    _not_signed,
    _with_the_signature_cut_off,
    _with_one_letter_changed,
    _with_its_own_key_in_the_header,
    lambda provider: lambda token: "not.a.token",
    lambda provider: lambda token: "",
    lambda provider: lambda token: token + "A" * 60_000,
]


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_signs_nobody_in(
    visitor: Visitor, provider: TestProvider, forgery: Callable[[TestProvider], Callable[[str], str]]
) -> None:
    provider.change_token = forgery(provider)
    assert why(visitor.sign_in()) == "untrusted"
    assert not visitor.signed_in


def test_new_keys_of_the_provider_are_fetched_when_a_token_names_one(visitor: Visitor, provider: TestProvider) -> None:
    assert visitor.sign_in() == "/en/me"
    provider.key = new_key()
    assert visitor.sign_in() == "/en/me"
    assert provider.asked.count("/jwks") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_a_key_that_the_provider_does_not_publish_is_no_key_of_it(visitor: Visitor, provider: TestProvider) -> None:
    provider.published = [new_key()]
    assert why(visitor.sign_in()) == "untrusted"
    assert provider.asked.count("/jwks") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "https://egov@evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"jwks_uri": ""},
    ],
)
def test_metadata_that_cannot_be_trusted_lead_nobody_anywhere(
    visitor: Visitor, provider: TestProvider, wrong: Claims
) -> None:
    provider.metadata = wrong
    assert why(visitor.set_out()) == "untrusted"
    assert "/token" not in provider.asked


def test_an_answer_in_the_name_of_another_provider_is_refused(visitor: Visitor, provider: TestProvider) -> None:
    """The mix-up: a dishonest provider lets the browser bring another one's code (RFC 9207)."""
    answer = provider.authorize(visitor.set_out())
    assert why(visitor.come_back(answer | {"iss": "https://evil.example"})) == "untrusted"
    assert visitor.sign_in() == "/en/me"
    assert "/token" in provider.asked


def test_a_provider_that_names_itself_must_do_so_always(visitor: Visitor, provider: TestProvider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    answer = provider.authorize(visitor.set_out())
    assert why(visitor.come_back(answer)) == "untrusted"
    answer = provider.authorize(visitor.set_out())
    assert visitor.come_back(answer | {"iss": provider.issuer}) == "/en/me"


def test_another_site_cannot_send_somebody_to_the_provider(visitor: Visitor, provider: TestProvider) -> None:
    response = visitor.client.get("/en/sign-in/provider", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.headers["location"] == "/en/sign-in?next=%2Fen%2Fme"
    assert provider.asked == []


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere_after_the_provider(visitor: Visitor, target: str) -> None:
    assert visitor.sign_in(f"?{urlencode({'next': target})}") == "/en/me"


def test_a_provider_that_does_not_know_us_signs_nobody_in(visitor: Visitor, provider: TestProvider) -> None:
    """A wrong secret: it is not the visitor's fault, and starting again would not help them at once."""
    answer = provider.authorize(visitor.set_out())
    provider.secret = "another"
    assert why(visitor.come_back(answer)) == "untrusted"
