"""How the registrar keeps what must not be read in a copy of its database: under its own keys, files apart from it.

What is encrypted (XChaCha20-Poly1305) is bound to where it stands: a sealed credential that was moved to somebody
else's row does not open. Who somebody is, a keyed hash says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from egov_participation.keyring import secret

KEY_NAME: Final = "registrar-storage"
OWNER_KEY_NAME: Final = "registrar-owners"
_TERRITORY_BYTES: Final = 32


class VaultError(Exception):
    """What is sealed does not open: another key, another row, or damaged."""


class Vault:
    """Seals and opens, and stands for people."""

    def __init__(self, key: bytes, owner_key: bytes) -> None:
        self._box = Aead(key)
        self._owner_key = owner_key

    @classmethod
    def in_folder(cls, keys_dir: Path) -> Vault:
        """The vault whose keys are in ``keys_dir``; they are made at first use."""
        return cls(secret(keys_dir, KEY_NAME, Aead.KEY_SIZE), secret(keys_dir, OWNER_KEY_NAME))

    # -- who somebody is ---------------------------------------------------------------------------------------------

    def owner(self, vote_uuid: str, person_id: str) -> bytes:
        """32 bytes that stand for this person in this vote; in another one, other ones. In a petition the person's IIN
        takes the id's place: no id looks like one."""
        return self._hash(_owner(vote_uuid, person_id))

    def holder(self, person_id: str) -> bytes:
        """32 bytes that stand for this person as a passkey's holder; a vote's uuid holds no such word."""
        return self._hash(_owner("*passkey", person_id))

    def number(self, about: str, person_id: str, iin: str) -> bytes:
        """32 bytes that stand for this IIN as that person's in this matter. The id is in it, 128 random bits that the
        registrar keeps for no longer than a mail waits: of an IIN alone whoever has the key could try all."""
        return self._hash(_owner(f"*number|{about}|{iin}", person_id))

    def code_hash(self, challenge: str, code: str) -> bytes:
        """Of a mailed code, bound to its challenge: without the key, a million tries would find the code."""
        return self._hash(f"*code|{challenge}|{code}".encode())

    def pair(self, vote_uuid: str, person_id: str, public_credential: str) -> bytes:
        """32 bytes that stand for having asked whether this credential is that person's."""
        return self._hash(_owner(f"*pair|{vote_uuid}|{public_credential}", person_id))

    def _hash(self, content: bytes) -> bytes:
        return hashlib.blake2b(content, key=self._owner_key, digest_size=32).digest()

    # -- what is sealed ----------------------------------------------------------------------------------------------

    def seal(self, vote_uuid: str, person_id: str, credential: str) -> bytes:
        """Nonce, ciphertext and tag of ``credential``."""
        return bytes(self._box.encrypt(credential.encode("ascii"), _owner(vote_uuid, person_id)))

    def open(self, vote_uuid: str, person_id: str, sealed: bytes) -> str:
        """The inverse of `seal`. Raises `VaultError`."""
        return self._open(sealed, _owner(vote_uuid, person_id)).decode("ascii")

    def seal_territory(self, vote_uuid: str, public_credential: str, territory: str) -> bytes:
        """A region, as long as any other one.

        Raises:
            ValueError: its code has more than 32 bytes.
        """
        content = territory.encode()
        if len(content) > _TERRITORY_BYTES:
            raise ValueError("a territory's code has at most 32 bytes")
        place = _place("territory", vote_uuid, public_credential)
        return bytes(self._box.encrypt(content.ljust(_TERRITORY_BYTES), place))

    def open_territory(self, vote_uuid: str, public_credential: str, sealed: bytes) -> str:
        """The inverse of `seal_territory`. Raises `VaultError`."""
        return self._open(sealed, _place("territory", vote_uuid, public_credential)).decode().rstrip()

    def seal_salt(self, vote_uuid: str, salt: bytes) -> bytes:
        """The random bytes of a roll's hash."""
        return bytes(self._box.encrypt(salt, _place("salt", vote_uuid)))

    def seal_petition_key(self, petition: str, secret_key: bytes) -> bytes:
        """What a petition's pseudonyms are made with."""
        return bytes(self._box.encrypt(secret_key, _place("petition", petition)))

    def open_petition_key(self, petition: str, sealed: bytes) -> bytes:
        """The inverse of `seal_petition_key`. Raises `VaultError`."""
        return self._open(sealed, _place("petition", petition))

    def seal_signer(self, petition: str, pseudonym: bytes, iin: str) -> bytes:
        """Whose a pseudonym is: the digits of an IIN."""
        return bytes(self._box.encrypt(iin.encode("ascii"), _place("signer", petition, pseudonym.hex())))

    def open_signer(self, petition: str, pseudonym: bytes, sealed: bytes) -> str:
        """The inverse of `seal_signer`. Raises `VaultError`."""
        return self._open(sealed, _place("signer", petition, pseudonym.hex())).decode("ascii")

    def seal_mail(self, mail_id: str, content: Mapping[str, Any]) -> bytes:
        """What a mail is about, and to whom."""
        return bytes(self._box.encrypt(json.dumps(content).encode(), _place("mail", mail_id)))

    def open_mail(self, mail_id: str, sealed: bytes) -> dict[str, Any]:
        """The inverse of `seal_mail`. Raises `VaultError`."""
        found: dict[str, Any] = json.loads(self._open(sealed, _place("mail", mail_id)))
        return found

    def _open(self, sealed: bytes, place: bytes) -> bytes:
        try:
            return self._box.decrypt(sealed, place)
        except CryptoError:
            raise VaultError("what is sealed does not open with this key at this place") from None


def _owner(vote_uuid: str, person_id: str) -> bytes:
    return f"{vote_uuid}|{person_id}".encode()


def _place(*parts: str) -> bytes:
    return "|".join(("*", *parts)).encode()
