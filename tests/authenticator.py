"""A software authenticator: makes passkeys and signs with them, rightly or, as a test asks, wrongly.

It follows W3C Web Authentication level 3: authenticator data of section 6.1, attestation objects of 6.5 with format
``none``, client data of 5.8.1. Keys are ES256 on P-256 (COSE, RFC 9053).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_USER_PRESENT, _USER_VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey. What is set to something else than it should be is how it lies."""

    origin: str = "http://localhost"
    rp_id: str | None = None
    """Other than the one that was asked for."""
    verified: bool = True
    """Whether it says that it asked for the finger or the PIN."""
    count: int = 0
    step: int = 1
    """How much its counter grows with each signature; 0 is a device that does not count."""
    handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """What the browser hands in after ``navigator.credentials.create``, as JSON."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self.public_key()
        data = self._data(options["rp"]["id"], _ATTESTED) + attested
        return self._answer(
            {
                "clientDataJSON": self._client_data("webauthn.create", options["challenge"]),
                "attestationObject": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
            }
        )

    def public_key(self) -> bytes:
        """The public half, as COSE."""
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        return cbor2.dumps(cose)

    def get(self, options: dict[str, Any]) -> str:
        """What the browser hands in after ``navigator.credentials.get``, as JSON."""
        self.count += self.step
        data, client = self._data(options["rpId"]), self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client,
                "authenticatorData": data,
                "signature": signature,
                "userHandle": self.handle,
            }
        )

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        flags |= _USER_PRESENT | (_USER_VERIFIED if self.verified else 0)
        name = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return name + struct.pack(">BI", flags, self.count)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, bytes]) -> str:
        named = bytes_to_base64url(self.credential_id)
        parts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": parts})
