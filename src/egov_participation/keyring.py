"""The server's secrets: one file each in a folder that only the server reads, made at the first start."""

from __future__ import annotations

import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import Aead


def secret(folder: Path, name: str, size: int = 32) -> bytes:
    """The secret called `name` (``"csrf"``, ``"receipt"`` …), `size` random bytes; made if there is none yet.

    Each purpose has its own name: no key serves two.

    Raises:
        OSError: the folder or file cannot be read or made.
        ValueError: the file does not hold `size` bytes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        _create(path, secrets.token_bytes(size))
    value = path.read_bytes()
    if len(value) != size:
        raise ValueError(f"{path} should hold {size} bytes and holds {len(value)}")
    return value


def _create(path: Path, value: bytes) -> None:
    """Write a whole file or none; of two processes that start together, the first one's key stays."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


class Seal:
    """XChaCha20-Poly1305; each text is bound to what it belongs to, such as a message and its field."""

    def __init__(self, key: bytes) -> None:
        self._box = Aead(key)

    def close(self, text: str, owner: str) -> bytes:
        """Encrypt."""
        return bytes(self._box.encrypt(text.encode(), aad=owner.encode()))

    def open(self, sealed: bytes, owner: str) -> str:
        """The inverse.

        Raises:
            ValueError: it was sealed with another key or for another owner, or is damaged.
        """
        try:
            return self._box.decrypt(sealed, aad=owner.encode()).decode()
        except CryptoError as error:
            raise ValueError("a sealed text does not open with this key") from error


@cache
def seal(folder: Path, name: str) -> Seal:
    """The seal whose key is the secret called `name`; made if there is none yet.

    Raises:
        OSError, ValueError: see `secret`.
    """
    return Seal(secret(folder, name))
