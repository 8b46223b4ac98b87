"""Agencies' own keys: each signs what the agency publishes, so that a copy of it elsewhere can be checked.

They are files in the folder of keys, made at first use. The server holds them for the agencies (docs/keys.md).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from egov_crypto import canonical
from egov_crypto.group import public_key, sign, verify_signature
from egov_participation.keyring import secret

_AGENCY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and the public key that it is checked with."""

    key: str
    """32 bytes in unpadded Base64."""
    raw: bytes
    """64 bytes."""

    @property
    def signature(self) -> str:
        """In unpadded Base64."""
        return _written(self.raw)


def agency_key(keys_dir: Path, agency: str) -> str:
    """The public half of an agency's key (Ed25519), in unpadded Base64; made at first use.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    return _written(public_key(_seed(keys_dir, agency)))


def sign_as(keys_dir: Path, agency: str, statement: Mapping[str, Any]) -> Signed:
    """An agency's signature over a statement, which names what it is of (``type``) and the key (``key``).

    Args:
        statement: is signed in its canonical form (`egov_crypto.canonical`).

    Raises:
        OSError, ValueError: see `keyring.secret`; the statement names another key.
    """
    key = agency_key(keys_dir, agency)
    if statement.get("key") != key:
        raise ValueError("a statement names the key that signs it")
    return Signed(key, sign(_seed(keys_dir, agency), canonical.dump(dict(statement))))


def check_signed(statement: Mapping[str, Any], signature: bytes) -> None:
    """Hold that the key that a statement names has signed it.

    Raises:
        ValueError: it has not.
    """
    key = base64.b64decode(str(statement.get("key", "")) + "=")
    verify_signature(key, canonical.dump(dict(statement)), signature)


def _seed(keys_dir: Path, agency: str) -> bytes:
    if not _AGENCY.fullmatch(agency):
        raise ValueError("this is no agency's code")
    return secret(keys_dir, f"agency-{agency}")


def _written(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
