"""The append-only election archive, its events and their grammar (specification section 4.4).

The file is an old-style tar of 512-byte blocks that only ever grows: no end blocks, no ``ustar`` magic, every header
field fixed but name, size and checksum. The first member, ``BELENIOS``, holds the version and a timestamp that every
later member repeats, so that a ballot's time is not in it. Data members come before the event that refers to them.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final, Literal

from egov_crypto import wire
from egov_crypto.errors import ArchiveError, VerificationError

BLOCK: Final = 512
MAX_TIMESTAMP: Final = 8**11 - 1
MAX_EVENT: Final = 1024
"""Bytes that an event may have; real ones have under 300."""

_HEADER_NAME: Final = "BELENIOS"
_WEB_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_OCTAL: Final = re.compile(rb"[0-7]{11}")
_SUFFIXES: Final[dict[Literal["data", "event"], str]] = {"data": ".data.json", "event": ".event.json"}


class EventType(StrEnum):
    SETUP = "Setup"
    BALLOT = "Ballot"
    END_BALLOTS = "EndBallots"
    ENCRYPTED_TALLY = "EncryptedTally"
    SHUFFLE = "Shuffle"
    END_SHUFFLES = "EndShuffles"
    PARTIAL_DECRYPTION = "PartialDecryption"
    RESULT = "Result"


FOLLOWS: Final[dict[EventType | None, frozenset[EventType]]] = {
    None: frozenset({EventType.SETUP}),
    EventType.SETUP: frozenset({EventType.BALLOT, EventType.END_BALLOTS}),
    EventType.BALLOT: frozenset({EventType.BALLOT, EventType.END_BALLOTS}),
    EventType.END_BALLOTS: frozenset({EventType.ENCRYPTED_TALLY}),
    EventType.ENCRYPTED_TALLY: frozenset({EventType.SHUFFLE, EventType.PARTIAL_DECRYPTION}),
    EventType.SHUFFLE: frozenset({EventType.SHUFFLE, EventType.END_SHUFFLES}),
    EventType.END_SHUFFLES: frozenset({EventType.PARTIAL_DECRYPTION}),
    EventType.PARTIAL_DECRYPTION: frozenset({EventType.PARTIAL_DECRYPTION, EventType.RESULT}),
    EventType.RESULT: frozenset(),
}
"""The grammar: which event may follow which. (That each trustee shuffles and decrypts once at most, and enough before
the result, is checked where the trustees are known.)"""


def follows(last: EventType | None, *, shuffled: bool) -> frozenset[EventType]:
    """What may follow ``last`` in an election that has, or has not, votes to be shuffled."""
    if last is not EventType.ENCRYPTED_TALLY:
        return FOLLOWS[last]
    return frozenset({EventType.SHUFFLE if shuffled else EventType.PARTIAL_DECRYPTION})


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``parent`` and ``payload`` are hexadecimal SHA-256, None where there is none."""

    parent: str | None
    height: int
    type: EventType
    payload: str | None

    def to_json(self) -> bytes:
        parent = {} if self.parent is None else {"parent": self.parent}
        payload = {} if self.payload is None else {"payload": self.payload}
        return wire.dump({**parent, "height": self.height, "type": self.type.value, **payload})

    @classmethod
    def parse(cls, raw: bytes) -> "Event":
        """Raises :class:`VerificationError` (``event.format``)."""
        try:
            value = wire.fields(wire.load(raw), "parent", "height", "type", "payload", optional=("parent", "payload"))
            parent, payload = value.get("parent"), value.get("payload")
            if any(hash_ is not None and not _is_hash(hash_) for hash_ in (parent, payload)):
                raise ValueError("not a hexadecimal SHA-256")
            if None in value.values():
                raise ValueError("null is not a hash")
            return cls(parent, wire.integer(value["height"]), EventType(wire.string(value["type"])), payload)
        except ValueError as error:
            raise VerificationError("event.format", str(error)) from None


@dataclass(frozen=True, slots=True)
class Head:
    """Where an archive stands: its timestamp, and height and hash of its last event."""

    timestamp: int
    height: int
    hash: str


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive, its contents not yet read: ``size`` bytes from ``offset`` on."""

    kind: Literal["data", "event"]
    hash: str
    offset: int
    size: int


def start(timestamp: int, election: bytes, trustees: bytes, credentials: bytes) -> tuple[Head, bytes]:
    """The first bytes of an archive, up to its Setup event, and its head.

    ``timestamp`` is in seconds since 1970; the others are the published JSON of each.
    """
    if not 0 <= timestamp <= MAX_TIMESTAMP:
        raise ValueError("the timestamp does not fit the format")
    header = wire.dump({"version": 1, "timestamp": str(timestamp)})
    setup = wire.dump(
        {
            "election": wire.digest(election),
            "trustees": wire.digest(trustees),
            "credentials": wire.digest(credentials),
        }
    )
    blob = _member(_HEADER_NAME, header, timestamp)
    head, events = append(Head(timestamp, -1, ""), EventType.SETUP, election, trustees, credentials, setup)
    return head, blob + events


def append(head: Head, event_type: EventType, *data: bytes) -> tuple[Head, bytes]:
    """The bytes that an event with its ``data`` (the last of which is its payload) appends, and the new head.

    Nothing is checked but the chain itself: what may follow, :func:`follows` says and the caller enforces.
    """
    event = Event(head.hash or None, head.height + 1, event_type, wire.digest(data[-1]) if data else None).to_json()
    members = [_member(wire.digest(content) + _SUFFIXES["data"], content, head.timestamp) for content in data]
    members.append(_member(wire.digest(event) + _SUFFIXES["event"], event, head.timestamp))
    return Head(head.timestamp, head.height + 1, wire.digest(event)), b"".join(members)


def read_timestamp(file: BinaryIO) -> int:
    """The timestamp of the archive that ``file`` (at its start) holds; leaves it after the ``BELENIOS`` member.

    Raises :class:`ArchiveError` if the file is not an archive.
    """
    block = file.read(2 * BLOCK)
    size_text = block[124:135]
    if _WEB_PAGE.match(block):
        raise ArchiveError("this is a web page, not an election archive: give a vote's address")
    if len(block) != 2 * BLOCK or block[: len(_HEADER_NAME) + 1] != f"{_HEADER_NAME}\0".encode():
        raise ArchiveError("this is not an election archive: it does not start with BELENIOS")
    try:
        content = block[BLOCK : BLOCK + int(size_text, 8)]
        value = wire.fields(wire.load(content), "version", "timestamp")
        if wire.integer(value["version"]) != 1:
            raise ArchiveError(f"version {value['version']!r} of the archive format is not supported")
        timestamp = int(wire.string(value["timestamp"]))
        if not 0 <= timestamp <= MAX_TIMESTAMP or str(timestamp) != value["timestamp"]:
            raise ValueError("the timestamp is not a canonical number")
    except ValueError as error:
        raise ArchiveError(f"the archive's header is malformed: {error}") from None
    if block != _member(_HEADER_NAME, content, timestamp):
        raise ArchiveError("the archive's header is malformed")
    return timestamp


def members(file: BinaryIO, timestamp: int, end: int | None = None) -> Iterator[Member]:
    """The members from where ``file`` stands, each one's header, padding and hash checked.

    Contents are not kept: read them with :func:`content`. ``end`` leaves out what is appended beyond it meanwhile.
    Raises :class:`VerificationError` (``archive.*``).
    """
    offset = file.tell()
    while end is None or offset < end:
        file.seek(offset)
        block = file.read(BLOCK)
        if not block:
            return
        if len(block) != BLOCK:
            raise VerificationError("archive.truncated", f"byte {offset}")
        kind, hash_, size = _read_header(block, timestamp, offset)
        _check_contents(file, hash_, size, offset + BLOCK)
        yield Member(kind, hash_, offset + BLOCK, size)
        offset += BLOCK + _padded(size)


def setup_end(file: BinaryIO) -> int | None:
    """Where the set-up ends in the archive that ``file`` (at its start) holds, and which is an archive of its own;
    None if ``file`` ends before. Raises :class:`ArchiveError` and :class:`VerificationError` (``archive.*``)."""
    timestamp = read_timestamp(file)
    try:
        for member in members(file, timestamp):
            if member.kind == "event":
                return member.offset + _padded(member.size)
    except VerificationError as error:
        if error.code != "archive.truncated":
            raise
    return None


def content(file: BinaryIO, member: Member) -> bytes:
    """The contents of a member."""
    file.seek(member.offset)
    return file.read(member.size)


def _read_header(block: bytes, timestamp: int, offset: int) -> tuple[Literal["data", "event"], str, int]:
    name = block[:100].rstrip(b"\0").decode("ascii", "replace")
    kind: Literal["data", "event"] = "event" if name.endswith(_SUFFIXES["event"]) else "data"
    hash_ = name.removesuffix(_SUFFIXES[kind])
    if hash_ == name or not _is_hash(hash_):
        raise VerificationError("archive.member", f"byte {offset}: its name is neither data's nor an event's")
    if not _OCTAL.fullmatch(block[124:135]):
        raise VerificationError("archive.member", f"byte {offset}: its size is not a number")
    size = int(block[124:135], 8)
    # One comparison instead of a check per field: the block must be the one that we would write.
    if block != _header_block(name, size, timestamp):
        raise VerificationError("archive.member", f"byte {offset}: its header is not the one the format fixes")
    return kind, hash_, size


def _check_contents(file: BinaryIO, hash_: str, size: int, offset: int) -> None:
    digest, left = hashlib.sha256(), size
    while left:
        chunk = file.read(min(left, 1 << 20))
        if not chunk:
            raise VerificationError("archive.truncated", f"byte {offset}")
        digest.update(chunk)
        left -= len(chunk)
    padding = file.read(_padded(size) - size)
    if len(padding) != _padded(size) - size:
        raise VerificationError("archive.truncated", f"byte {offset}")
    if padding.strip(b"\0"):
        raise VerificationError("archive.member", f"byte {offset}: its padding is not empty")
    if digest.hexdigest() != hash_:
        raise VerificationError("archive.hash", f"byte {offset}")


def _is_hash(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _header_block(name: str, size: int, timestamp: int) -> bytes:
    fields = name.encode().ljust(100, b"\0") + b"0000644\x000000000\x000000000\0"
    fields += f"{size:011o}\0{timestamp:011o}\0".encode()
    checksum = sum(fields) + 8 * ord(" ") + ord("0")
    return (fields + f"{checksum:06o}\0 0".encode()).ljust(BLOCK, b"\0")


def _member(name: str, contents: bytes, timestamp: int) -> bytes:
    return _header_block(name, len(contents), timestamp) + contents.ljust(_padded(len(contents)), b"\0")
