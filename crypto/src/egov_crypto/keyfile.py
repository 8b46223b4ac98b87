"""Trustees' key files: a private key sealed with a generated passphrase, in one format for browser and command line.

A file is one line of compact JSON, hexadecimal where bytes are written::

    {"type":"egov-trustee-key","version":1,"election":"<uuid, or empty>","public_key":"<64 hex digits>",
     "kdf":{...},"cipher":{...}}

``kdf`` and ``cipher`` are those of :mod:`egov_crypto.sealing`; what is sealed is the private key in decimal; the
additional data is the compact JSON of ``[type, version, election, public_key]``, so that none of them can be exchanged.

The passphrase is six proquints (arXiv:0901.4016): each writes 16 random bits as five letters that alternate between
consonants and vowels, 96 bits together, without a list of words.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Final

from egov_crypto import wire
from egov_crypto.errors import UsageError
from egov_crypto.group import Point, base, parse_scalar
from egov_crypto.sealing import Sealed

TYPE: Final = "egov-trustee-key"
VERSION: Final = 1
WORDS: Final = 6

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
    sealed = Sealed.make(wire.dump(str(private_key)), _additional(uuid, public_key), passphrase)
    head = {"type": TYPE, "version": VERSION, "election": uuid, "public_key": public_key}
    raw = wire.dump({**head, **sealed.to_json()})
    if KeyFile.parse(raw).open(passphrase) != private_key:
        raise AssertionError("a key file that was just made does not open")
    return raw


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file as it lies there; what it says is true only once it has been opened."""

    election: str
    public_key: Point
    sealed: Sealed

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
            sealed = Sealed.from_json(members["kdf"], members["cipher"])
            return cls(wire.string(members["election"]), Point.parse(members["public_key"]), sealed)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"this key file cannot be read: {error}") from None

    def open(self, passphrase: str) -> int:
        """The private key.

        Raises :class:`UsageError` if the passphrase is wrong or the file was changed: one cannot tell which.
        """
        private_key = parse_private_key(self.sealed.open(_additional(self.election, self.public_key.text), passphrase))
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
