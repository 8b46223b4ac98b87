"""What the registrar says in public, signed with its key (Ed25519): a setup's confirmation, a turnout, an attestation.

A statement is canonical JSON (keys sorted, no spaces, UTF-8), an object with ``type`` and ``signature``. Signed is
``egov-registrar-statement-v1`` ‖ 0 ‖ the canonical JSON of the same object without ``signature``. Anybody checks it
with the public key, which the setup document names and the trustees confirm.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from egov_participation.keyring import secret

KEY_NAME: Final = "registrar-signing"
_DOMAIN: Final = b"egov-registrar-statement-v1\0"


class StatementError(ValueError):
    """It is no statement of the registrar with this key."""


def canonical(value: object) -> bytes:
    """The one way in which a value is written as JSON here."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def signing_key(keys_dir: Path) -> SigningKey:
    """The registrar's key for signing; made at first use."""
    return SigningKey(secret(keys_dir, KEY_NAME))


def public_half(key: SigningKey) -> str:
    """Unpadded Base64."""
    return _to_base64(bytes(key.verify_key))


def sign(key: SigningKey, body: Mapping[str, object]) -> bytes:
    """A statement with this content.

    Raises:
        ValueError: the content has a signature already.
    """
    return canonical({**body, "signature": signature(key, body)})


def signature(key: SigningKey, body: Mapping[str, object]) -> str:
    """Of a statement with this content: unpadded Base64.

    Raises:
        ValueError: the content has a signature already.
    """
    if "signature" in body:
        raise ValueError("what is signed has no signature yet")
    return _to_base64(key.sign(_DOMAIN + canonical(body)).signature)


def verify(raw: bytes, key: str, *, type: str) -> dict[str, Any]:
    """What a statement says, without its signature.

    Args:
        key: the public half, unpadded Base64.
        type: what it must be a statement of.

    Raises:
        StatementError: another key's, another type's, or changed by a single byte.
    """
    try:
        body = json.loads(raw)
        if not isinstance(body, dict) or canonical(body) != raw or body.get("type") != type:
            raise StatementError("not a statement of this type")
        signature = _from_base64(body.pop("signature"))
        VerifyKey(_from_base64(key)).verify(_DOMAIN + canonical(body), signature)
    except (BadSignatureError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise StatementError("not a statement of this registrar") from None
    return body


def _to_base64(content: bytes) -> str:
    return base64.b64encode(content).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise StatementError("not Base64") from None
    if _to_base64(content) != text:
        raise StatementError("not Base64 as it is written here")
    return content
