"""Agencies' own keys: each signs what the agency publishes, so that a copy of it elsewhere can be checked.

They are files in the folder of keys, made at first use. The server holds them for the agencies (docs/keys.md).
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from egov_crypto import canonical
from egov_crypto.group import public_key, sign, verify_signature
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.keyring import secret
from egov_participation.ledger.rules import time
from egov_participation.ledger.service.entering import enter, newest
from egov_participation.services import Services

log = structlog.get_logger()

_AGENCY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")

_REPLACED: Final = N_(
    "Nothing was signed, and nothing is lost: the file %(file)s in the folder of keys holds a key that was replaced, "
    "from an old backup probably. The site’s operator has to put the last key back there, or to take the file away if "
    "that key is lost; then try again."
)


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


def enter_key(services: Services, tx: UnitOfWork, agency: str) -> None:
    """See that the log has the key that an agency signs with: before it signs. One that nobody handed over enters
    without a signature, so that everybody sees that.

    Raises:
        OSError, ValueError: see `keyring.secret`.
        DomainError: 503 ``agency.key``: the file holds a key that was replaced before, as one from a backup may: no log
            could be told that it signs again.
    """
    tx.lock("ledger.agencies")  # two that sign at once enter it once
    entered = list(newest(tx.session, "agency.key", agency))
    keys_dir, last = services.settings.keys_dir, entered[0] if entered else None
    waiting = keys_dir / _next(agency)
    if last is not None and waiting.exists() and _written(public_key(waiting.read_bytes())) == last["new"]:
        waiting.replace(keys_dir / _name(agency))  # it was entered, and then there was a crash
    key = agency_key(keys_dir, agency)
    if last is None or last["new"] != key:
        if any(one["new"] == key for one in entered):
            log.error("ledger.agency_key_replaced", file=_name(agency))
            raise DomainError(503, _REPLACED, code="agency.key", file=_name(agency))
        enter(tx, _entry(services, agency, None if last is None else last["new"], key) | {"signature": None})
        tx.flush()


def rotate_agency_key(services: Services, agency: str) -> tuple[str, str]:
    """Replace an agency's key by a new one, which the old one signs in the log. What crashed goes on at the next try.

    Returns:
        The old key and the new one, in unpadded Base64.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    keys_dir = services.settings.keys_dir
    with services.database.uow() as tx:
        enter_key(services, tx, agency)
        following = _next(agency)
        old, new = agency_key(keys_dir, agency), _written(public_key(secret(keys_dir, following)))
        entry = _entry(services, agency, old, new)
        signature = sign(_seed(keys_dir, agency), canonical.dump(entry))
        enter(tx, entry | {"signature": _written(signature)})
        tx.commit()
    # A crash here: the entry is there, and `enter_key` puts the new key in its place; it may also have been faster.
    with contextlib.suppress(FileNotFoundError):
        (keys_dir / _next(agency)).replace(keys_dir / _name(agency))
    return old, new


def _entry(services: Services, agency: str, old: str | None, new: str) -> dict[str, Any]:
    return {
        "type": "agency.key",
        "version": 1,
        "agency": agency,
        "at": time(services.clock()),
        "old": old,
        "new": new,
    }


def check_signed(statement: Mapping[str, Any], signature: bytes) -> None:
    """Hold that the key that a statement names has signed it.

    Raises:
        ValueError: it has not.
    """
    key = base64.b64decode(str(statement.get("key", "")) + "=")
    verify_signature(key, canonical.dump(dict(statement)), signature)


def _seed(keys_dir: Path, agency: str) -> bytes:
    name = _name(agency)
    return secret(keys_dir, name)


def _name(agency: str) -> str:
    if not _AGENCY.fullmatch(agency):
        raise ValueError("this is no agency's code")
    return f"agency-{agency}"


def _next(agency: str) -> str:
    return f"next-{_name(agency)}"


def _written(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
