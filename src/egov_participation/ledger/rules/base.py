"""What every entry has, and the kinds of values that its members are of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from egov_crypto import entry
from egov_crypto.errors import UsageError
from egov_crypto.note import VerifierKey

TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class EntryError(Exception):
    """Something was to be entered that is no entry: a fault of ours, never of a citizen's."""


def _is_time(value: str) -> str:
    if datetime.strptime(value, TIME).replace(tzinfo=UTC).strftime(TIME) != value:
        raise ValueError("not a time in UTC, of whole seconds")
    return value


def _is_day(value: str) -> str:
    date.fromisoformat(value)
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
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_is_day)]
"""A day of the register's calendar, ISO 8601."""
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Key = Annotated[str, Field(max_length=400), AfterValidator(_is_key)]
"""A verifier key as notes write it: name+id+Base64."""
Approvals = Annotated[int, Field(ge=0, le=2)]
"""How many officials approved: 2, or 0 where the operator's command did it."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Entry(Strict):
    """What every entry has. A subclass with a ``type`` of its own is one that may be entered."""

    SUBJECT: ClassVar[str] = "type"
    """Name of the member that says what the entry is about."""

    type: str
    version: int

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: Any) -> None:
        if get_origin(cls.model_fields["type"].annotation) is Literal:
            KINDS[tuple(_only(cls, name) for name in NAMED if name in cls.model_fields)] = cls

    @property
    def subject(self) -> str:
        """What the entry is about: a vote's identifier, a version, or where there is nothing of the kind its type."""
        return str(getattr(self, self.SUBJECT))


NAMED: Final = ("type", "version", "state", "step")
KINDS: Final[dict[tuple[object, ...], type[Entry]]] = {}
"""Every class that may be entered, by type, version and, where the type has one, state or step."""


def _only(cls: type[Entry], name: str) -> object:
    """The one value that a member may have."""
    (value,) = get_args(cls.model_fields[name].annotation)
    return value


def parse(value: Mapping[str, Any]) -> Entry:
    """An entry, checked against its type.

    Raises:
        EntryError: there is no such type, or its members are not as they must be. It does not say their values.
    """
    named = tuple(value[name] for name in NAMED if name in value)
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
