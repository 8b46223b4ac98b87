"""Voters' credentials (specification section 4.8).

The private credential is 22 random Base58 characters (128.9 bits), written ``XXXXX-XXXXXX-XXXXX-XXXXXX``; there is no
checksum. The public one is a point; the list of all, with weights, stands in the archive, sorted, so that their order
tells nothing about the people.
"""

import hashlib
import re
import secrets
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from egov_crypto import wire
from egov_crypto.errors import UnsupportedError, UsageError, VerificationError
from egov_crypto.group import Point, Q, base

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FORM: Final = re.compile(rf"[{ALPHABET}]{{5}}-[{ALPHABET}]{{6}}-[{ALPHABET}]{{5}}-[{ALPHABET}]{{6}}", re.ASCII)
_ENTRY: Final = re.compile(rb'"([0-9a-f]{64})(?:,([1-9][0-9]{0,77}))?"([,\]])')


def random_text(length: int) -> str:
    """``length`` uniform Base58 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def generate() -> str:
    """A fresh private credential."""
    return "-".join(random_text(length) for length in (5, 6, 5, 6))


def secret(uuid: str, credential: str) -> int:
    """The secret exponent that ``credential`` stands for in the election ``uuid``, in [1, Q).

    Raises :class:`UsageError` if the credential is not of the form ``XXXXX-XXXXXX-XXXXX-XXXXXX``. Dashes are hashed.
    """
    if not _FORM.fullmatch(credential):
        raise UsageError("a credential is 22 letters and digits, grouped XXXXX-XXXXXX-XXXXX-XXXXXX")
    halves = (hashlib.sha256(f"derive_credential|{uuid}|{i}|{credential}".encode()).hexdigest() for i in (0, 1))
    return int("".join(halves), 16) % Q


def public(uuid: str, credential: str) -> Point:
    """The public credential of a private one."""
    return base(secret(uuid, credential))


def list_to_json(entries: Iterable[tuple[Point, int]]) -> bytes:
    """The list of public credentials with their weights, sorted; weights are left out when every one is 1."""
    written = sorted((point.text, weight) for point, weight in entries)
    if all(weight == 1 for _, weight in written):
        return wire.dump([text for text, _ in written])
    return wire.dump([f"{text},{weight}" for text, weight in written])


class CredentialList:
    """The public credentials of an election with their weights, held so that a million of them take some 50 MB.

    Entries are numbered by their place among the sorted keys. Lists whose keys are not sorted (other software writes
    them so) are taken too.
    """

    def __init__(self, raw: bytes | memoryview) -> None:
        """Parse ``public_credentials`` as it stands in the archive.

        Raises :class:`VerificationError`: ``credentials.format`` (also for weight 0), ``credentials.point``,
        ``credentials.duplicate``; :class:`UnsupportedError` on a weight of 2^64 or more, which nobody could ever count.
        """
        # Sorted in 256 parts by the first byte, so that only a small part of the keys are Python objects at a time.
        parts = [bytearray() for _ in range(256)]
        for text, weight in _entries(raw):
            key = bytes.fromhex(text)
            try:
                Point.from_bytes(key[::-1])
            except ValueError as error:
                raise VerificationError("credentials.point", str(error)) from None
            if weight >= 2**64:
                raise UnsupportedError("weights of 2^64 and more are not supported")
            parts[key[0]] += key + weight.to_bytes(8, "big")
        self._keys = bytearray()
        self._weights = array("Q")
        for part in parts:
            for record in sorted(bytes(part[start : start + 40]) for start in range(0, len(part), 40)):
                if self._keys.endswith(record[:32]):
                    raise VerificationError("credentials.duplicate", record[:32].hex())
                self._keys += record[:32]
                self._weights.append(int.from_bytes(record[32:], "big"))
            part.clear()
        self.last = array("Q", bytes(8 * len(self)))
        """For each credential the height of its last ballot, 0 while there is none (height 0 is the Setup event's)."""

    def __len__(self) -> int:
        return len(self._weights)

    def __getitem__(self, index: int) -> bytes:
        return bytes(self._keys[32 * index : 32 * index + 32])

    def find(self, text: str) -> int | None:
        """The number of the credential that ``text`` writes (64 hex digits), None if it is not on the list."""
        key = bytes.fromhex(text)
        index = bisect_left(self, key)
        return index if index < len(self) and self[index] == key else None

    def weight(self, index: int) -> int:
        return self._weights[index]

    @property
    def total_weight(self) -> int:
        """The weight of all entries together: the bound of every result."""
        return sum(self._weights)


def _entries(raw: bytes | memoryview) -> Iterable[tuple[str, int]]:
    """(key, weight) of each entry, by a regular expression instead of a JSON parser: the list is never copied whole."""
    if raw == b"[]":
        return
    position, closing = 1, b"["
    if bytes(raw[:1]) != b"[":
        raise VerificationError("credentials.format", "not a list")
    weighted: bool | None = None
    while closing != b"]":
        match = _ENTRY.match(raw, position)
        if match is None:
            raise VerificationError("credentials.format", f"byte {position}")
        if weighted is not None and weighted != (match[2] is not None):
            raise VerificationError("credentials.format", "some entries have a weight and others have none")
        weighted = match[2] is not None
        yield match[1].decode(), int(match[2] or 1)
        closing, position = match[3], match.end()
    if position != len(raw):
        raise VerificationError("credentials.format", "something follows the list")
