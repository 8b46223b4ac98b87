"""The key under which messages are sealed."""

from __future__ import annotations

from pathlib import Path

from egov_participation import keyring
from egov_participation.keyring import Seal


def seal(keys_dir: Path) -> Seal:
    """The seal of this installation; its key is made at the first start.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    return keyring.seal(keys_dir, "contact")
