"""What an entry of the log may hold: a class for each type, version and state. ``docs/log.md`` has an example of each.

No free text, nothing that names or leads to a person: hashes, references, times, numbers, and words of closed lists.
What was written by somebody enters as a salted commitment (`commitment`). A type never changes; another version of it
is another class. To add a type, add a class here and an example to the documentation: a test compares both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Annotated, Any, ClassVar, Final, Literal, Self, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from egov_crypto import entry
from egov_crypto.errors import UsageError
from egov_crypto.group import verify_signature
from egov_crypto.note import VerifierKey, from_base64

SALT_SIZE: Final = 32
"""Random bytes in a commitment."""
KEY_DOMAIN: Final = "egov-log-key/v1\n"
"""What the old key signs when the log gets a new one begins so: no checkpoint does."""

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class EntryError(Exception):
    """Something was to be entered that is no entry: a fault of ours, never of a citizen's."""


def _is_time(value: str) -> str:
    if datetime.strptime(value, _TIME).replace(tzinfo=UTC).strftime(_TIME) != value:
        raise ValueError("not a time in UTC, of whole seconds")
    return value


def _is_key(value: str) -> str:
    try:
        VerifierKey.parse(value)
    except UsageError as error:
        raise ValueError(str(error)) from None
    return value


Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hex."""
Uuid = Annotated[str, Field(pattern=r"^[1-9A-HJ-NP-Za-km-z]{14,32}$")]
"""A vote's identifier."""
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"), AfterValidator(_is_time)]
"""RFC 3339, UTC, whole seconds."""
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Key = Annotated[str, Field(max_length=400), AfterValidator(_is_key)]
"""A verifier key as notes write it: name+id+Base64."""
Approvals = Annotated[int, Field(ge=0, le=2)]
"""How many officials approved: 2, or 0 where the operator's command did it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Entry(_Strict):
    """What every entry has. A subclass with a ``type`` of its own is one that may be entered."""

    SUBJECT: ClassVar[str] = "type"
    """Name of the member that says what the entry is about."""

    type: str
    version: int

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: Any) -> None:
        if get_origin(cls.model_fields["type"].annotation) is Literal:
            KINDS[tuple(_only(cls, name) for name in _NAMED if name in cls.model_fields)] = cls

    @property
    def subject(self) -> str:
        """What the entry is about: a vote's identifier, a version, or where there is nothing of the kind its type."""
        return str(getattr(self, self.SUBJECT))


_NAMED: Final = ("type", "version", "state")
KINDS: Final[dict[tuple[object, ...], type[Entry]]] = {}
"""Every class that may be entered, by type, version and (of `vote.state` alone) state."""


def _only(cls: type[Entry], name: str) -> object:
    """The one value that a member may have."""
    (value,) = get_args(cls.model_fields[name].annotation)
    return value


class Head(_Strict):
    """Where an archive stood: the height of its last event, and that event's hash."""

    height: Count
    hash: Hash


class VoteEvent(Entry):
    """An event was appended to the archive of a vote."""

    SUBJECT: ClassVar = "vote"

    type: Literal["vote.event"]
    version: Literal[1]
    vote: Uuid
    height: Count
    event: Literal["Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"]
    hash: Hash

    @model_validator(mode="after")
    def _begins_with_setup(self) -> Self:
        if (self.event == "Setup") != (self.height == 0):
            raise ValueError("Setup stands at height 0, and nothing else does")
        return self


class _VoteState(Entry):
    """Something changed in the life of a vote. ``at`` is when."""

    SUBJECT: ClassVar = "vote"

    vote: Uuid
    at: Time


class _Approved(_Strict):
    """``approved`` is the hash of the proposal that two members of the commission approved."""

    approvals: Literal[2]
    approved: Hash


class VoteSetUp(_VoteState):
    """It was set up: everything is fixed by the setup document whose hash this is."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["setup"]
    kind: Literal["binding", "consultative"]
    opens_at: Time
    closes_at: Time
    registered: Count
    document: Hash
    head: Head
    approvals: Approvals
    approved: Hash | None

    @model_validator(mode="after")
    def _says_what_was_approved(self) -> Self:
        if (self.approvals == 2) != (self.approved is not None) or self.approvals == 1:
            raise ValueError("two approved a proposal, or nobody did")
        return self


class VoteOpen(_VoteState):
    """Its time came, and casting began."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["open"]


class VoteExtended(_VoteState, _Approved):
    """It closes later than was said before."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["extended"]
    before: Time
    closes_at: Time
    reason: Hash


class VoteClosed(_VoteState):
    """No ballot is taken any more. ``ballots`` stand on the board, of so many ``voters``."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["closed"]
    head: Head
    ballots: Count
    voters: Count


class VoteCancelled(_VoteState, _Approved):
    """It was cancelled for good, and is never decrypted."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["cancelled"]
    head: Head
    reason: Hash


class VoteTallied(_VoteState):
    """The result stands in the archive, which ends with it."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["tallied"]
    head: Head


class VotePublished(_VoteState, _Approved):
    """The protocol of the result was signed."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["published"]
    document: Hash


class VoteCorrected(_VoteState, _Approved):
    """An erratum was added to the signed protocol."""

    type: Literal["vote.state"]
    version: Literal[1]
    state: Literal["corrected"]
    document: Hash
    reason: Hash


class RegistrarConfirmation(Entry):
    """The registrar signed that a setup has its roll. ``roll`` is its commitment to who is on it."""

    SUBJECT: ClassVar = "vote"

    type: Literal["registrar.confirmation"]
    version: Literal[1]
    vote: Uuid
    setup: Hash
    roll: Hash
    size: Count
    statement: Hash


class RegistrarTurnout(Entry):
    """The registrar signed from which regions those came who voted."""

    SUBJECT: ClassVar = "vote"

    type: Literal["registrar.turnout"]
    version: Literal[1]
    vote: Uuid
    voters: Count
    statement: Hash


class File(_Strict):
    """A file, by its address on the site."""

    path: Annotated[
        str, Field(pattern=r"^/[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$", max_length=200)
    ]
    sha256: Hash
    size: Count


class ReleaseFiles(Entry):
    """What the pages of voters and trustees load, and the program that verifies, since this version runs."""

    SUBJECT: ClassVar = "release"

    type: Literal["release.files"]
    version: Literal[1]
    release: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){1,3}[0-9A-Za-z.+-]{0,40}$")]
    files: Annotated[list[File], Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        paths = [file.path for file in self.files]
        if paths != sorted(set(paths)):
            raise ValueError("files are sorted by their address, each once")
        return self


class DocumentPublished(Entry):
    """A document about a vote can be had from now on."""

    SUBJECT: ClassVar = "vote"

    type: Literal["document.published"]
    version: Literal[1]
    vote: Uuid
    document: Literal["protocol"]
    format: Literal["json", "pdf"]
    language: Literal["kk", "ru", "en"] | None
    sha256: Hash
    size: Count

    @model_validator(mode="after")
    def _has_a_language_to_be_read_in(self) -> Self:
        if (self.format == "pdf") != (self.language is not None):
            raise ValueError("a PDF is in one language, JSON is in all of them")
        return self


class OfficeApproval(Entry):
    """Two officials decided on a role. ``approved`` is the hash of the proposal; nothing says whose role."""

    type: Literal["office.approval"]
    version: Literal[1]
    kind: Literal["roles.grant", "roles.end"]
    at: Time
    approvals: Literal[2]
    approved: Hash


class LogKey(Entry):
    """The log's key was replaced. ``signature`` is the old key's, over `key_text`."""

    type: Literal["log.key"]
    version: Literal[1]
    old: Key
    new: Key
    signature: Annotated[str, Field(max_length=100)]

    @model_validator(mode="after")
    def _is_signed(self) -> Self:
        old, new = VerifierKey.parse(self.old), VerifierKey.parse(self.new)
        if old.name != new.name or old == new:
            raise ValueError("the new key has the log's name and is another one")
        verify_signature(old.public, key_text(self.old, self.new).encode(), from_base64(self.signature, 64))
        return self


def key_text(old: str, new: str) -> str:
    """What the old key signs when the log gets a new one; both as verifier keys."""
    return f"{KEY_DOMAIN}{old}\n{new}\n"


def parse(value: Mapping[str, Any]) -> Entry:
    """An entry, checked against its type.

    Raises:
        EntryError: there is no such type, or its members are not as they must be. It does not say their values.
    """
    named = tuple(value[name] for name in _NAMED if name in value)
    try:
        cls = KINDS[named if type(value.get("version")) is int else ()]
    except (KeyError, TypeError):
        raise EntryError(
            f"there is no such type of entry as {re.sub('[^a-z0-9. ]', '?', ' '.join(map(str, named)))}"
        ) from None
    try:
        return cls.model_validate(dict(value))
    except ValidationError as error:
        wrong = {".".join(map(str, one["loc"])) or one["msg"] for one in error.errors(include_input=False)}
        raise EntryError(f"{cls.__name__}: {', '.join(sorted(wrong))}") from None


def written(value: Entry) -> bytes:
    """The bytes that stand in the log.

    Raises:
        EntryError: they are too many.
    """
    try:
        return entry.dump(value.model_dump())
    except UsageError as error:
        raise EntryError(str(error)) from None


def commitment(kind: str, salt: bytes, content: bytes) -> str:
    """SHA-256(kind ‖ salt ‖ content) in hex: says nothing of the content without the salt, which is published with it
    and destroyed when it is erased.

    Args:
        kind: of the content, such as ``vote.reason``.
        salt: `SALT_SIZE` random bytes.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes")
    return hashlib.sha256(kind.encode() + salt + content).hexdigest()


def time(moment: datetime) -> str:
    """A moment as entries say it."""
    return moment.astimezone(UTC).strftime(_TIME)


def arranged(subjects: Sequence[str], chance: Random) -> list[int]:
    """In which order the entries of one batch get their places, given what each is about: subject by subject, the
    subjects in an order left to chance: nothing finer than a round is told of who acted in two things one after the
    other (docs/log.md says what is). Of one subject the order stays.

    Returns:
        Indices of ``subjects``, each once.
    """
    of: dict[str, list[int]] = {}
    for place, subject in enumerate(subjects):
        of.setdefault(subject, []).append(place)
    groups = list(of.values())
    chance.shuffle(groups)
    return [place for group in groups for place in group]
