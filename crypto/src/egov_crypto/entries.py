"""What each type of entry in the transparency log says, read strictly: all its members, each of its kind, no others.

``docs/log.md`` of the platform describes them. A type or version that is not known here is passed over: a log may
hold more than this version understands, and says so in what is counted.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from egov_crypto import entry
from egov_crypto.archive import EventType
from egov_crypto.election import is_uuid
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import VerifierKey, from_base64
from egov_crypto.receipt import Receipt

KEY_DOMAIN: Final = "egov-log-key/v1\n"
"""How the text begins that the old key signs when the log gets a new one."""

_HASH: Final = re.compile("[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_RELEASE: Final = re.compile(r"[0-9]+(\.[0-9]+){1,3}[0-9A-Za-z.+-]{0,40}", re.ASCII)
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", re.ASCII)
_EVENTS: Final = frozenset(event.value for event in EventType)
_VOTE_EVENT: Final = re.compile(
    rb'\{"event":"([A-Za-z]{1,20})","hash":"([0-9a-f]{64})","height":(0|[1-9][0-9]{0,14}),'
    rb'"type":"vote.event","version":1,"vote":"([1-9A-HJ-NP-Za-km-z]{14,64})"\}'
)
"""The one spelling of an event: nearly all entries are ballots, and are read ten times as fast that way."""

_Check = Callable[[Any], object]
"""Tells by something true whether a member is of its kind; may raise :class:`ValueError`, :class:`UsageError`."""


def _hash(value: Any) -> object:
    return isinstance(value, str) and _HASH.fullmatch(value)


def _count(value: Any) -> object:
    return type(value) is int and value >= 0


def _time(value: Any) -> object:
    return isinstance(value, str) and _TIME.fullmatch(value) and datetime.fromisoformat(value)


def _uuid(value: Any) -> object:
    return isinstance(value, str) and is_uuid(value)


def _head(value: Any) -> object:
    return _has(value, {"height": _count, "hash": _hash})


def _key(value: Any) -> object:
    return isinstance(value, str) and VerifierKey.parse(value)


def _files(value: Any) -> object:
    shape: dict[str, _Check] = {"path": _path, "sha256": _hash, "size": _count}
    if not isinstance(value, list) or not value or not all(_has(file, shape) for file in value):
        return False
    paths = [file["path"] for file in value]
    return paths == sorted(set(paths))


def _path(value: Any) -> object:
    return isinstance(value, str) and len(value) <= 200 and _PATH.fullmatch(value)


def _release(value: Any) -> object:
    return isinstance(value, str) and _RELEASE.fullmatch(value)


def _signature(value: Any) -> object:
    return isinstance(value, str) and from_base64(value, 64)


def _one_of(*values: Any) -> _Check:
    return lambda value: value in values and type(value) in {type(one) for one in values}


def _or_none(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _has(value: Any, shape: Mapping[str, _Check]) -> bool:
    return isinstance(value, dict) and value.keys() == shape.keys() and all(shape[name](value[name]) for name in shape)


_APPROVED: Final[dict[str, _Check]] = {"approvals": _one_of(2), "approved": _hash}
_STATES: Final[dict[str, dict[str, _Check]]] = {
    "setup": {
        "kind": _one_of("binding", "consultative"),
        "opens_at": _time,
        "closes_at": _time,
        "registered": _count,
        "document": _hash,
        "head": _head,
        "approvals": _one_of(0, 2),
        "approved": _or_none(_hash),
    },
    "open": {},
    "extended": {**_APPROVED, "before": _time, "closes_at": _time, "reason": _hash},
    "closed": {"head": _head, "ballots": _count, "voters": _count},
    "cancelled": {**_APPROVED, "head": _head, "reason": _hash},
    "tallied": {"head": _head},
    "published": {**_APPROVED, "document": _hash},
    "corrected": {**_APPROVED, "document": _hash, "reason": _hash},
}
_SHAPES: Final[dict[tuple[str, int], dict[str, _Check]]] = {
    ("vote.event", 1): {"vote": _uuid, "height": _count, "event": _EVENTS.__contains__, "hash": _hash},
    ("registrar.confirmation", 1): {"vote": _uuid, "setup": _hash, "roll": _hash, "size": _count, "statement": _hash},
    ("registrar.turnout", 1): {"vote": _uuid, "voters": _count, "statement": _hash},
    ("release.files", 1): {"release": _release, "files": _files},
    ("document.published", 1): {
        "vote": _uuid,
        "document": _one_of("protocol"),
        "format": _one_of("json", "pdf"),
        "language": _one_of("kk", "ru", "en", None),
        "sha256": _hash,
        "size": _count,
    },
    ("office.approval", 1): {**_APPROVED, "kind": _one_of("roles.grant", "roles.end"), "at": _time},
    ("log.key", 1): {"old": _key, "new": _key, "signature": _signature},
}

TYPES: Final = frozenset({"vote.state", *(type_ for type_, _ in _SHAPES)})
"""The types of which at least one version is known."""
KNOWN: Final = frozenset({"vote.state v1", *(f"{type_} v{version}" for type_, version in _SHAPES)})
"""Types with their versions, as a recount names them."""


def read(raw: bytes) -> tuple[dict[str, Any], bool]:
    """The entry, and whether its type and version are known here.

    Raises :class:`VerificationError`: ``entry.format`` if it is no entry at all, ``entry.members`` if it does not say
    what its type says.
    """
    if (found := _VOTE_EVENT.fullmatch(raw)) and (event := found[1].decode()) in _EVENTS:
        place = {"height": int(found[3]), "event": event, "hash": found[2].decode()}
        return {"type": "vote.event", "version": 1, "vote": found[4].decode(), **place}, True
    value = entry.parse(raw)
    kind = value["type"], value["version"]
    shape = _SHAPES.get(kind)
    if kind == ("vote.state", 1):
        of_state = _STATES.get(value["state"]) if isinstance(value.get("state"), str) else None
        if of_state is None:
            raise VerificationError("entry.members", "vote.state without a state that there is")
        shape = {"state": bool, "vote": _uuid, "at": _time, **of_state}
    if shape is None:
        return value, False
    if len(value) != len(shape) + 2:
        raise VerificationError("entry.members", f"{kind[0]} has other members")
    for name, check in shape.items():
        try:
            right = name in value and check(value[name])
        except (ValueError, TypeError, UsageError):
            right = False
        if not right:
            raise VerificationError("entry.members", f"{name} of {kind[0]}")
    if not _fits(value):
        raise VerificationError("entry.members", f"members of {kind[0]} that do not fit each other")
    return value, True


def _fits(value: dict[str, Any]) -> bool:
    """Whether members that go together do."""
    if value["type"] == "document.published":
        return (value["format"] == "pdf") is (value["language"] is not None)
    if value.get("state") == "setup":
        return (value["approvals"] == 2) is (value["approved"] is not None)
    return True


def of_receipt(receipt: Receipt) -> bytes:
    """The bytes of the entry that was made when the receipt's ballot was taken: all of it is known to who has that."""
    return entry.dump(
        {
            "type": "vote.event",
            "version": 1,
            "vote": receipt.vote,
            "height": receipt.height,
            "event": EventType.BALLOT.value,
            "hash": receipt.head,
        }
    )


def key_text(old: str, new: str) -> str:
    """What the old key signs when the log gets a new one (``log.key``), both written as verifier keys are."""
    return f"{KEY_DOMAIN}{old}\n{new}\n"
