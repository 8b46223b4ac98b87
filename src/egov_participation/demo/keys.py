"""The key files of the demonstration's trustees, lying about so that visitors can play trustee."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from egov_crypto import keyfile


def write_key_files(folder: Path, uuid: str, private_keys: Sequence[int]) -> None:
    """Write ``trustee-N.key`` and, beside it, ``trustee-N.passphrase`` for each (a real trustee keeps them apart)."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, private_key in enumerate(private_keys, 1):
        passphrase = keyfile.generate_passphrase()
        (folder / f"trustee-{number}.key").write_bytes(keyfile.seal(private_key, uuid, passphrase))
        (folder / f"trustee-{number}.passphrase").write_text(passphrase + "\n")
