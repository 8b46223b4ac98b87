"""Trustees' key files: a private key sealed with a generated passphrase, in one format for browser and command line.

A file is one line of compact JSON, hexadecimal where bytes are written::

    {"type":"egov-trustee-key","version":1,"election":"<uuid, or empty>","public_key":"<64 hex digits>",
     "kdf":{"name":"PBKDF2-HMAC-SHA-256","iterations":600000,"salt":"<16 bytes>"},
     "cipher":{"name":"AES-256-GCM","nonce":"<12 bytes>","sealed":"<ciphertext and 16 bytes of tag>"}}

The key of the cipher is PBKDF2 of the passphrase; what is sealed is the private key in decimal; the additional data
is the compact JSON of ``[type, version, election, public_key]``, so that none of them can be exchanged.

The passphrase is six proquints (arXiv:0901.4016): each writes 16 random bits as five letters that alternate between
consonants and vowels, 96 bits together, without a list of words.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.errors import UsageError
from egov_crypto.group import Point, base, parse_scalar

TYPE: Final = "egov-trustee-key"
VERSION: Final = 1
ITERATIONS: Final = 600_000
MAX_ITERATIONS: Final = 20_000_000
"""More than this would keep a reader busy for longer than anybody waits."""
WORDS: Final = 6

_KDF: Final = "PBKDF2-HMAC-SHA-256"
_CIPHER: Final = "AES-256-GCM"
_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"


def generate_passphrase() -> str:
    """Six fresh words of five letters, joined by dashes: 96 bits."""
    return "-".join(_proquint(secrets.randbits(16)) for _ in range(WORDS))


def _proquint(number: int) -> str:
    """The five letters that write 16 bits: four, two, four, two, four of them."""
    return (
        _CONSONANTS[number >> 12]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )


def seal(private_key: int, uuid: str, passphrase: str) -> bytes:
    """The key file of ``private_key`` for the election ``uuid`` (empty: for any), opened once more before it is given.

    Raises :class:`UsageError` if the package ``cryptography`` is not installed.
    """
    public_key = base(private_key).text
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    cipher = _cipher(_derive(passphrase, salt, ITERATIONS))
    sealed = cipher.encrypt(nonce, wire.dump(str(private_key)), _additional(uuid, public_key))
    raw = wire.dump(
        {
            "type": TYPE,
            "version": VERSION,
            "election": uuid,
            "public_key": public_key,
            "kdf": {"name": _KDF, "iterations": ITERATIONS, "salt": salt.hex()},
            "cipher": {"name": _CIPHER, "nonce": nonce.hex(), "sealed": sealed.hex()},
        }
    )
    if KeyFile.parse(raw).open(passphrase) != private_key:
        raise AssertionError("a key file that was just made does not open")
    return raw


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file as it lies there; what it says is true only once it has been opened."""

    election: str
    public_key: Point
    iterations: int
    salt: bytes
    nonce: bytes
    sealed: bytes

    @classmethod
    def parse(cls, raw: bytes) -> "KeyFile":
        """Raises :class:`UsageError` if ``raw`` is not a key file of this version."""
        try:
            value = json.loads(raw)
            if not isinstance(value, dict) or value.get("type") != TYPE:
                raise ValueError("it is not a trustee's key file")
            if value.get("version") != VERSION:
                raise ValueError(f"its version is {value.get('version')!r}, not {VERSION}")
            members = wire.fields(value, "type", "version", "election", "public_key", "kdf", "cipher")
            kdf = wire.fields(members["kdf"], "name", "iterations", "salt")
            cipher = wire.fields(members["cipher"], "name", "nonce", "sealed")
            if (kdf["name"], cipher["name"]) != (_KDF, _CIPHER):
                raise ValueError(f"it is not sealed with {_KDF} and {_CIPHER}")
            if not ITERATIONS <= wire.integer(kdf["iterations"]) <= MAX_ITERATIONS:
                raise ValueError(f"{kdf['iterations']} rounds are not between {ITERATIONS} and {MAX_ITERATIONS}")
            salt, nonce, sealed = (_bytes(text) for text in (kdf["salt"], cipher["nonce"], cipher["sealed"]))
            if len(salt) < 16 or len(nonce) != 12 or len(sealed) < 16:
                raise ValueError("salt, nonce or sealed key are cut")
            public_key = Point.parse(members["public_key"])
            return cls(wire.string(members["election"]), public_key, kdf["iterations"], salt, nonce, sealed)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"this key file cannot be read: {error}") from None

    def open(self, passphrase: str) -> int:
        """The private key.

        Raises :class:`UsageError` if the passphrase is wrong or the file was changed: one cannot tell which.
        """
        cipher = _cipher(_derive(passphrase, self.salt, self.iterations))
        from cryptography.exceptions import InvalidTag

        try:
            opened = cipher.decrypt(self.nonce, self.sealed, _additional(self.election, self.public_key.text))
        except InvalidTag:
            raise UsageError("the passphrase is wrong, or the key file was changed") from None
        private_key = parse_private_key(opened)
        if base(private_key) != self.public_key:
            raise UsageError("the key file holds another private key than it says")
        return private_key


def parse_private_key(raw: bytes) -> int:
    """A private key as the specification writes it: a decimal number, as a JSON string. Raises :class:`UsageError`."""
    try:
        private_key = parse_scalar(json.loads(raw))
    except (ValueError, RecursionError):
        private_key = 0
    if private_key == 0:
        raise UsageError("this is not a private key")
    return private_key


def _additional(uuid: str, public_key: str) -> bytes:
    return wire.dump([TYPE, VERSION, uuid, public_key])


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
