"""A small OpenID Connect provider on the loopback, that tests can make misbehave in any one way."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.testclient import TestClient

CALLBACK = "/sign-in/provider/answer"
Claims = dict[str, Any]


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


def left_half(text: str) -> str:
    """``at_hash`` of a token signed with a hash of 256 bits."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


@dataclass
class TestProvider:
    """What it publishes and answers. A test changes a field, and that is the attack."""

    __test__ = False

    clock: Callable[[], datetime]
    issuer: str = ""
    key: ECKey = field(default_factory=new_key)
    published: list[ECKey] = field(default_factory=list)
    person: Claims = field(default_factory=dict)
    change_claims: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    change_token: Callable[[str], str] = field(default=lambda token: token)
    metadata: Claims = field(default_factory=dict)
    userinfo: Claims | None = None
    failing: int = 0
    """A status that every answer has instead."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """What was asked for with each code that was not used yet."""
    asked: list[str] = field(default_factory=list)
    """Paths, in the order in which they were asked for."""
    secret: str = "s3cret/of us"
    shown: list[str] = field(default_factory=list)
    """Every code and token that it gave out."""

    def authorize(self, url: str) -> dict[str, str]:
        """Sign somebody in, as the provider's own page would: what the address asked for becomes a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["client_id"] == "egov"
        code = f"code-{len(self.shown)}-{hashlib.sha256(query['state'].encode()).hexdigest()}"
        self.codes[code] = query
        self.shown += [code, query["state"], query["nonce"]]
        return {"code": code, "state": query["state"]}

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        self.asked.append(path)
        if self.failing:
            return self.failing, {"error": "temporarily_unavailable"}
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata() | self.metadata
        if path == "/jwks":
            return 200, {**KeySet(self.published or [self.key]).as_dict(private=False)}
        if path == "/userinfo":
            return 200, self.userinfo or {}
        return self._token(form, authorization)

    def _metadata(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end?x=1",
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        }

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if authorization != "Basic " + base64.b64encode(f"egov:{quote_plus(self.secret)}".encode()).decode():
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode()
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        access_token = f"access-{form['code']}"
        claims: Claims = {
            "iss": self.issuer,
            "aud": "egov",
            "sub": "subject",
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "nonce": asked["nonce"],
            "at_hash": left_half(access_token),
        }
        token = self.sign(self.change_claims(claims | self.person))
        self.shown += [access_token, token]
        return 200, {"access_token": access_token, "token_type": "Bearer", "id_token": self.change_token(token)}

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key, algorithms=["ES256"])


@contextmanager
def running(clock: Callable[[], datetime]) -> Iterator[TestProvider]:
    """The provider, on a port of its own."""
    provider = TestProvider(clock)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self, form: dict[str, str]) -> None:
            status, content = provider.answer(urlsplit(self.path).path, form, self.headers.get("Authorization", ""))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._serve({name: values[0] for name, values in parse_qs(text).items()})

        def log_message(self, *_args: object) -> None:
            """Say nothing: what is logged in a test is ours."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.issuer = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Visitor:
    """A browser that goes to the provider and comes back."""

    client: TestClient
    provider: TestProvider | None = None
    """Where `sign_in` goes, if it is ours."""
    url: str = field(default="", repr=False)

    def set_out(self, query: str = "", lang: str = "en") -> str:
        """Where the site sends them."""
        response = self.client.get(f"/{lang}/sign-in/provider{query}")
        assert response.status_code == 303
        self.url = response.headers["location"]
        return self.url

    def come_back(self, answer: dict[str, str]) -> str:
        """Where the site leads them after the provider's answer, as a browser coming from another site asks for it."""
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        response = self.client.get(f"{CALLBACK}?{urlencode(answer)}", headers=headers)
        assert response.status_code == 303
        assert response.headers["cache-control"] == "no-store"
        return response.headers["location"]

    def sign_in(self, query: str = "", lang: str = "en") -> str:
        assert self.provider is not None
        return self.come_back(self.provider.authorize(self.set_out(query, lang)))

    @property
    def signed_in(self) -> bool:
        return self.client.get("/en/me").status_code == 200


def why(location: str) -> str:
    """The reason in the address of the page that says it."""
    assert "/sign-in/provider/failed?" in location
    return parse_qs(urlsplit(location).query)["why"][0]
