"""The protocol of a result: what a commission signs after a count, as one canonical JSON document.

Two members of the commission approve the hash of the unsigned document (`service.protocol` makes it); then the key
``result-protocol`` signs it. Published is the same object with three members more::

    {"key":"<public key>", …the protocol…, "signature":"<Ed25519>", "signed_at":"2024-10-07T05:00:00Z", …}

Signed is ``egov-result-protocol-v1`` ‖ 0 ‖ the canonical JSON (`setup.canonical`) of the object without
``signature``: the same bytes that stand in the file but for that member. Keys and signatures are unpadded Base64. The
protocol bears no name of who approved it; the audit trail does.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Final

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from egov_participation.keyring import secret
from egov_participation.voting.setup import canonical, digest

TYPE: Final = "egov-result-protocol"
VERSION: Final = 1
KEY_NAME: Final = "result-protocol"
MAX_BYTES: Final = 5_000_000

_DOMAIN: Final = b"egov-result-protocol-v1\0"
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_ADDED: Final = ("key", "signature", "signed_at")
_CENT: Final = Decimal("0.01")


class ProtocolError(ValueError):
    """The bytes are not a protocol that this key signed."""


@dataclass(frozen=True, slots=True)
class SignedProtocol:
    """A protocol whose signature was verified, or that this server signed itself."""

    content: Mapping[str, Any]
    """Without signature, key and time."""
    signed_at: datetime
    key: str

    @property
    def hash(self) -> str:
        """Of the unsigned protocol, in hex: what two members approved."""
        return digest(canonical(self.content))


class ProtocolKey:
    """The key that signs protocols: one of the platform's own, kept in ``keys_dir``."""

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)

    @classmethod
    def in_folder(cls, keys_dir: Path) -> ProtocolKey:
        """The key of ``keys_dir``, made at first use."""
        return cls(secret(keys_dir, KEY_NAME))

    @property
    def public(self) -> str:
        """The public half that readers pin: unpadded Base64 of 32 bytes."""
        return _to_base64(bytes(self._key.verify_key))

    def sign(self, protocol: bytes, at: datetime) -> bytes:
        """The signed protocol.

        Args:
            protocol: unsigned, in its one spelling.
            at: aware; the second in which it is signed.

        Raises:
            ProtocolError: it is no unsigned protocol.
        """
        content = _read(protocol)
        if any(name in content for name in _ADDED):
            raise ProtocolError("it is signed already")
        body = {**content, "key": self.public, "signed_at": at.astimezone(UTC).strftime(_TIME)}
        signature = self._key.sign(_DOMAIN + canonical(body)).signature
        return canonical({**body, "signature": _to_base64(signature)})


def verify(raw: bytes, key: str) -> SignedProtocol:
    """The protocol, if it is one that the holder of `key` signed, in its one spelling.

    Args:
        key: public half, unpadded Base64, from elsewhere than the protocol itself.

    Raises:
        ProtocolError: it is not; one changed byte is enough.
    """
    body = _read(raw)
    try:
        signature = _from_base64(body.pop("signature"))
        if body["key"] != key:
            raise ProtocolError("another key signed it")
        VerifyKey(_from_base64(key)).verify(_DOMAIN + canonical(body), signature)
    except (BadSignatureError, KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"the signature does not hold: {type(error).__name__}") from None
    return _signed(body)


def opened(raw: bytes) -> SignedProtocol:
    """A signed protocol that comes from our own database; the signature is not checked again."""
    body = json.loads(raw)
    del body["signature"]
    return _signed(body)


def percent(part: int, whole: int) -> str:
    """``part / whole`` in percent with two decimals, rounded half to even, as the pages round; of nothing, 0.00."""
    if not whole:
        return "0.00"
    # Decimal's own precision would round a first time: the quotient is made of integers instead.
    quotient, rest = divmod(part * 10_000, whole)
    if 2 * rest > whole or (2 * rest == whole and quotient % 2):
        quotient += 1
    return str((Decimal(quotient) / 100).quantize(_CENT, ROUND_HALF_EVEN))


def share(part: int, whole: int) -> dict[str, str]:
    """A share as what it is exactly, and as people read it."""
    return {"fraction": f"{part}/{whole}", "percent": percent(part, whole)}


def _signed(body: Mapping[str, Any]) -> SignedProtocol:
    content = {name: value for name, value in body.items() if name not in _ADDED}
    try:
        at = datetime.strptime(body["signed_at"], _TIME).replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        raise ProtocolError("it does not say when it was signed") from None
    return SignedProtocol(content, at, body["key"])


def _read(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise ProtocolError("too long for a protocol")
    try:
        value = json.loads(raw.decode("utf-8"))
        if not isinstance(value, dict) or canonical(value) != raw:
            raise ProtocolError("not in its one spelling")
    except (ValueError, RecursionError):
        raise ProtocolError("not a protocol") from None
    if value.get("type") != TYPE or type(value.get("version")) is not int or value["version"] != VERSION:
        raise ProtocolError("of another type or version")
    return value


def _to_base64(content: bytes) -> str:
    return base64.b64encode(content).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, TypeError):
        raise ProtocolError("not Base64") from None
    if _to_base64(content) != text:
        raise ProtocolError("not Base64 as it is written here")
    return content
