"""What a witness decides (C2SP tlog-witness, add-checkpoint): it cosigns a log's checkpoint if the log only grew.

A log asks with the size of the checkpoint that the witness cosigned last, a proof that the new one begins with it, and
the new one, signed by the log::

    old size
    Base64 of a hash           the consistency proof: at most 63 of these
                               an empty line
    the checkpoint

Of each log the witness remembers the checkpoint that it cosigned last, and nothing else. That this is on disk before
the answer goes out, and that nobody decides on it meanwhile, is the caller's part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from egov_crypto import note
from egov_crypto.checkpoint import Checkpoint, parse_number
from egov_crypto.cosignature import WitnessKey, WitnessSigningKey, time_of
from egov_crypto.errors import CryptoError, UsageError, VerificationError
from egov_crypto.merkle import EMPTY_ROOT, HASH_SIZE, MAX_PROOF, verify_consistency
from egov_crypto.note import Note, Signature, VerifierKey

MAX_REQUEST: Final = 1 << 17
"""Bytes: a checkpoint that 100 others have cosigned takes a seventh of it."""

Logs = Mapping[str, Sequence[VerifierKey]]
"""The logs that are witnessed, by origin: the keys that each may sign with."""


class Refused(CryptoError):
    """The witness does not cosign. ``status`` is what HTTP answers; ``code`` names the reason in records."""

    status: ClassVar[int]
    code: ClassVar[str]


class Malformed(Refused):
    """The request is not written the way the specification says, or its old size is beyond the new."""

    status = 400
    code = "malformed"


class NotSigned(Refused):
    """No key of the log has signed the checkpoint, or a signature of one does not hold."""

    status = 403
    code = "signature"


class UnknownLog(Refused):
    """The witness was not told to witness a log with this origin."""

    status = 404
    code = "origin"


class Conflict(Refused):
    """Another checkpoint than that of the old size was cosigned last: one of ``size`` entries, 0 if none ever was."""

    status = 409
    code = "conflict"

    def __init__(self, size: int, message: str = "") -> None:
        self.size = size
        super().__init__(message or f"the checkpoint that was cosigned last is of {size} entries")


class Fork(Conflict):
    """The log has signed two root hashes of one size. This checkpoint and the remembered one prove it to everybody."""

    code = "fork"

    def __init__(self, size: int) -> None:
        super().__init__(size, f"the log has signed two root hashes of {size} entries")


class NotConsistent(Refused):
    """It is not proved that the log only grew."""

    status = 422
    code = "proof"


@dataclass(frozen=True, slots=True)
class Request:
    """A log's request. ``note`` is its checkpoint, signed: nothing says yet that the signatures hold."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """Raises :class:`VerificationError` (``checkpoint.format``) if the note is none."""
        return Checkpoint.parse(self.note.text)

    @property
    def raw(self) -> bytes:
        hashes = "".join(f"{note.to_base64(hash_)}\n" for hash_ in self.proof)
        return f"old {self.old}\n{hashes}\n".encode() + self.note.raw

    @classmethod
    def parse(cls, raw: bytes) -> "Request":
        """The reverse of :attr:`raw`, of a note that is a checkpoint. Raises :class:`Malformed`."""
        try:
            if len(raw) > MAX_REQUEST:
                raise ValueError(f"more than {MAX_REQUEST} bytes")
            head, empty, signed = raw.partition(b"\n\n")
            old, *hashes = head.decode("ascii").split("\n")
            if not empty or not old.startswith("old "):
                raise ValueError("not an old size, a proof, an empty line and a checkpoint")
            if len(hashes) > MAX_PROOF:
                raise ValueError(f"more than {MAX_PROOF} hashes")
            size = parse_number(old.removeprefix("old "))
            proof = tuple(note.from_base64(line, HASH_SIZE) for line in hashes)
            request = cls(size, proof, Note.parse(signed))
            Checkpoint.parse(request.note.text)
        except (ValueError, VerificationError) as error:
            raise Malformed(str(error)) from None
        return request


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a witness remembers of a log: the checkpoint that it cosigned last, and when (POSIX seconds).

    ``note`` has the log's signatures that were verified, and the witness's own, which is the last.
    """

    checkpoint: Checkpoint
    time: int
    note: Note

    @property
    def cosignature(self) -> Signature:
        return self.note.signatures[-1]

    @classmethod
    def parse(cls, raw: bytes, key: WitnessKey) -> "Cosigned":
        """What was kept as ``note.raw``. Raises :class:`VerificationError` if the witness did not sign it last."""
        kept = Note.parse(raw)
        last = replace(kept, signatures=kept.signatures[-1:])
        note.verify(last, [key])
        return cls(Checkpoint.parse(kept.text), time_of(last.signatures[0].raw), kept)


def decide(key: WitnessSigningKey, logs: Logs, last: Cosigned | None, request: Request, now: int) -> Cosigned:
    """What to remember from now on, with the cosignature that answers the request.

    ``last`` is what was remembered of this log, None if it never was cosigned; ``now`` is in POSIX seconds. No
    cosignature says an earlier time than the one before: if the clock was put back, it says the same. The checkpoint
    that was cosigned last is cosigned anew.

    Raises :class:`Refused`, in the order of the specification where several reasons hold.
    """
    checkpoint = request.checkpoint
    if checkpoint.origin not in logs:
        raise UnknownLog("this log is not witnessed here")
    try:
        signatures = dict(note.verify(request.note, logs[checkpoint.origin]))  # one of each key
    except VerificationError as error:
        raise NotSigned(str(error)) from None
    known = last.checkpoint if last else Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
    if request.old > checkpoint.size:
        raise Malformed(f"the old size, {request.old}, is beyond the new one, {checkpoint.size}")
    if checkpoint.size == known.size and checkpoint.root != known.root:
        raise Fork(known.size)
    if request.old != known.size:
        raise Conflict(known.size)
    try:
        verify_consistency(known.size, known.root, checkpoint.size, checkpoint.root, request.proof)
    except VerificationError as error:
        raise NotConsistent(str(error)) from None
    time = max(now, last.time if last else 0)
    return Cosigned(checkpoint, time, Note(request.note.text, (*signatures.values(), checkpoint.cosign(key, time))))


def parse_logs(lines: Iterable[str]) -> dict[str, list[VerifierKey]]:
    """The logs that lines of ``KEY`` or ``KEY ORIGIN`` tell, the origin being the key's name unless given.

    A log that changes its key has two lines for a while. Empty lines, and those that start with #, are passed over.
    Raises :class:`UsageError`.
    """
    logs: dict[str, list[VerifierKey]] = {}
    for line in lines:
        text, _, origin = line.strip().partition(" ")
        if not text or text.startswith("#"):
            continue
        key = VerifierKey.parse(text)
        keys = logs.setdefault(origin.strip() or key.name, [])
        if any((key.name, key.key_id) == (other.name, other.key_id) for other in keys):
            raise UsageError(f"the key of {key.name} is given twice")
        keys.append(key)
    return logs
