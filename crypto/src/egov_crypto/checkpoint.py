"""Checkpoints (C2SP tlog-checkpoint): how large a log is, and the root hash of its tree, as a signed note.

    origin                     the log's name, which is also that of the key that signs: its address without https://
    size                       entries, in decimal
    Base64 of the root hash

Further lines, which the format allows, are refused: nobody could audit them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from egov_crypto import note
from egov_crypto.cosignature import WitnessKey, WitnessSigningKey, time_of
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.merkle import EMPTY_ROOT, HASH_SIZE, MAX_TREE
from egov_crypto.note import Note, Signature, SigningKey, VerifierKey

_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's state: its origin, the entries that it has, and its root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{note.to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The reverse of :attr:`text`. Raises :class:`VerificationError` (``checkpoint.format``)."""
        try:
            lines = text.split("\n")  # the last of which is what follows the last newline: nothing
            if len(lines) != 4 or lines[3] or not lines[0]:
                raise ValueError("not three lines: origin, size, root hash")
            made = cls(lines[0], parse_number(lines[1]), note.from_base64(lines[2], HASH_SIZE))
            if made.size == 0 and made.root != EMPTY_ROOT:
                raise ValueError("it has no entries, and not the root hash of an empty tree")
        except ValueError as error:
            raise VerificationError("checkpoint.format", str(error)) from None
        return made

    def sign(self, key: SigningKey, *signatures: Signature) -> Note:
        """The note that is this checkpoint, signed by the log, with further signatures (cosignatures) after its own.

        That it only grew since the last one signed, the caller has made sure of. Raises :class:`UsageError` if the key
        does not bear the log's name, and on what is no checkpoint.
        """
        if key.name != self.origin:
            raise UsageError(f"the key of {key.name} does not sign for {self.origin}")
        try:
            Checkpoint.parse(self.text)
        except VerificationError as error:
            raise UsageError(str(error)) from None
        return Note(self.text, (key.sign(self.text), *signatures))

    def cosign(self, key: WitnessSigningKey, time: int) -> Signature:
        """A witness's line under this checkpoint; ``time`` in POSIX seconds. See :meth:`WitnessSigningKey.cosign`."""
        return key.cosign(self.text, time)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's cosignature that holds: when it saw that the log only grew (POSIX seconds)."""

    key: WitnessKey
    time: int


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose signatures hold. ``cosignatures`` has one for each witness that was asked about and signed."""

    checkpoint: Checkpoint
    note: Note
    cosignatures: tuple[Cosignature, ...]


def verify(
    raw: bytes,
    key: VerifierKey,
    *,
    origin: str | None = None,
    witnesses: Sequence[WitnessKey] = (),
    quorum: int = 0,
) -> SignedCheckpoint:
    """The checkpoint that ``raw`` is, signed by the log's key and cosigned by ``quorum`` of the witnesses.

    ``origin`` is the log's name where it is not its key's. Raises :class:`VerificationError` (``note.*``,
    ``checkpoint.*``); :class:`UsageError` if the witnesses cannot make up the quorum, each with a key of its own.
    """
    _check_witnesses(key, witnesses, quorum)
    signed = Note.parse(raw)
    times: dict[VerifierKey, int] = {}
    for signer, signature in note.verify(signed, [key, *witnesses]):
        time = time_of(signature.raw) if isinstance(signer, WitnessKey) else 0
        times[signer] = max(time, times.get(signer, 0))
    if key not in times:
        raise VerificationError("note.unsigned", key.name)
    checkpoint = Checkpoint.parse(signed.text)
    if checkpoint.origin != (key.name if origin is None else origin):
        raise VerificationError("checkpoint.origin", checkpoint.origin)
    cosignatures = tuple(Cosignature(witness, times[witness]) for witness in witnesses if witness in times)
    if len(cosignatures) < quorum:
        raise VerificationError("checkpoint.quorum", f"{len(cosignatures)} of {quorum}")
    return SignedCheckpoint(checkpoint, signed, cosignatures)


def parse_number(text: str) -> int:
    """A size or an index: decimal, without sign or leading zeros, below 2^63. Raises :class:`ValueError`."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_TREE:
        raise ValueError("not a canonical decimal number below 2^63")
    return int(text)


def _check_witnesses(key: VerifierKey, witnesses: Sequence[WitnessKey], quorum: int) -> None:
    """What a witness signs does not hold its name: one key under two names would count as two witnesses."""
    if isinstance(key, WitnessKey):
        raise UsageError(f"the key of {key.name} is a witness's, not a log's")
    if len({key.public, *(witness.public for witness in witnesses)}) <= len(witnesses):
        raise UsageError("two witnesses, or a witness and the log, have the same key")
    if not 0 <= quorum <= len(witnesses):
        raise UsageError(f"{quorum} of {len(witnesses)} witnesses cannot be asked for")
