"""What goes over the wire between the platform and the registrar's own process, and how strictly it is read.

Each method of `interface.Registrar` is ``POST /v1/<name>`` with a JSON object; the answer is ``{"result": …}`` or
``{"error": {…}}``. Long lists travel as lines (NDJSON): a head, an item a line, and an end that counts them, so that
neither side holds a whole body and one that was cut short is noticed.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from egov_participation.errors import DomainError
from egov_participation.registrar.interface import MOST_SIGNINGS, Act, Way
from egov_participation.registrar.petition_rules import MOST_OPENED

MAX_BODY: Final = 1_000_000
"""Bytes of what is no list."""
MAX_LINE: Final = 4_096
MAX_ITEMS: Final = 30_000_000
"""More than a country has people."""

VoteId = Annotated[str, StringConstraints(pattern=r"^[1-9A-HJ-NP-Za-km-z]{14,64}$")]
PersonId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, StringConstraints(max_length=200)]
Long = Annotated[str, StringConstraints(max_length=60_000)]
PetitionRef = Annotated[str, StringConstraints(pattern=r"^P-\d{4}-\d{4,9}$")]
Pseudonym = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
Territory = Annotated[str, StringConstraints(max_length=32, pattern=r"^[A-Za-z0-9-]*$")]


class Secret:
    """The secret that both sides share. Safe to share between threads.

    Args:
        file: looked at each time, and read when it has changed, so that the secret can be replaced.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[tuple[int, int, int], str] | None = None

    def read(self) -> str:
        """What it is now.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        found = self._file.stat()
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read is None or self._read[0] != state:
            self._read = state, self._file.read_text("ascii").strip()
        return self._read[1]


def _from_base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not Base64")
    return base64.b64decode(value, validate=True)


Raw = Annotated[bytes, BeforeValidator(_from_base64)]
"""Bytes, in Base64."""
Language = Annotated[str, StringConstraints(pattern=r"^(kk|ru|en)$")]


class Asked(BaseModel):
    """What is asked: no member more than named, none of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OfPerson(Asked):
    """About a person."""

    person_id: PersonId


class OfVote(Asked):
    """About a vote."""

    vote: VoteId


class OfBoth(OfVote, OfPerson):
    """About a person in a vote."""


class Confirming(OfVote):
    """See `Registrar.confirm`."""

    setup: Raw


class Activating(OfVote):
    """See `Registrar.activate`."""

    setup_hash: Hash


class Extending(OfVote):
    """See `Registrar.extend`."""

    closes_at: AwareDatetime


class Owning(OfBoth):
    """See `Registrar.owns`."""

    public_credential: Short


class Beginning(OfBoth):
    """See `Registrar.begin`."""

    way: Way
    lang: Language


class Proving(OfBoth):
    """See `Registrar.prove`."""

    answer: dict[Short, Long]


class Showing(OfBoth):
    """See `Registrar.credential`."""

    release: Short


class Enrolling(OfPerson):
    """See `Registrar.enrol_passkey`."""

    credential_id: Raw
    public_key: Raw
    name: Short


class Forgetting(OfPerson):
    """See `Registrar.forget_passkey`."""

    credential_id: Raw


class OfPetition(Asked):
    """About a petition."""

    petition: PetitionRef


class Opening(OfPetition):
    """See `Registrar.open_petition`. Generated signers are none of those of a process of its own."""

    document: Hash
    territory: Territory
    min_age: Annotated[int, Field(ge=0, le=150)]
    ways: list[Way]
    closes_at: AwareDatetime
    regions: dict[Territory, Territory]


class Reopening(OfPetition):
    """See `Registrar.reopen_petition`."""

    closes_at: AwareDatetime


class OfSigner(OfPetition, OfPerson):
    """About a person in a petition."""


class BeginningAct(OfSigner):
    """See `Registrar.begin_petition`."""

    act: Act
    way: Way
    lang: Language


class Attesting(OfSigner):
    """See `Registrar.attest`."""

    act: Act
    answer: dict[Short, Long]


class OneSigning(OfSigner):
    """See `Signing`."""

    answer: dict[Short, Short]


class AttestingByCode(Asked):
    """See `Registrar.attest_by_code`."""

    signings: Annotated[list[OneSigning], Field(max_length=MOST_SIGNINGS)]


class AttestingPaper(OfSigner):
    """See `Registrar.attest_paper`, `Registrar.withdraw_paper`."""

    form: Short


class Batching(OfPetition):
    """See `Registrar.batch`."""

    after: Annotated[int, Field(ge=0)]


class OpeningEntries(OfPetition):
    """See `Registrar.open_entries`."""

    pseudonyms: Annotated[list[Pseudonym], Field(min_length=1, max_length=MOST_OPENED)]
    audit: Hash
    reveals: Annotated[list[Hash], Field(min_length=1, max_length=100)]
    entries: Annotated[int, Field(ge=0)]


class OfAudit(OfPetition):
    """About an audit."""

    audit: Hash


class OfQuestion(Asked):
    """About what a link in an auditors' mail asks."""

    token: Short


class Answering(OfQuestion):
    """See `Registrar.answer_audit`."""

    signed: bool


class Preparing(OfVote):
    """The head of the lines of `Registrar.prepare`."""

    binding: bool
    closes_at: AwareDatetime


class End(Asked):
    """The last line of a list."""

    count: int


def error_to_json(error: DomainError) -> dict[str, Any]:
    """A refusal as it travels."""
    return {
        "status": int(error.status),
        "message": error.message,
        "code": error.code,
        "retry_after": error.retry_after,
        "params": {name: value for name, value in error.params.items() if isinstance(value, str | int)},
    }


def error_from_json(found: object) -> DomainError:
    """The refusal that the other side raised.

    Raises:
        ValueError: it is none.
    """
    match found:
        case {
            "status": int(status),
            "message": str(message),
            "code": str(code),
            "retry_after": int() | None as retry_after,
            "params": dict(params),
        } if 400 <= status <= 599:
            named = {str(name): value for name, value in params.items() if isinstance(value, str | int)}
            return DomainError(status, message, code=code, retry_after=retry_after, **named)
    raise ValueError("not a refusal")


def line(value: object) -> bytes:
    """One line of a list."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def moment(at: datetime) -> str:
    """A time as it travels."""
    return at.isoformat()
