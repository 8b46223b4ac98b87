"""Signed notes (C2SP signed-note): a text, and the signatures of one or more keys under it.

    text, one or more lines
                                        an empty line: the last one of the note
    — name base64(key id ‖ signature)   one or more of these

What a note says counts only once :func:`verify` has found a known key's signature over it. Signatures of unknown keys
are passed over, so that logs can rotate keys and witnesses can cosign. Everything is read in one spelling.
"""

import base64
import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, public_key, sign, verify_signature

ED25519: Final = 0x01
"""The type of signature that covers the note's text as it stands."""
MAX_SIZE: Final = 1 << 18
MAX_SIGNATURES: Final = 100
"""The specification asks for 16 at least; those that withstand quantum computers have 5,000 bytes."""

_DASH: Final = "\u2014"
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
"""What no note may hold; also the halves of characters that Python reads bad UTF-8 as, from a command line."""
_KEY_ID: Final = re.compile("[0-9a-f]{8}", re.ASCII)
_PRIVATE: Final = "PRIVATE+KEY+"


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def from_base64(text: str, size: int | None = None) -> bytes:
    """The bytes (``size`` of them, if given) that ``text`` writes in standard padded Base64, in its one spelling.

    Raises :class:`ValueError`.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise ValueError("not Base64") from None
    if to_base64(raw) != text or len(raw) != (len(raw) if size is None else size):
        raise ValueError("not Base64 in its one spelling" if size is None else f"not {size} bytes in Base64")
    return raw


@dataclass(frozen=True, slots=True)
class Signature:
    """A line under a note. ``name`` and ``key_id`` (4 bytes) tell whose it is; ``raw`` is what that key's type says."""

    name: str
    key_id: bytes
    raw: bytes

    @property
    def line(self) -> str:
        return f"{_DASH} {self.name} {to_base64(self.key_id + self.raw)}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by which notes are verified: its name, and 32 bytes of Ed25519."""

    name: str
    public: bytes
    TYPE: ClassVar[int] = ED25519

    def __post_init__(self) -> None:
        """Raises :class:`UsageError` if this is no name, or no point that a key may be."""
        if not _is_name(self.name):
            raise UsageError(f"{self.name!r} is not a key's name: it must not be empty, nor hold a blank or a +")
        try:
            Point.from_bytes(self.public)
        except ValueError as error:
            raise UsageError(f"the public key of {self.name} is none: {error}") from None

    @property
    def key_id(self) -> bytes:
        """4 bytes that, with the name, tell which key has signed."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.TYPE]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """How keys are handed on: ``name+id+Base64``."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.TYPE]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of :attr:`text`. Raises :class:`UsageError`, also on keys of another type."""
        name, key_id, type_, public = _split_key(text)
        if type_ != cls.TYPE:
            raise UsageError(f"the key of {name} is of type {type_}, not {cls.TYPE}")
        key = cls(name, public)
        if key.key_id != key_id:
            raise UsageError(f"the key of {name} is mistyped: it does not match the digits that stand before it")
        return key

    def check(self, text: str, signature: bytes) -> None:
        """Verify what a line under a note with this text holds after the key's id. Raises :class:`ValueError`."""
        verify_signature(self.public, text.encode(), signature)


@dataclass(frozen=True, slots=True)
class PrivateKey(ABC):
    """What private keys of every type are: a name, and the 32 bytes from which Ed25519 derives the key."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raises :class:`UsageError` if this is no name, or no seed."""
        if not _is_name(self.name) or len(self.seed) != 32:
            raise UsageError("a private key is a name without blanks and +, and 32 bytes")

    @classmethod
    def generate(cls, name: str) -> Self:
        return cls(name, secrets.token_bytes(32))

    @property
    @abstractmethod
    def verifier_key(self) -> VerifierKey:
        """The public key; its class says of which type the key is."""

    @property
    def text(self) -> str:
        """How Go's ``sumdb/note`` writes private keys: ``PRIVATE+KEY+name+id+Base64``. To be kept secret."""
        public = self.verifier_key
        return f"{_PRIVATE}{self.name}+{public.key_id.hex()}+{to_base64(bytes([public.TYPE]) + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of :attr:`text`. Raises :class:`UsageError`, which never says the key."""
        if not text.startswith(_PRIVATE):
            raise UsageError(f"this is not a private key: it does not start with {_PRIVATE}")
        name, key_id, type_, seed = _split_key(text.removeprefix(_PRIVATE))
        public = (key := cls(name, seed)).verifier_key
        if (public.TYPE, public.key_id) != (type_, key_id):
            raise UsageError(f"the private key of {name} is damaged, or of another type")
        return key


@dataclass(frozen=True, slots=True)
class SigningKey(PrivateKey):
    """A private key that signs notes as they stand."""

    @property
    def verifier_key(self) -> VerifierKey:
        return VerifierKey(self.name, public_key(self.seed))

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.verifier_key.key_id, sign(self.seed, text.encode()))


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read, or made: nothing says yet that the signatures hold. ``text`` ends with a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        """Raises :class:`ValueError` on what no note can be."""
        if not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise ValueError("a note's text is lines without control characters")
        if not 0 < len(self.signatures) <= MAX_SIGNATURES:
            raise ValueError(f"a note has between 1 and {MAX_SIGNATURES} signatures")

    @property
    def raw(self) -> bytes:
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}".encode()

    @classmethod
    def parse(cls, raw: bytes) -> "Note":
        """Raises :class:`VerificationError` (``note.format``)."""
        try:
            if len(raw) > MAX_SIZE:
                raise ValueError(f"more than {MAX_SIZE} bytes")
            text, empty, lines = raw.decode("utf-8").rpartition("\n\n")
            if not empty:
                raise ValueError("no empty line stands before the signatures")
            return cls(f"{text}\n", _signatures(lines))
        except ValueError as error:
            raise VerificationError("note.format", str(error)) from None


def parse_signatures(raw: bytes) -> tuple[Signature, ...]:
    """The signatures of lines that came without their note, as witnesses answer.

    Raises :class:`VerificationError` (``note.format``).
    """
    try:
        if len(raw) > MAX_SIZE:
            raise ValueError(f"more than {MAX_SIZE} bytes")
        return _signatures(raw.decode("utf-8"))
    except ValueError as error:
        raise VerificationError("note.format", str(error)) from None


def verify(note: Note, keys: Iterable[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
    """The signatures of those keys under the note, all of them checked, at least one; the others are passed over.

    Raises :class:`VerificationError`: ``note.signature`` if one of them does not hold, ``note.unsigned`` if there is
    none; :class:`UsageError` on two keys that no signature could tell apart.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise UsageError(f"two keys are called {key.name}+{key.key_id.hex()}")
    found = []
    for signature in note.signatures:
        signer = known.get((signature.name, signature.key_id))
        if signer is None:
            continue
        try:
            signer.check(note.text, signature.raw)
        except ValueError as error:
            raise VerificationError("note.signature", f"{signer.name}: {error}") from None
        found.append((signer, signature))
    if not found:
        raise VerificationError("note.unsigned", " or ".join(sorted({key.name for key in known.values()})))
    return found


def _signatures(lines: str) -> tuple[Signature, ...]:
    *written, rest = lines.split("\n")  # not splitlines(), which has more ends of lines than a note
    if rest or not 0 < len(written) <= MAX_SIGNATURES:
        raise ValueError(f"between 1 and {MAX_SIGNATURES} signatures are wanted, each on a line")
    return tuple(_signature(line) for line in written)


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != _DASH or not _is_name(name):
        raise ValueError("not the line of a signature")
    raw = from_base64(encoded)
    if len(raw) <= 4:
        raise ValueError("a signature is missing after the id of its key")
    return Signature(name, raw[:4], raw[4:])


def _split_key(text: str) -> tuple[str, bytes, int, bytes]:
    """Name, id, type and bytes of a key, public or private. The Base64 may hold more of the signs that part them."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        raw = from_base64(encoded, 33)
    except ValueError:
        raw = b""
    if not raw or not _is_name(name) or not _KEY_ID.fullmatch(key_id):
        raise UsageError("this is not a key: NAME+8 DIGITS+BASE64 is wanted")
    return name, bytes.fromhex(key_id), raw[0], raw[1:]


def _is_name(text: str) -> bool:
    """Whether keys may be called so: not empty, no blank of Unicode's, no control character, no plus."""
    return bool(text) and not _CONTROL.search(text) and "+" not in text and not any(map(str.isspace, text))
