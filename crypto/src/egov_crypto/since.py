"""Whether an archive only grew since somebody kept it: the file itself, or no more than its head.

A file is compared byte for byte: nothing that was published may be taken out, replaced or moved. A head pins all events
up to its own, since each names the hash of the one before; it does not pin the timestamp that every member repeats.
Both archives are read in pieces, and nothing is held but a head. That the newer archive is one at all, and that what it
holds is right, is verified afterwards by :mod:`egov_crypto.verify`; only both together prove growth.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from egov_crypto import archive
from egov_crypto.archive import BLOCK, Member
from egov_crypto.errors import ArchiveError, CryptoError, UsageError, VerificationError
from egov_crypto.verify import Progress
from egov_crypto.wire import SMALL

PIECE: Final = 1 << 20
"""Bytes that are compared at a time."""
MAX_KEPT: Final = 1 << 26
"""Bytes that a file with heads may have."""

_HASH: Final = re.compile("[0-9a-f]{64}")
_HEAD: Final = re.compile(r"(0|[1-9][0-9]{0,9}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Kept:
    """Heads that somebody kept, by height, and the fingerprint of their election if it was kept too."""

    heads: dict[int, str]
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Grown:
    """What held: the last whole event that was there before, and how many bytes were compared (0 with a head alone)."""

    height: int
    hash: str
    size: int
    whole: bool
    """False if the kept file ends in the middle of an event, as a download does that broke off."""


def is_head(text: str) -> bool:
    """Whether it is a head, ``HEIGHT:HASH``, rather than a file's name."""
    return _HEAD.fullmatch("".join(text.split())) is not None


def parse_head(text: str) -> Kept:
    """``HEIGHT:HASH``, or JSON in which heads stand: of ``egov-verify vote --json``, of a vote's data, of its list of
    heads. Raises :class:`UsageError`."""
    written = "".join(text.split())
    if match := _HEAD.fullmatch(written):
        return Kept({int(match[1]): match[2]})
    try:
        value = json.loads(text)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        return _from_json(value)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError("what was kept is neither HEIGHT:HASH nor JSON with a vote's head") from None


def _from_json(value: dict[str, Any]) -> Kept:
    listed = value["heads"] if "heads" in value else [value.get("head", value)]
    heads: dict[int, str] = {}
    for head in listed:
        height, hash_ = head["height"], head["hash"]
        if type(height) is not int or not 0 <= height <= SMALL or not _HASH.fullmatch(hash_):
            raise ValueError("not a head")
        if heads.setdefault(height, hash_) != hash_:
            raise ValueError("two heads of one height")
    if not heads:
        raise ValueError("no head")
    fingerprint = value.get("subject", value).get("fingerprint")
    if fingerprint is not None and not isinstance(fingerprint, str):
        raise ValueError("not a fingerprint")
    return Kept(heads, fingerprint)


def check_heads(kept: Kept, new: BinaryIO, progress: Progress) -> Grown:
    """Check that ``new`` (an archive, at its start) has each kept head at its height.

    Raises :class:`VerificationError` (``since.*``, and what is wrong with the archive itself up to there).
    """
    last, size = max(kept.heads), _size(new)
    height = -1
    data: list[str] = []
    for member in archive.members(new, archive.read_timestamp(new), size):
        progress("since", member.offset, size)
        if member.kind == "data":
            data = [*data[-3:], member.hash]
            continue
        height += 1
        if height == 0 and kept.fingerprint and kept.fingerprint not in map(_as_fingerprint, data):
            raise VerificationError("since.election", f"what was kept is of {kept.fingerprint}", 0)
        data, expected = [], kept.heads.get(height)
        if expected is not None and expected != member.hash:
            if height == 0:
                raise VerificationError("since.election", "the hash of its first event is another", 0)
            detail = f"the hash there was {expected}, and is {member.hash}"
            raise VerificationError("since.differs", detail, height)
        if height == last:
            return Grown(last, kept.heads[last], 0, whole=True)
    if data:
        raise VerificationError("archive.truncated", "data without an event", height + 1)
    raise VerificationError("since.shorter", f"it ends after height {height}; height {last} was there", height + 1)


def check_grown(old: BinaryIO, new: BinaryIO, progress: Progress) -> Grown:
    """Check that ``new`` begins with all the bytes of ``old`` (archives, at their starts).

    Raises :class:`VerificationError` (``since.*``) if it does not, or if ``new`` ends in the middle of a file, and
    :class:`ArchiveError` if ``old`` itself is no archive, or is damaged where the two part: then nothing is proved.
    """
    try:
        archive.read_timestamp(old)
    except ArchiveError as error:
        raise ArchiveError(f"what was kept is no archive: {error}") from None
    archive.read_timestamp(new)
    common = _common(old, new, progress)
    old_size, new_size = _size(old), _size(new)
    if common == old_size:
        return _grown(old, old_size)
    before = _event_before(old, common)
    if common == new_size:
        _refuse_cut(new, before)
        detail = (
            f"it ends at byte {new_size}, after height {before}; what was kept has {old_size - new_size} bytes more"
        )
        raise VerificationError("since.shorter", detail, before + 1)
    if before == -1 and _first_event(old) != _first_event(new):
        raise VerificationError("since.election", f"they part at byte {common}", 0)
    raise VerificationError("since.differs", f"they part at byte {common}", before + 1)


def _as_fingerprint(hash_: str) -> str:
    """The hash of an election's JSON as fingerprints write it."""
    return base64.b64encode(bytes.fromhex(hash_)).decode().rstrip("=")


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _common(old: BinaryIO, new: BinaryIO, progress: Progress, piece: int = PIECE) -> int:
    """How many bytes the two begin with alike."""
    total = _size(old)
    new.seek(0)
    done = 0
    while True:
        progress("since", done, total)
        one, other = old.read(piece), new.read(piece)
        if one != other or not one:
            return done + _common_of(one, other)
        done += len(one)


def _common_of(one: bytes, other: bytes) -> int:
    length = min(len(one), len(other))
    first, last = 0, length
    while first < last:  # the first `first` bytes are alike; the first `last + 1` are not, or are all there are
        middle = (first + last + 1) // 2
        if one[:middle] == other[:middle]:
            first = middle
        else:
            last = middle - 1
    return first


def _members(file: BinaryIO) -> Iterator[Member]:
    file.seek(0)
    return archive.members(file, archive.read_timestamp(file))


def _grown(old: BinaryIO, size: int) -> Grown:
    """The last whole event of the file that was kept."""
    height, hash_, end = -1, "", 0
    try:
        for member in _members(old):
            if member.kind == "event":
                height, hash_, end = height + 1, member.hash, member.offset + -(-member.size // BLOCK) * BLOCK
    except VerificationError as error:
        # Anything but a cut is a fault of the newer archive too, which begins with the same bytes: verifying it tells.
        if error.code != "archive.truncated":
            return Grown(height, hash_, size, whole=False)
    if height == -1:
        raise ArchiveError("what was kept ends within its set-up, and tells nothing")
    return Grown(height, hash_, size, whole=end == size)


def _event_before(old: BinaryIO, offset: int) -> int:
    """The height of the last event that ends at ``offset`` or before in the file that was kept; -1 if none does."""
    height = -1
    try:
        for member in _members(old):
            if member.offset + -(-member.size // BLOCK) * BLOCK > offset:
                return height
            height += member.kind == "event"
    except VerificationError as error:
        if error.code != "archive.truncated":
            raise ArchiveError(f"what was kept is damaged itself, and proves nothing: {error}") from None
    return height


def _refuse_cut(new: BinaryIO, height: int) -> None:
    """Raise :class:`VerificationError` (``archive.truncated``) if it ends within an event: a download may have broken
    off, and then nobody took anything out."""
    kind = "event"
    for member in _members(new):
        kind = member.kind
    if kind != "event":
        raise VerificationError("archive.truncated", "data without an event", height + 1)


def _first_event(file: BinaryIO) -> str | None:
    """The hash of an archive's first event, whatever else is wrong with it."""
    try:
        return next((member.hash for member in _members(file) if member.kind == "event"), None)
    except CryptoError:
        return None
