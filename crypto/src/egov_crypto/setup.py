"""The set-up document of a vote, and the registrar's word on it, held against the archive.

The document fixes what the archive does not hold: the times, the kind of vote, how the roll was drawn up and a hash of
it, the registrar's key, the trustees' names. Trustees, registrar and two members of the commission confirm its SHA-256
before a vote opens. The hashes of election, trustees and credentials, and of the archive's first event, stand in it, so
that it belongs to one archive and to no other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from egov_crypto import archive, statement, wire
from egov_crypto.election import is_uuid
from egov_crypto.errors import VerificationError
from egov_crypto.verify import Verified

MAX_SIZE: Final = 100_000
"""Bytes that a document may have; real ones have some 1,000, and 20,000 where every district is named."""

MAX_TURNOUT: Final = 1_000_000

SMALL: Final = 10
"""Groups of fewer who voted do not stand alone: what they voted could be told from the rest."""

_KEYS: Final = (
    "type", "version", "uuid", "kind", "rehearsal", "title", "opens_at", "closes_at", "election", "trustees",
    "credentials", "fingerprint", "head", "registered", "weight", "roll", "registrar", "trustee_names",
)  # fmt: skip
_REGISTRAR: Final = b"egov-registrar-statement-v1"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a set-up document says. Hashes are SHA-256 in hex."""

    hash: str
    """Its own: what was confirmed."""
    uuid: str
    kind: str
    rehearsal: bool
    title: tuple[str, str, str]
    opens_at: datetime
    closes_at: datetime
    """As it was set up: an extension is a later act."""
    election: str
    trustees: str
    credentials: str
    fingerprint: str
    head: str
    registered: int
    weight: int
    roll_hash: str
    registrar: str
    """The key that the registrar signs with."""
    trustee_names: tuple[tuple[str, str, str], ...]


def parse(raw: bytes) -> Setup:
    """The document that ``raw`` is. Raises :class:`VerificationError` (``document.format``)."""
    try:
        return _parse(raw)
    except (ValueError, TypeError) as error:
        raise VerificationError("document.format", str(error)) from None


def _parse(raw: bytes) -> Setup:
    value = statement.keys(statement.load(raw, MAX_SIZE), *_KEYS)
    if value["type"] != "egov-setup" or type(value["version"]) is not int or value["version"] != 1:
        raise ValueError("not egov-setup in version 1")
    roll = statement.keys(value["roll"], "size", "hash", "rule")
    names = value["trustee_names"]
    if not isinstance(names, list) or not names:
        raise ValueError("it names no trustee")
    found = Setup(
        hash=wire.digest(raw),
        uuid=statement.string(value["uuid"]),
        kind=statement.string(value["kind"]),
        rehearsal=value["rehearsal"],
        title=statement.texts(value["title"]),
        opens_at=statement.moment(value["opens_at"]),
        closes_at=statement.moment(value["closes_at"]),
        election=statement.digest(value["election"]),
        trustees=statement.digest(value["trustees"]),
        credentials=statement.digest(value["credentials"]),
        fingerprint=statement.string(value["fingerprint"]),
        head=statement.digest(value["head"]),
        registered=statement.natural(value["registered"]),
        weight=statement.natural(value["weight"]),
        roll_hash=statement.digest(roll["hash"]),
        registrar=statement.string(value["registrar"]),
        trustee_names=tuple(statement.texts(name) for name in names),
    )
    statement.from_base64(found.registrar, 32)
    if not is_uuid(found.uuid) or found.kind not in {"binding", "consultative"}:
        raise ValueError("neither identifier nor kind of a vote")
    if type(value["rehearsal"]) is not bool or not isinstance(roll["rule"], dict):
        raise ValueError("neither rehearsal nor rule of a roll")
    if found.opens_at >= found.closes_at:
        raise ValueError("it closes before it opens")
    if statement.natural(roll["size"]) != found.registered:
        raise ValueError("two sizes of one roll")
    return found


def check(setup: Setup, file: BinaryIO, verified: Verified) -> None:
    """Check that a document is the one of the archive that ``file`` holds and that was verified.

    Raises :class:`VerificationError` (``document.archive``).
    """
    election, trustees, credentials, head = _first_event(file)
    wanted: dict[str, tuple[Any, Any]] = {
        "uuid": (setup.uuid, verified.election.uuid),
        "election": (setup.election, election),
        "trustees": (setup.trustees, trustees),
        "credentials": (setup.credentials, credentials),
        "fingerprint": (setup.fingerprint, verified.election.fingerprint),
        "head": (setup.head, head),
        "title": (setup.title, statement.languages_of(verified.election.name)),
        "registered": (setup.registered, len(verified.credentials)),
        "weight": (setup.weight, verified.credentials.total_weight),
        "trustee_names": (len(setup.trustee_names), len(verified.trustees)),
    }
    for name, (said, found) in wanted.items():
        if said != found:
            raise VerificationError("document.archive", f"{name}: {said} there, {found} in the archive")


def _first_event(file: BinaryIO) -> tuple[str, str, str, str]:
    """The hashes of election, trustees and credentials in a verified archive's Setup, and of that event itself."""
    file.seek(0)
    data: dict[str, archive.Member] = {}
    for member in archive.members(file, archive.read_timestamp(file)):
        if member.kind == "event":
            payload = archive.Event.parse(archive.content(file, member)).payload
            value = wire.load(archive.content(file, data[payload or ""]))
            return value["election"], value["trustees"], value["credentials"], member.hash
        data[member.hash] = member
    raise VerificationError("event.order", "the archive has no Setup event")


def check_confirmation(raw: bytes, setup: Setup) -> None:
    """Check the registrar's statement that ``setup`` is the one that it knows.

    Raises :class:`VerificationError` (``registrar.format``, ``registrar.signature``, ``registrar.setup``).
    """
    try:
        value, signature = statement.parse_signed(raw, MAX_SIZE, "egov-registrar-confirmation")
        statement.keys(value, "type", "version", "uuid", "setup", "credentials", "roll", "registrar", "at")
        statement.moment(value["at"])
        roll = statement.keys(value["roll"], "size", "hash")
    except (ValueError, TypeError) as error:
        raise VerificationError("registrar.format", str(error)) from None
    statement.check_signature(value, signature, setup.registrar, _REGISTRAR, "registrar.signature")
    confirmed = (value["setup"], value["uuid"], value["credentials"], roll["hash"], roll["size"], value["registrar"])
    if confirmed != (setup.hash, setup.uuid, setup.credentials, setup.roll_hash, setup.registered, setup.registrar):
        raise VerificationError("registrar.setup", f"it confirms {value['setup']}, the document is {setup.hash}")


def check_turnout(raw: bytes, setup: Setup, verified: Verified) -> list[tuple[tuple[str, ...], int, int]]:
    """Check the registrar's turnout by region; (regions, voters, registered) of each group.

    Only the totals, and the list of credentials that voted, can be held against the archive. Raises
    :class:`VerificationError` (``turnout.format``, ``turnout.signature``, ``turnout.archive``, ``turnout.small``).
    """
    try:
        value, signature = statement.parse_signed(raw, MAX_TURNOUT, "egov-turnout")
        statement.keys(value, "type", "version", "uuid", "registered", "voted", "list", "groups", "registrar", "at")
        statement.moment(value["at"])
        groups = [_group(group) for group in value["groups"]]
        named = [region for group in groups for region in group[0]]
        if len(set(named)) != len(named):
            raise ValueError("a region is counted twice")
    except (ValueError, TypeError) as error:
        raise VerificationError("turnout.format", str(error)) from None
    statement.check_signature(value, signature, setup.registrar, _REGISTRAR, "turnout.signature")
    voted = [verified.credentials[place].hex() for place, height in enumerate(verified.credentials.last) if height]
    totals = sum(group[1] for group in groups), sum(group[2] for group in groups)
    wanted: dict[str, tuple[Any, Any]] = {
        "uuid": (value["uuid"], setup.uuid),
        "voted": ((value["voted"], totals[0]), (len(voted),) * 2),
        "registered": ((value["registered"], totals[1]), (len(verified.credentials),) * 2),
        "list": (value["list"], wire.digest(statement.dump(sorted(voted)))),
    }
    for name, (said, found) in wanted.items():
        if said != found:
            raise VerificationError("turnout.archive", f"{name}: {said} there, {found} in the archive")
    small = [", ".join(regions) for regions, voters, _ in groups if voters < SMALL]
    if small and len(groups) > 1:  # merged with others it would have 10, or be all that there are
        raise VerificationError("turnout.small", small[0])
    return groups


def _group(value: Any) -> tuple[tuple[str, ...], int, int]:
    group = statement.keys(value, "regions", "registered", "voted")
    if not isinstance(group["regions"], list) or not all(isinstance(region, str) for region in group["regions"]):
        raise ValueError("its regions are no list of texts")
    regions = tuple(group["regions"])
    voted, registered = statement.natural(group["voted"]), statement.natural(group["registered"])
    if voted > registered:
        raise ValueError("more voted than are registered")
    return regions, voted, registered
