"""How private credentials and their owners are kept: under the registrar's own keys, files apart from the database.

The credential is encrypted (XChaCha20-Poly1305), the owner a keyed hash. Vote and person are the additional data: a
sealed credential that was moved to somebody else's row does not open.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from egov_participation.keyring import secret

KEY_NAME: Final = "registrar-storage"
OWNER_KEY_NAME: Final = "registrar-owners"


class VaultError(Exception):
    """A sealed credential does not open: another key, another row, or damaged."""


class Vault:
    """Seals and opens private credentials, and stands for their owners."""

    def __init__(self, key: bytes, owner_key: bytes) -> None:
        self._box = Aead(key)
        self._owner_key = owner_key

    @classmethod
    def in_folder(cls, keys_dir: Path) -> Vault:
        """The vault whose keys are in ``keys_dir``; they are made at first use."""
        return cls(secret(keys_dir, KEY_NAME, Aead.KEY_SIZE), secret(keys_dir, OWNER_KEY_NAME))

    def owner(self, vote_uuid: str, person_id: str) -> bytes:
        """32 bytes that stand for this person in this vote; in another vote, other ones."""
        return hashlib.blake2b(_owner(vote_uuid, person_id), key=self._owner_key, digest_size=32).digest()

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
