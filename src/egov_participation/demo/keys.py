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


def write_paths(folder: Path, paths: Sequence[str]) -> None:
    """Write ``trustee-N.path`` for each: where the trustee's page stands on the booth's host. Their mails said it."""
    for number, path in enumerate(paths, 1):
        path_of(folder, number).write_text(path + "\n")


def path_of(folder: Path, number: int) -> Path:
    """The file that holds the path of a trustee's page."""
    return folder / f"trustee-{number}.path"
