"""What each type of entry in the transparency log says, read strictly: all its members, each of its kind, no others.

``docs/log.md`` of the platform describes them. A type or version that is not known here is passed over: a log may
hold more than this version understands, and says so in what is counted.
"""

import re
from functools import lru_cache
from typing import Any, Final

from egov_crypto import consultation_entries, entry
from egov_crypto.archive import EventType
from egov_crypto.election import is_uuid
from egov_crypto.entry_checks import (
    Check,
    a_count,
    a_day,
    a_hash,
    a_time,
    has,
    matches,
    one_of,
    or_none,
    unpadded,
    within,
)
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import VerifierKey, from_base64
from egov_crypto.receipt import Receipt

KEY_DOMAIN: Final = "egov-log-key/v1\n"
"""How the text begins that the old key signs when the log gets a new one."""

_RELEASE: Final = re.compile(r"[0-9]+(\.[0-9]+){1,3}[0-9A-Za-z.+-]{0,40}", re.ASCII)
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", re.ASCII)
_EVENTS: Final = frozenset(event.value for event in EventType)
_VOTE_EVENT: Final = re.compile(
    rb'\{"event":"([A-Za-z]{1,20})","hash":"([0-9a-f]{64})","height":(0|[1-9][0-9]{0,14}),'
    rb'"type":"vote.event","version":1,"vote":"([1-9A-HJ-NP-Za-km-z]{14,64})"\}'
)
"""The one spelling of an event: nearly all entries are ballots, and are read ten times as fast that way."""

_REFERENCE: Final = re.compile(r"P-[0-9]{4}-[0-9]{4,9}", re.ASCII)
_REGION: Final = re.compile(r"[A-Z]{2}(?:-[0-9]{2})?|[0-9]{9}|[0-9]{2}-[a-z]{2,30}|other", re.ASCII)
_TERRITORY: Final = re.compile(r"[A-Z]{2}(?:-[0-9]{2})?|[0-9]{9}|[0-9]{2}-[a-z]{2,30}", re.ASCII)
_MOST_TERRITORIES: Final = 300
_TIER: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_PSEUDONYM: Final = re.compile("[0-9a-f]{128}")
_ATTESTATION: Final = re.compile(
    rb'\{"act":"(attest|paper|withdraw)","day":"([0-9]{4}-[0-9]{2}-[0-9]{2})","petition":"(P-[0-9]{4}-[0-9]{4,9})",'
    rb'"pseudonym":"([0-9a-f]{128})","region":"([A-Z]{2}-[0-9]{2}|other)","signature":"([A-Za-z0-9+/]{85}[AQgw])",'
    rb'"type":"petition.attestation","version":1\}'
)
"""The one spelling of an attestation, for the same reason."""


def _uuid(value: Any) -> object:
    return isinstance(value, str) and is_uuid(value)


def _head(value: Any) -> object:
    return has(value, {"height": a_count, "hash": a_hash})


def _key(value: Any) -> object:
    return isinstance(value, str) and VerifierKey.parse(value)


def _files(value: Any) -> object:
    shape: dict[str, Check] = {"path": _path, "sha256": a_hash, "size": a_count}
    if not isinstance(value, list) or not value or not all(has(file, shape) for file in value):
        return False
    paths = [file["path"] for file in value]
    return paths == sorted(set(paths))


def _path(value: Any) -> object:
    return isinstance(value, str) and len(value) <= 200 and _PATH.fullmatch(value)


def _release(value: Any) -> object:
    return isinstance(value, str) and _RELEASE.fullmatch(value)


def _signature(value: Any) -> object:
    return isinstance(value, str) and from_base64(value, 64)


def _hashes(value: Any) -> object:
    return isinstance(value, list) and 2 <= len(value) <= 20 and all(map(a_hash, value))


def _ways(value: Any) -> object:
    if not isinstance(value, list) or not all(isinstance(way, str) for way in value):
        return False
    return value and value == sorted(set(value) & {"code", "eid", "passkey"})


def _regions(value: Any) -> object:
    """Which territory counts under which region: under itself, or with the others."""
    return (
        isinstance(value, dict)
        and len(value) <= _MOST_TERRITORIES
        and all(_TERRITORY.fullmatch(territory) for territory in value)
        and all(region in (territory, "other") for territory, region in value.items())
    )


_APPROVED: Final[dict[str, Check]] = {"approvals": one_of(2), "approved": a_hash}
_STATES: Final[dict[str, dict[str, Check]]] = {
    "setup": {
        "kind": one_of("binding", "consultative"),
        "opens_at": a_time,
        "closes_at": a_time,
        "registered": a_count,
        "document": a_hash,
        "head": _head,
        "approvals": one_of(0, 2),
        "approved": or_none(a_hash),
    },
    "open": {},
    "extended": {**_APPROVED, "before": a_time, "closes_at": a_time, "reason": a_hash},
    "closed": {"head": _head, "ballots": a_count, "voters": a_count},
    "cancelled": {**_APPROVED, "head": _head, "reason": a_hash},
    "tallied": {"head": _head},
    "published": {**_APPROVED, "document": a_hash},
    "corrected": {**_APPROVED, "document": a_hash, "reason": a_hash},
}
_STEPS: Final[dict[str, dict[str, Check]]] = {
    "committed": {**_APPROVED, "commitments": _hashes, "sample": within(1, 100_000)},
    "revealed": {"reveals": _hashes, "size": a_count, "counted": a_count},
    "reported": {
        **dict.fromkeys(("opened", "confirmed", "denied", "unreached", "asked"), a_count),
        "document": a_hash,
    },
}
_WITH: Final = {
    "document": {"collecting", "review", "open"},
    "rules": {"open"},
    "closes_at": {"open"},
    "into": {"merged"},
}
"""The states of a petition that have a member; in others it is null."""
_WITH_REASON: Final = {"rejected", "hidden", "stopped", "merged"}
"""Those that must have one; others may."""
_ANSWERS: Final = {"answer": {"answered"}, "debate": {"scheduled", "held", "refused"}, "update": {"updated"}}
_ABOUT: Final[dict[str, Check]] = {"petition": matches(_REFERENCE), "at": a_time}
_SHAPES: Final[dict[tuple[str, int], dict[str, Check]]] = {
    ("vote.event", 1): {"vote": _uuid, "height": a_count, "event": _EVENTS.__contains__, "hash": a_hash},
    ("registrar.confirmation", 1): {
        "vote": _uuid,
        "setup": a_hash,
        "roll": a_hash,
        "size": a_count,
        "statement": a_hash,
    },
    ("registrar.turnout", 1): {"vote": _uuid, "voters": a_count, "statement": a_hash},
    ("release.files", 1): {"release": _release, "files": _files},
    ("document.published", 1): {
        "vote": _uuid,
        "document": one_of("protocol"),
        "format": one_of("json", "pdf"),
        "language": one_of("kk", "ru", "en", None),
        "sha256": a_hash,
        "size": a_count,
    },
    ("office.approval", 1): {**_APPROVED, "kind": one_of("roles.grant", "roles.end"), "at": a_time},
    ("petition.state", 1): {
        **_ABOUT,
        "to": one_of("collecting", "review", "open", "closed", "rejected", "hidden", "withdrawn", "stopped", "merged"),
        **dict.fromkeys(("document", "rules", "reason"), or_none(a_hash)),
        "into": or_none(matches(_REFERENCE)),
        "closes_at": or_none(a_time),
    },
    ("registrar.petition", 1): {
        "petition": matches(_REFERENCE),
        "key": a_hash,
        "document": a_hash,
        "territory": or_none(matches(_REGION)),
        "min_age": within(0, 120),
        "ways": _ways,
        "regions": _regions,
        "generated": one_of(False, True),
        "signer": unpadded(32),
        "signature": unpadded(64),
    },
    ("petition.attestation", 1): {
        "petition": matches(_REFERENCE),
        "pseudonym": matches(_PSEUDONYM),
        "act": one_of("attest", "paper", "withdraw"),
        "day": a_day,
        "region": matches(_REGION),
        "signature": unpadded(64),
    },
    ("petition.invalidation", 1): {
        "petition": matches(_REFERENCE),
        "pseudonym": matches(_PSEUDONYM),
        "act": one_of("invalidate", "reinstate"),
        "code": one_of("duplicate-person", "not-eligible", "coerced", "automated", "forged-paper"),
        "day": a_day,
        "batch": or_none(a_hash),
    },
    ("petition.threshold", 1): {**_ABOUT, "tier": matches(_TIER), "needed": a_count, "count": a_count},
    ("petition.answer", 1): {
        **_ABOUT,
        **_APPROVED,
        "kind": one_of(*_ANSWERS),
        "to": one_of("answered", "scheduled", "held", "refused", "updated"),
        "document": a_hash,
    },
    ("moderation.decision", 1): {
        **_ABOUT,
        "decision": one_of(
            "accepted",
            "rejected",
            "wording-proposed",
            "wording-accepted",
            "wording-declined",
            "merged",
            "hidden",
            "appeal-granted",
            "appeal-refused",
            "stopped",
        ),
        "reason": or_none(a_hash),
    },
    ("log.key", 1): {"old": _key, "new": _key, "signature": _signature},
    **consultation_entries.SHAPES,
}

_PARTS: Final[dict[tuple[str, int], tuple[str, dict[str, Check], dict[str, dict[str, Check]]]]] = {
    ("vote.state", 1): ("state", {"vote": _uuid, "at": a_time}, _STATES),
    ("petition.audit", 1): ("step", {**_ABOUT, "audit": a_hash}, _STEPS),
}
"""Types whose members depend on one of them: which, those that are always there, and those of each of its values."""

TYPES: Final = frozenset({*(type_ for type_, _ in _PARTS), *(type_ for type_, _ in _SHAPES)})
"""The types of which at least one version is known."""
KNOWN: Final = frozenset(f"{type_} v{version}" for type_, version in (*_PARTS, *_SHAPES))
"""Types with their versions, as a recount names them."""


def read(raw: bytes) -> tuple[dict[str, Any], bool]:
    """The entry, and whether its type and version are known here.

    Raises :class:`VerificationError`: ``entry.format`` if it is no entry at all, ``entry.members`` if it does not say
    what its type says.
    """
    if (found := _VOTE_EVENT.fullmatch(raw)) and (event := found[1].decode()) in _EVENTS:
        place = {"height": int(found[3]), "event": event, "hash": found[2].decode()}
        return {"type": "vote.event", "version": 1, "vote": found[4].decode(), **place}, True
    if found := _ATTESTATION.fullmatch(raw):
        act, day, petition, pseudonym, region, signature = (part.decode() for part in found.groups())
        if _is_a_day(day):
            told = {"act": act, "day": day, "pseudonym": pseudonym, "region": region, "signature": signature}
            return {"type": "petition.attestation", "version": 1, "petition": petition, **told}, True
    value = entry.parse(raw)
    kind = value["type"], value["version"]
    shape = _SHAPES.get(kind)
    if kind in _PARTS:
        name, always, of_each = _PARTS[kind]
        part = of_each.get(value[name]) if isinstance(value.get(name), str) else None
        if part is None:
            raise VerificationError("entry.members", f"{kind[0]} without a {name} that there is")
        shape = {name: bool, **always, **part}
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
    if "consultation" in value or value["type"] == "agency.key":
        return consultation_entries.fits(value)
    if value["type"] == "document.published":
        return (value["format"] == "pdf") is (value["language"] is not None)
    if value.get("state") == "setup":
        return (value["approvals"] == 2) is (value["approved"] is not None)
    match value["type"]:
        case "petition.state":
            there = all((value[name] is not None) is (value["to"] in states) for name, states in _WITH.items())
            reasoned = value["reason"] is not None or value["to"] not in _WITH_REASON
            ends = value["closes_at"] is None or value["at"] < value["closes_at"]
            return there and reasoned and ends and value["into"] != value["petition"]
        case "petition.invalidation":
            desk = value["act"] == "reinstate" and value["code"] != "forged-paper"
            return value["batch"] is not None or desk
        case "petition.threshold":
            return bool(value["count"] >= value["needed"])
        case "petition.answer":
            return value["to"] in _ANSWERS[value["kind"]]
    match value.get("step"):
        case "committed":
            return bool(value["commitments"] == sorted(set(value["commitments"])))
        case "reported":
            answered = value["confirmed"] + value["denied"]
            return bool(answered + value["unreached"] == value["opened"] and value["asked"] <= answered)
    return True


@lru_cache(maxsize=512)
def _is_a_day(text: str) -> bool:
    try:
        return bool(a_day(text))
    except ValueError:
        return False


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
