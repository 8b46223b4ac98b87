"""Tokens in mails, and what they stand for. Nothing is stored: the token holds it, sealed.

The two kinds are made alike. ``tag = HMAC(key₁, content)`` cut to 10 bytes proves who made it and is at the same time
the nonce under which the content is masked, ``content XOR HMAC(key₂, tag)`` (a synthetic initialisation vector, as in
RFC 5297). So a token is short, the same each time, tells an outsider nothing, and cannot be made up.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32decode, b32encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from egov_participation import keyring

_TAG: Final = 10
_PERSON: Final = 16
_ADDRESS: Final = 3


@dataclass(frozen=True, slots=True)
class Returned:
    """Whom a mail that came back was for, and the tag of the address that it went to."""

    person_id: str
    address_tag: str


@cache
def _key(keys_dir: Path, purpose: str) -> bytes:
    return hashlib.blake2b(key=keyring.secret(keys_dir, "notices"), digest_size=32, person=purpose.encode()).digest()


def address_tag(keys_dir: Path, address: str) -> str:
    """Six hex digits that stand for an address: enough to see that it is another one, too little to guess it by."""
    key = _key(keys_dir, "address")
    return hmac.digest(key, address.lower().encode(), "sha256")[:_ADDRESS].hex()


def bounce_token(keys_dir: Path, person_id: str, address: str) -> str:
    """Says in a return path whose mail comes back: 47 letters and digits, case does not matter.

    Raises:
        ValueError: the person's id is not 32 hex digits.
    """
    content = _person(person_id) + bytes.fromhex(address_tag(keys_dir, address))
    return b32encode(_seal(keys_dir, "bounce", content)).decode().rstrip("=").lower()


def open_bounce(keys_dir: Path, token: str) -> Returned | None:
    """What a token of `bounce_token` says; None if it is not one."""
    content = _open(keys_dir, "bounce", token, _PERSON + _ADDRESS)
    return None if content is None else Returned(content[:_PERSON].hex(), content[_PERSON:].hex())


def unsubscribe_token(keys_dir: Path, person_id: str, kind: str) -> str:
    """Switches one kind of notice off for one person without signing in. It does not expire: mails are kept for long.

    Raises:
        ValueError: the person's id is not 32 hex digits.
    """
    content = _person(person_id) + kind.encode()
    return b32encode(_seal(keys_dir, "unsubscribe", content)).decode().rstrip("=").lower()


def open_unsubscribe(keys_dir: Path, token: str) -> tuple[str, str] | None:
    """The person and the kind of a token of `unsubscribe_token`; None if it is not one."""
    content = _open(keys_dir, "unsubscribe", token, None)
    return None if content is None else (content[:_PERSON].hex(), content[_PERSON:].decode())


def _person(person_id: str) -> bytes:
    content = bytes.fromhex(person_id)
    if len(content) != _PERSON:
        raise ValueError("a person's id is 32 hex digits")
    return content


def _seal(keys_dir: Path, purpose: str, content: bytes) -> bytes:
    tag = hmac.digest(_key(keys_dir, purpose), content, "sha256")[:_TAG]
    return tag + _masked(keys_dir, purpose, tag, content)


def _open(keys_dir: Path, purpose: str, token: str, size: int | None) -> bytes | None:
    try:
        sealed = b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return None
    tag, masked = sealed[:_TAG], sealed[_TAG:]
    if not masked or (size is not None and len(masked) != size):
        return None
    content = _masked(keys_dir, purpose, tag, masked)
    right = hmac.digest(_key(keys_dir, purpose), content, "sha256")[:_TAG]
    return content if hmac.compare_digest(right, tag) else None


def _masked(keys_dir: Path, purpose: str, tag: bytes, content: bytes) -> bytes:
    stream = hashlib.shake_256(_key(keys_dir, f"{purpose} mask") + tag).digest(len(content))
    return bytes(a ^ b for a, b in zip(content, stream, strict=True))
