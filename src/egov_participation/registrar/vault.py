"""How private credentials are kept: XChaCha20-Poly1305 under the registrar's own storage key, a file apart.

Vote and person are the additional data: a sealed credential that was moved to somebody else's row does not open.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from egov_participation.keyring import secret

KEY_NAME: Final = "registrar-storage"


class VaultError(Exception):
    """A sealed credential does not open: another key, another row, or damaged."""


class Vault:
    """Seals and opens private credentials."""

    def __init__(self, key: bytes) -> None:
        self._box = Aead(key)

    @classmethod
    def in_folder(cls, keys_dir: Path) -> Vault:
        """The vault whose key is in ``keys_dir``; the key is made at first use."""
        return cls(secret(keys_dir, KEY_NAME, Aead.KEY_SIZE))

    def seal(self, vote_uuid: str, person_id: str, credential: str) -> bytes:
        """Nonce, ciphertext and tag of ``credential``."""
        return bytes(self._box.encrypt(credential.encode("ascii"), _owner(vote_uuid, person_id)))

    def open(self, vote_uuid: str, person_id: str, sealed: bytes) -> str:
        """The inverse of `seal`. Raises `VaultError`."""
        try:
            return self._box.decrypt(sealed, _owner(vote_uuid, person_id)).decode("ascii")
        except CryptoError:
            raise VaultError("a sealed credential does not open with this key for this voter") from None


def _owner(vote_uuid: str, person_id: str) -> bytes:
    return f"{vote_uuid}|{person_id}".encode()
