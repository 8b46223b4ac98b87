"""The keys of the register. They are files beside the database and not in it: who steals one of the two reads no IIN,
and who writes in the database alone changes nobody's row in the registrar's eyes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from egov_participation import keyring
from egov_participation.registry.iin import Iin


class SealError(Exception):
    """What was sealed does not open: another key's or another row's, or damaged."""


@dataclass(frozen=True, slots=True)
class IinKeys:
    """Keys of 32 bytes: one to find a person by the IIN, one to keep it sealed, and, with the registrar and whoever
    enters people, one to mark rows with."""

    lookup: bytes = field(repr=False)
    sealing: bytes = field(repr=False)
    marking: bytes | None = field(default=None, repr=False)

    @classmethod
    def open(cls, keys_dir: Path, registrar_keys_dir: Path | None = None) -> IinKeys:
        """Load ``iin-lookup`` and ``iin-sealing``, and of the registrar's folder, if it is given, ``register-rows``.
        They are made at the first start.

        Raises:
            OSError, ValueError: see `keyring.secret`.
        """
        keys = cls(keyring.secret(keys_dir, "iin-lookup"), keyring.secret(keys_dir, "iin-sealing"))
        return keys if registrar_keys_dir is None else keys.marked(registrar_keys_dir)

    def marked(self, keys_dir: Path) -> IinKeys:
        """These keys and ``register-rows`` of the registrar's folder.

        Raises:
            OSError, ValueError: see `keyring.secret`.
        """
        return replace(self, marking=keyring.secret(keys_dir, "register-rows"))

    def mark(self, values: Iterable[bytes]) -> bytes:
        """32 bytes that only who has the key makes for a row with these values: keyed BLAKE2b of each behind its
        length.

        Raises:
            SealError: the key is not among these.
        """
        if self.marking is None:
            raise SealError("rows of the register are marked with the registrar's key register-rows, which is not here")
        content = b"".join(len(value).to_bytes(4) + value for value in values)
        return hashlib.blake2b(content, key=self.marking, digest_size=32, person=b"egov-reg-row").digest()

    def check_mark(self, mark: bytes | None, values: Iterable[bytes]) -> None:
        """Make sure that the mark is that of a row with these values, where the key is among these.

        Raises:
            SealError: it is another's.
        """
        if self.marking is not None and not hmac.compare_digest(self.mark(values), mark or b""):
            raise SealError("a row of the register is not as it was entered")

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
