"""The checks of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). They raise; what passed is a `Proof`."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from egov_participation.identity.openid.errors import Untrusted

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key pair alone: neither ``none`` nor an HMAC, whose key would be whatever we hold."""
LEEWAY: Final = timedelta(seconds=60)
"""By how much the provider's clock may differ from ours."""
MAX_AGE: Final = timedelta(minutes=10)
"""A token, and the proof of identity behind it, are not older than this (`rules.FRESH`, with the leeway)."""
_MAX_TOKEN: Final = 50_000
_MAX_SUBJECT: Final = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must be made for."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """Who somebody is, as the provider says; every check is passed."""

    subject: str = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)
    proved_at: datetime
    """When the person last showed the provider who they are."""


class UnknownKey(Exception):
    """The token names a key that is not in the set: the provider may have changed its keys."""


def check(token: str, access_token: str, keys: KeySet, algorithms: Collection[str], expected: Expected) -> Proof:
    """Check an ID token as it came from the token endpoint.

    Args:
        access_token: what came with it; compared with ``at_hash`` where the token has one.
        algorithms: of `ALGORITHMS`, those that the provider says it signs with.

    Raises:
        UnknownKey: ask for the provider's keys anew, and check once more.
        Untrusted: ``token.signature``, ``token.issuer``, ``token.audience``, ``token.time``, ``token.nonce``,
            ``token.access_token``, ``token.subject`` or ``token.login_time``.
    """
    if len(token) > _MAX_TOKEN:
        raise Untrusted("token.signature")
    try:
        decoded = jwt.decode(token, keys, algorithms=[name for name in algorithms if name in ALGORITHMS])
    except InvalidKeyIdError:
        raise UnknownKey from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise Untrusted("token.signature") from None
    claims = decoded.claims
    if claims.get("iss") != expected.issuer:
        raise Untrusted("token.issuer")
    _check_audience(claims, expected.client_id)
    _check_times(claims, expected.now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise Untrusted("token.nonce")
    _check_access_token(claims, access_token, str(decoded.header["alg"]))
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
        raise Untrusted("token.subject")
    return Proof(subject, claims, _login_time(claims, expected.now))


def _check_audience(claims: Mapping[str, object], client_id: str) -> None:
    """For us and for nobody else: we trust no other audience, so a token that has one is not taken."""
    audience = claims.get("aud")
    if audience not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise Untrusted("token.audience")


def _check_times(claims: Mapping[str, object], now: datetime) -> None:
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    begins = _moment(claims, "nbf") if "nbf" in claims else issued
    if now >= expires + LEEWAY or begins > now + LEEWAY or not now - MAX_AGE - LEEWAY <= issued <= now + LEEWAY:
        raise Untrusted("token.time")


def _login_time(claims: Mapping[str, object], now: datetime) -> datetime:
    """``auth_time``, which a provider must give where ``max_age`` was asked for."""
    try:
        proved = _moment(claims, "auth_time")
    except Untrusted:
        raise Untrusted("token.login_time") from None
    if not now - MAX_AGE - LEEWAY <= proved <= now + LEEWAY:
        raise Untrusted("token.login_time")
    return min(proved, now)


def _moment(claims: Mapping[str, object], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Untrusted("token.time")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        raise Untrusted("token.time") from None


def _check_access_token(claims: Mapping[str, object], access_token: str, algorithm: str) -> None:
    """``at_hash``: the left half of the hash that the signature uses (section 3.1.3.6)."""
    if "at_hash" not in claims:
        return
    digest = hashlib.new(f"sha{algorithm[-3:]}", access_token.encode()).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    given = claims["at_hash"]
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected):
        raise Untrusted("token.access_token")
