"""What the platform has to tell the registrar about passkeys, with its cause or not at all, and until it was heard."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Final

from egov_participation.database import UnitOfWork
from egov_participation.jobs import enqueue, sealed

ENROLLED: Final = "registrar.enrol_passkey"
FORGOTTEN: Final = "registrar.forget_passkey"
"""Kinds of jobs. A room below this one, which may not import it, adds the latter by its name."""


def tell_enrolled(
    tx: UnitOfWork, keys_dir: Path, person_id: str, credential_id: bytes, public_key: bytes, *, name: str
) -> None:
    """Have the registrar know a passkey that was enrolled at the desk, once ``tx`` is committed."""
    payload = {
        "person": person_id,
        "credential_id": base64.b64encode(credential_id).decode(),
        "public_key": base64.b64encode(public_key).decode(),
        "name": name,
    }
    enqueue(tx, ENROLLED, secrets.token_hex(16), sealed(keys_dir, payload))
