"""The keys of the IIN. They are files beside the database and not in it: who steals one of the two reads no IIN."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from egov_participation import keyring
from egov_participation.registry.iin import Iin


class SealError(Exception):
    """What was sealed does not open: another key's or another row's, or damaged."""


@dataclass(frozen=True, slots=True)
class IinKeys:
    """Two keys of 32 bytes: one to find a person by the IIN, one to keep it sealed."""

    lookup: bytes = field(repr=False)
    sealing: bytes = field(repr=False)

    @classmethod
    def open(cls, keys_dir: Path) -> IinKeys:
        """Load both keys, ``iin-lookup`` and ``iin-sealing``; they are made at the first start.

        Raises:
            OSError, ValueError: see `keyring.secret`.
        """
        return cls(keyring.secret(keys_dir, "iin-lookup"), keyring.secret(keys_dir, "iin-sealing"))

    def hash(self, iin: Iin) -> bytes:
        """32 bytes by which the IIN is found: keyed BLAKE2b, since twelve digits are few enough to try them all."""
        return hashlib.blake2b(iin.digits.encode(), key=self.lookup, digest_size=32, person=b"egov-iin-lookup").digest()

    def seal(self, iin: Iin, owner: str) -> bytes:
        """Encrypt the IIN (XChaCha20-Poly1305, random nonce), bound to the row called `owner`."""
        return bytes(Aead(self.sealing).encrypt(iin.digits.encode(), aad=owner.encode()))

    def open_sealed(self, sealed: bytes, owner: str) -> Iin:
        """The inverse of `seal`.

        Raises:
            SealError: it was sealed with another key or for another row, or is damaged.
        """
        try:
            return Iin(Aead(self.sealing).decrypt(sealed, aad=owner.encode()).decode())
        except (CryptoError, ValueError) as error:
            raise SealError("a sealed IIN does not open with this key") from error

    def seal_text(self, text: str, owner: str) -> bytes:
        """Encrypt a text as `seal` does an IIN. Neither opens as the other: the rows' names differ."""
        return bytes(Aead(self.sealing).encrypt(text.encode(), aad=f"text:{owner}".encode()))

    def open_text(self, sealed: bytes, owner: str) -> str:
        """The inverse of `seal_text`.

        Raises:
            SealError: as `open_sealed`.
        """
        try:
            return Aead(self.sealing).decrypt(sealed, aad=f"text:{owner}".encode()).decode()
        except (CryptoError, ValueError) as error:
            raise SealError("a sealed text does not open with this key") from error
