"""What trustees' key files are sealed with: a cipher whose key is derived from a passphrase.

AES-256-GCM with PBKDF2-HMAC-SHA-256, both of which browsers have too. As members of a file, hexadecimal where bytes are
written::

    "kdf":{"name":"PBKDF2-HMAC-SHA-256","iterations":600000,"salt":"<16 bytes>"},
    "cipher":{"name":"AES-256-GCM","nonce":"<12 bytes>","sealed":"<ciphertext and 16 bytes of tag>"}
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.errors import UsageError

ITERATIONS: Final = 600_000
MAX_ITERATIONS: Final = 20_000_000
"""More than this would keep a reader busy for longer than anybody waits."""

_KDF: Final = "PBKDF2-HMAC-SHA-256"
_CIPHER: Final = "AES-256-GCM"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something sealed, as it lies in a file."""

    iterations: int
    salt: bytes
    nonce: bytes
    content: bytes

    @classmethod
    def make(cls, content: bytes, additional: bytes, passphrase: str) -> "Sealed":
        """Seal ``content``; with other ``additional`` data it will not open.

        Raises :class:`UsageError` if the package ``cryptography`` is not installed.
        """
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        cipher = _cipher(_derive(passphrase, salt, ITERATIONS))
        return cls(ITERATIONS, salt, nonce, cipher.encrypt(nonce, content, additional))

    @classmethod
    def from_json(cls, kdf: Any, cipher: Any) -> "Sealed":
        """From the two members; ValueError if they are not of this form."""
        kdf = wire.fields(kdf, "name", "iterations", "salt")
        cipher = wire.fields(cipher, "name", "nonce", "sealed")
        if (kdf["name"], cipher["name"]) != (_KDF, _CIPHER):
            raise ValueError(f"it is not sealed with {_KDF} and {_CIPHER}")
        if not ITERATIONS <= wire.integer(kdf["iterations"]) <= MAX_ITERATIONS:
            raise ValueError(f"{kdf['iterations']} rounds are not between {ITERATIONS} and {MAX_ITERATIONS}")
        salt, nonce, content = (_bytes(text) for text in (kdf["salt"], cipher["nonce"], cipher["sealed"]))
        if len(salt) < 16 or len(nonce) != 12 or len(content) < 16:
            raise ValueError("salt, nonce or sealed key are cut")
        return cls(kdf["iterations"], salt, nonce, content)

    def to_json(self) -> dict[str, Any]:
        """The two members."""
        return {
            "kdf": {"name": _KDF, "iterations": self.iterations, "salt": self.salt.hex()},
            "cipher": {"name": _CIPHER, "nonce": self.nonce.hex(), "sealed": self.content.hex()},
        }

    def open(self, additional: bytes, passphrase: str) -> bytes:
        """What was sealed.

        Raises :class:`UsageError` if the passphrase is wrong or the file was changed: one cannot tell which.
        """
        cipher = _cipher(_derive(passphrase, self.salt, self.iterations))
        from cryptography.exceptions import InvalidTag

        try:
            opened: bytes = cipher.decrypt(self.nonce, self.content, additional)
        except InvalidTag:
            raise UsageError("the passphrase is wrong, or the key file was changed") from None
        return opened


def _derive(passphrase: str, salt: bytes, iterations: int) -> bytes:
    """Capitals, and what stands between the words, make no difference: people copy them by hand."""
    words = "-".join(passphrase.lower().replace("-", " ").split())
    return hashlib.pbkdf2_hmac("sha256", words.encode(), salt, iterations)


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise UsageError("key files need the package cryptography: pip install cryptography") from None
    return AESGCM(key)


def _bytes(text: Any) -> bytes:
    raw = bytes.fromhex(wire.string(text))
    if raw.hex() != text:
        raise ValueError("not lower-case hexadecimal digits")
    return raw
