"""Receipts: a server's signed word that a ballot stands at a height of the archive.

A receipt is compact JSON with these keys in this order::

    {"type":"egov-receipt/v1","vote":uuid,"election":"φ","tracker":"…","height":n,"head":"<hex>","time":"YYYY-MM-DD",
     "signature":"<unpadded Base64 of 64 bytes>"}

The signature is Ed25519 over the UTF-8 bytes of the same JSON without its last member. ``head`` is the hash of the
ballot's own event, so the receipt pins all that came before. With an archive that lacks the ballot there, a receipt
proves that the ballot was dropped, or what came before it changed.
"""

import base64
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Final

from egov_crypto import archive, wire
from egov_crypto.archive import Event, EventType
from egov_crypto.election import is_uuid
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import verify_signature
from egov_crypto.verify import Verified

TYPE: Final = "egov-receipt/v1"
MAX_SIZE: Final = 2048
"""Bytes that a receipt may have; real ones have under 450."""
_HASH: Final = re.compile("[0-9a-f]{64}")
_FIELDS: Final = ("type", "vote", "election", "tracker", "height", "head", "time", "signature")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says, whose signature holds."""

    vote: str
    election: str
    tracker: str
    height: int
    head: str
    day: date


def parse_key(text: str) -> bytes:
    """The 32 bytes of a public key in unpadded Base64, as pages print it: blanks in it make no difference.

    Raises :class:`UsageError`.
    """
    try:
        return _bytes("".join(text.split()), 32)
    except ValueError:
        raise UsageError(f"{text!r} is not a receipts' public key, 43 characters of Base64") from None


def parse_and_verify(raw: bytes, key: bytes) -> Receipt:
    """The receipt that ``raw`` is. Raises :class:`VerificationError` (``receipt.format``, ``receipt.signature``)."""
    try:
        value, signature = _parse(raw)
    except ValueError as error:
        raise VerificationError("receipt.format", str(error)) from None
    try:
        verify_signature(key, wire.dump({name: value[name] for name in _FIELDS[:-1]}), signature)
    except ValueError:
        raise VerificationError("receipt.signature") from None
    day = date.fromisoformat(value["time"])
    return Receipt(value["vote"], value["election"], value["tracker"], value["height"], value["head"], day)


def _parse(raw: bytes) -> tuple[dict[str, Any], bytes]:
    if len(raw) > MAX_SIZE:
        raise ValueError(f"more than {MAX_SIZE} bytes")
    value = wire.fields(wire.load(raw), *_FIELDS)
    if value["type"] != TYPE:
        raise ValueError(f"its type is not {TYPE}")
    if not is_uuid(wire.string(value["vote"])):
        raise ValueError("its vote is not an election's identifier")
    for name in ("election", "tracker"):
        _bytes(wire.string(value[name]), 32)
    if wire.integer(value["height"]) == 0:
        raise ValueError("no ballot has height 0")
    if not _HASH.fullmatch(wire.string(value["head"])):
        raise ValueError("its head is not a hexadecimal SHA-256")
    if date.fromisoformat(wire.string(value["time"])).isoformat() != value["time"]:
        raise ValueError("its time is not a day")
    return value, _bytes(wire.string(value["signature"]), 64)


def _bytes(text: str, size: int) -> bytes:
    """The ``size`` bytes that ``text`` writes in unpadded Base64, in its one spelling; raises :class:`ValueError`."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    if len(raw) != size or base64.b64encode(raw).decode().rstrip("=") != text:
        raise ValueError(f"not {size} bytes in unpadded Base64")
    return raw


def check_in_archive(receipt: Receipt, file: BinaryIO, verified: Verified) -> bool:
    """Check that the receipt's ballot stands where it says, in the archive that ``file`` holds and that was verified.

    Tells whether no later ballot has replaced it. Raises :class:`VerificationError` (``receipt.election``,
    ``receipt.missing``).
    """
    election = verified.election
    if (receipt.vote, receipt.election) != (election.uuid, election.fingerprint):
        raise VerificationError("receipt.election", f"the receipt says {receipt.vote}, {receipt.election}")
    found = _event_at(file, receipt.height)
    if found is None:
        head = verified.report.head
        where = f"the archive ends at height {head.height}" if head else "the archive is empty"
        detail = f"{where}; if it was saved before the ballot was cast, get it anew"
        raise VerificationError("receipt.missing", detail, receipt.height)
    event, hash_ = found
    if event.type is not EventType.BALLOT or event.payload != _bytes(receipt.tracker, 32).hex():
        there = "another ballot" if event.type is EventType.BALLOT else f"the event {event.type}"
        raise VerificationError("receipt.missing", f"{there} stands there", receipt.height)
    if hash_ != receipt.head:
        raise VerificationError("receipt.missing", "what stands before it was changed", receipt.height)
    return receipt.height in verified.credentials.last


def _event_at(file: BinaryIO, height: int) -> tuple[Event, str] | None:
    """The event at ``height`` of a verified archive, and its hash; None if the archive ends before."""
    file.seek(0)
    events = (member for member in archive.members(file, archive.read_timestamp(file)) if member.kind == "event")
    for number, member in enumerate(events):
        if number == height:
            return Event.parse(archive.content(file, member)), member.hash
    return None
