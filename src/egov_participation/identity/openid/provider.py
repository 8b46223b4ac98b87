"""One provider: what it publishes of itself, where people are sent, and what it answers."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from egov_participation.deadline import Deadline
from egov_participation.identity.openid.errors import Refused, Unreachable, Untrusted
from egov_participation.identity.openid.token import ALGORITHMS, MAX_AGE, Expected, Proof, UnknownKey, check
from egov_participation.settings import is_this_machine

_TIMEOUT: Final = httpx.Timeout(8, connect=4)
"""Seconds for each step of a request; `_LONGEST` is for all of it, since an answer may come a byte at a time."""
_LONGEST: Final = 8.0
_MAX_ANSWER: Final = 256 * 1024
_KEPT: Final = 3600.0
"""Seconds that what a provider publishes of itself is not asked for again."""
_AGAIN: Final = 60.0
"""Seconds that an older copy serves before a provider that did not answer is asked for a new one again."""
_WAIT: Final = 1.0
"""Seconds that whoever comes while the first copy is fetched waits for it."""
_DOWN: Final = 5.0
"""Seconds that a provider which did not answer is left alone, so that waiting for it does not take up every thread."""
_LANGUAGES: Final = {"kk": "kk ru en", "ru": "ru kk en", "en": "en ru kk"}


@dataclass(frozen=True, slots=True)
class Config:
    """How we are known at a provider."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    """Empty for a public client: then PKCE alone binds the code to us."""
    redirect_uri: str
    iin_claim: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What we use of a provider's metadata (OpenID Connect Discovery 1.0, section 3). Addresses are checked."""

    authorization: str
    token: str
    jwks: str
    userinfo: str
    """Empty if there is none, as is the next."""
    end_session: str
    algorithms: tuple[str, ...]
    secret_in_body: bool
    """Whether it takes our secret in the form alone and not as HTTP Basic."""
    names_itself: bool
    """Whether it puts its name (``iss``) on every answer (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in."""

    iin: str = field(repr=False)
    """As the claim says it: not checked to be an IIN."""
    proved_at: datetime


class Provider:
    """A client of one provider. Safe to share between threads; keeps what the provider publishes for an hour."""

    def __init__(self, config: Config) -> None:
        self.config = config
        # No connection is kept: a deadline cuts off the one that its request has opened.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(timeout=_TIMEOUT, limits=limits, follow_redirects=False, trust_env=False)
        self._asking = threading.Lock()
        """Held by the one who fetches what the provider publishes. Nobody waits for it who has a copy."""
        self._kept: tuple[Metadata, KeySet] | None = None
        self._ask_again_at = 0.0
        self._down_until = 0.0

    def authorization_url(self, state: str, nonce: str, verifier: str, lang: str) -> str:
        """Where to send the browser (authorization code flow with PKCE, RFC 7636).

        Raises:
            Unreachable, Untrusted: the provider's metadata cannot be had, or are not to be trusted.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": self.config.redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            # Whoever sits at the machine now shall prove who they are, and not whoever sat there an hour ago.
            "prompt": "login",
            "max_age": str(int(MAX_AGE.total_seconds())),
            "ui_locales": _LANGUAGES[lang],
        }
        return _with_query(self._published()[0].authorization, asked)

    def sign_out_url(self, return_to: str) -> str:
        """Where one signs out of the provider too (RP-Initiated Logout 1.0); empty if it offers none.

        Raises:
            Unreachable, Untrusted: as `authorization_url`.
        """
        address = self._published()[0].end_session
        asked = {"client_id": self.config.client_id, "post_logout_redirect_uri": return_to}
        return _with_query(address, asked) if address else ""

    def check_sender(self, named: str | None) -> None:
        """Make sure that an answer is this provider's and no other's (RFC 9207; a "mix-up").

        Args:
            named: the answer's ``iss``.

        Raises:
            Untrusted: ``answer.issuer``.
            Unreachable: as `authorization_url`.
        """
        if named is None and not self._published()[0].names_itself:
            return
        if named != self.config.issuer:
            raise Untrusted("answer.issuer")

    def identify(self, code: str, *, nonce: str, verifier: str, now: datetime) -> Identity:
        """Exchange a code for an ID token, check it, and read the IIN from it (or, if it is not there, from userinfo).

        Raises:
            Unreachable, Refused: see there.
            Untrusted: a check failed: those of `token.check`, ``token.missing``, ``userinfo.subject``,
                ``claim.missing``; ``answer.refused``: it does not know us, or has no such page.
        """
        token, access_token = self.exchange(code, verifier=verifier)
        return self.check_token(token, access_token, nonce=nonce, now=now)

    def exchange(self, code: str, *, verifier: str) -> tuple[str, str]:
        """Exchange a code for an ID token and an access token; neither is checked.

        Raises:
            Unreachable, Refused, Untrusted: as `identify`.
        """
        answer = self._exchange(self._published()[0], code, verifier)
        token, access_token = answer.get("id_token"), answer.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access_token, str):
            raise Untrusted("token.missing")
        return token, access_token

    def check_token(self, token: str, access_token: str, *, nonce: str, now: datetime) -> Identity:
        """Check an ID token that somebody else may have fetched, and read the IIN (from userinfo if it is not there).

        Raises:
            Unreachable, Untrusted: as `identify`.
        """
        metadata, keys = self._published()
        expected = Expected(self.config.issuer, self.config.client_id, nonce, now)
        try:
            proof = check(token, access_token, keys, metadata.algorithms, expected)
        except UnknownKey:
            proof = self._check_with_new_keys(token, access_token, metadata, expected)
        return Identity(self._iin(metadata, proof, access_token), proof.proved_at)

    def _check_with_new_keys(self, token: str, access_token: str, metadata: Metadata, expected: Expected) -> Proof:
        keys = self._fetch_keys(metadata.jwks)
        self._kept = metadata, keys
        try:
            return check(token, access_token, keys, metadata.algorithms, expected)
        except UnknownKey:
            raise Untrusted("token.signature") from None

    def _exchange(self, metadata: Metadata, code: str, verifier: str) -> Mapping[str, object]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.config.redirect_uri,
            "code_verifier": verifier,
        }
        client, secret = self.config.client_id, self.config.secret
        auth = None
        if not secret:
            form["client_id"] = client
        elif metadata.secret_in_body:
            form |= {"client_id": client, "client_secret": secret}
        else:  # both are form-encoded first (RFC 6749, section 2.3.1)
            auth = httpx.BasicAuth(quote_plus(client), quote_plus(secret))
        return self._ask("POST", metadata.token, form=form, auth=auth)

    def _iin(self, metadata: Metadata, proof: Proof, access_token: str) -> str:
        claims = proof.claims
        if self.config.iin_claim not in claims and metadata.userinfo and access_token:
            claims = self._ask("GET", metadata.userinfo, headers={"Authorization": f"Bearer {access_token}"})
            if claims.get("sub") != proof.subject:  # section 5.3.2: else it may be somebody else's
                raise Untrusted("userinfo.subject")
        value = claims.get(self.config.iin_claim)
        if not isinstance(value, str):
            raise Untrusted("claim.missing")
        return value

    def _published(self) -> tuple[Metadata, KeySet]:
        """Metadata and keys, at most an hour old; older ones while they are asked for or if no answer comes."""
        kept = self._kept
        if kept is not None and time.monotonic() < self._ask_again_at:
            return kept
        if not self._asking.acquire(timeout=0 if kept is not None else _WAIT):
            if kept is not None:
                return kept
            raise Unreachable("provider.busy")
        try:
            kept = self._kept
            if kept is not None and time.monotonic() < self._ask_again_at:
                return kept  # somebody was faster
            return self._renewed(kept)
        finally:
            self._asking.release()

    def _renewed(self, kept: tuple[Metadata, KeySet] | None) -> tuple[Metadata, KeySet]:
        try:
            metadata = self._fetch_metadata()
            self._kept = metadata, self._fetch_keys(metadata.jwks)
        except Unreachable:
            if kept is None:
                raise
            self._ask_again_at = time.monotonic() + _AGAIN
            return kept
        self._ask_again_at = time.monotonic() + _KEPT
        return self._kept

    def _fetch_metadata(self) -> Metadata:
        issuer = self.config.issuer
        data = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if data.get("issuer") != issuer:
            raise Untrusted("metadata.issuer")
        offered = _texts(data, "id_token_signing_alg_values_supported") or ("RS256",)
        methods = _texts(data, "token_endpoint_auth_methods_supported") or ("client_secret_basic",)
        return Metadata(
            authorization=self._address(data, "authorization_endpoint"),
            token=self._address(data, "token_endpoint"),
            jwks=self._address(data, "jwks_uri"),
            userinfo=self._address(data, "userinfo_endpoint", needed=False),
            end_session=self._address(data, "end_session_endpoint", needed=False),
            algorithms=tuple(name for name in offered if name in ALGORITHMS),
            secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
            names_itself=data.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, data: Mapping[str, object], name: str, *, needed: bool = True) -> str:
        value = data.get(name, "")
        if value == "" and not needed:
            return ""
        if not isinstance(value, str) or not is_trustworthy(value):
            raise Untrusted("metadata.address")
        return value

    def _fetch_keys(self, address: str) -> KeySet:
        found = self._ask("GET", address).get("keys")
        pairs = [
            key
            for key in (found if isinstance(found, list) else [])
            if isinstance(key, dict) and key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"
        ]
        try:
            return KeySet.import_key_set({"keys": pairs})
        except (JoseError, ValueError, TypeError, KeyError):
            raise Untrusted("metadata.keys") from None

    def _ask(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, object]:
        """One request whose answer is a JSON object. What goes wrong names neither address nor content."""
        if time.monotonic() < self._down_until:
            raise Unreachable("provider.down")
        asked = {"Accept": "application/json", **(headers or {})}
        content = b""
        try:
            with (
                Deadline(_LONGEST) as deadline,
                self._http.stream(
                    method, address, data=form, auth=auth, headers=asked, extensions={"trace": deadline.watch}
                ) as answer,
            ):
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > _MAX_ANSWER:
                        raise Untrusted("answer.size")
                deadline.check()  # what was cut off may look like an end
        except (httpx.HTTPError, TimeoutError):
            self._down_until = time.monotonic() + _DOWN
            raise Unreachable("provider.unreachable") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unreachable("provider.error")
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            raise Untrusted("answer.format") from None
        if not isinstance(found, dict):
            raise Untrusted("answer.format")
        if answer.status_code != 200:
            # Of all that it may say (RFC 6749, section 5.2), this alone is about the code.
            raise Refused("code.refused") if found.get("error") == "invalid_grant" else Untrusted("answer.refused")
        return found


def is_trustworthy(address: str) -> bool:
    """Whether an address is https, or on this machine; and carries neither a password nor a fragment."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or ""))
    return safe and bool(parts.hostname) and parts.username is None and not parts.fragment


def _texts(data: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = data.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
