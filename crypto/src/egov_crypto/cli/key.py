"""Key files of trustees, of whatever kind, as the commands read them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from egov_crypto import keyfile
from egov_crypto.cli.console import ask_secret, say, write_new
from egov_crypto.errors import UsageError
from egov_crypto.group import Point, base
from egov_crypto.keyfile import KeyFile
from egov_crypto.threshold.keyfile import MAX_SIZE, TYPE, ThresholdKeyFile

PROMPT: Final = "Passphrase of the key file"


@dataclass(frozen=True)
class Key:
    """A trustee's key, which is opened only when it is needed."""

    public_key: Point
    election: str
    """The only election that it is for, empty if for any."""
    open: Callable[[Path | None], int]
    """The private key; the passphrase is read from this file, or asked for. Raises :class:`UsageError`."""


def read(path: Path) -> Key:
    """A key file of a single or of a threshold trustee, or belenios-tool's; :class:`UsageError` if it is none."""
    raw = read_bytes(path)
    if raw.startswith(b'"'):
        private_key = keyfile.parse_private_key(raw)
        return Key(base(private_key), "", lambda _passphrase_file: private_key)
    if _type(raw) != TYPE:
        single = KeyFile.parse(raw)
        return Key(single.public_key, single.election, lambda file: single.open(ask_secret(PROMPT, file)))
    shared = ThresholdKeyFile.parse(raw)
    if shared.public_key is None:
        raise UsageError("this key has no share yet: the ceremony in which it is made is not done")
    return Key(shared.public_key, shared.election, lambda file: shared.open(ask_secret(PROMPT, file)).share())


def read_bytes(path: Path) -> bytes:
    """A key file's content, at most as long as one can be."""
    with path.open("rb") as file:
        raw = file.read(MAX_SIZE + 1)
    if len(raw) > MAX_SIZE:
        raise UsageError(f"{path} is too large for a key file")
    return raw.strip()


def hand_over(passphrase: str, file: Path | None) -> None:
    """Show a passphrase that was just made, or write it into a file of its own."""
    if file:
        write_new(file, f"{passphrase}\n".encode(), private=True)
    else:
        say("The passphrase, shown only now. Write it down, and keep it apart from the key file:", "", passphrase, "")


def _type(raw: bytes) -> Any:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value.get("type") if isinstance(value, dict) else None
