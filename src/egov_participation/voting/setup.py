"""The setup document: everything that a vote fixes before it opens, as canonical JSON.

Its SHA-256 is what trustees and registrar confirm and what two members of the commission approve. It holds no timestamp
of its own; long things stand in it by their hashes. The trustees' names, which are public, stand in it so
that nobody can show one trustee's key under another's name::

    {"closes_at":"2026-11-01T15:00:00Z","credentials":"<hex>","election":"<hex>","fingerprint":"φ","head":"<hex>",
     "kind":"binding","opens_at":"…","registered":n,"registrar":"<key>","rehearsal":false,
     "roll":{"hash":"<hex>","rule":{…},"size":n},"title":{"en":"…","kk":"…","ru":"…"},
     "trustee_names":[{"en":"…","kk":"…","ru":"…"},…],"trustees":"<hex>","type":"egov-setup","uuid":"…","version":1,
     "weight":n}

Keys are sorted, there are no blanks, the encoding is UTF-8. A reader takes this one spelling and no other, so that one
setup never has two hashes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from egov_participation.voting.rules import VoteKind
from egov_participation.voting.texts import LANGUAGES, Texts

TYPE: Final = "egov-setup"
VERSION: Final = 1
MAX_BYTES: Final = 100_000
"""A larger one is not read; real ones have some 1,000, and 20,000 where every district is named."""

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_UUID: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_TOP: Final = {
    "type", "version", "uuid", "kind", "rehearsal", "title", "opens_at", "closes_at", "election", "trustees",
    "credentials", "fingerprint", "head", "registered", "weight", "roll", "registrar", "trustee_names",
}  # fmt: skip

Rule = Mapping[str, "str | int | list[str]"]
"""Who may vote: ``{"from": "registry", "min_age": 18, "territories": ["KZ-75"]}`` or ``{"from": "file"}``."""


class SetupDocumentError(ValueError):
    """The bytes are not a setup document in its one spelling."""


@dataclass(frozen=True, slots=True)
class SetupDocument:
    """What a setup document says. Hashes are SHA-256 in hex; times are aware, in UTC, of whole seconds."""

    uuid: str
    kind: VoteKind
    rehearsal: bool
    title: Texts
    opens_at: datetime
    closes_at: datetime
    election: str
    trustees: str
    credentials: str
    """Of the JSON of each, as published in the archive."""
    fingerprint: str
    """φ: unpadded Base64 of the same hash as `election`."""
    head: str
    """Of the archive's Setup event."""
    registered: int
    weight: int
    """Of all voters together."""
    roll_size: int
    roll_hash: str
    """The registrar's commitment to who is on the roll."""
    registrar: str
    """The key that it signs with: unpadded Base64."""
    trustee_names: tuple[Texts, ...]
    """In the order of the list of keys."""
    roll_rule: Rule = field(default_factory=dict)

    def to_json(self) -> bytes:
        """The document's bytes."""
        return canonical(
            {
                "type": TYPE,
                "version": VERSION,
                "uuid": self.uuid,
                "kind": self.kind.value,
                "rehearsal": self.rehearsal,
                "title": self.title.as_dict(),
                "opens_at": self.opens_at.astimezone(UTC).strftime(_TIME),
                "closes_at": self.closes_at.astimezone(UTC).strftime(_TIME),
                "election": self.election,
                "trustees": self.trustees,
                "credentials": self.credentials,
                "fingerprint": self.fingerprint,
                "head": self.head,
                "registered": self.registered,
                "weight": self.weight,
                "roll": {"size": self.roll_size, "hash": self.roll_hash, "rule": dict(self.roll_rule)},
                "registrar": self.registrar,
                "trustee_names": [name.as_dict() for name in self.trustee_names],
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> SetupDocument:
        """Read a document strictly: its one spelling, no key more or less, numbers that agree with each other.

        Raises:
            SetupDocumentError: it is none.
        """
        try:
            return _parse(raw)
        except SetupDocumentError:
            raise
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise SetupDocumentError(f"not a setup document: {type(error).__name__}") from None


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object: keys sorted, no blanks, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def digest(raw: bytes) -> str:
    """SHA-256 in hex: of a setup document, its hash."""
    return hashlib.sha256(raw).hexdigest()


def whole_second(moment: datetime) -> datetime:
    """The moment as a setup document can say it."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _parse(raw: bytes) -> SetupDocument:
    if len(raw) > MAX_BYTES:
        raise SetupDocumentError("too long for a setup document")
    value = json.loads(raw.decode("utf-8"))
    _keys(value, _TOP)
    if canonical(value) != raw:
        raise SetupDocumentError("not in its one spelling")
    if (value["type"], value["version"]) != (TYPE, VERSION) or type(value["version"]) is not int:
        raise SetupDocumentError("of another type or version")
    roll = _keys(value["roll"], {"size", "hash", "rule"})
    names = value["trustee_names"]
    if not isinstance(names, list) or not names:
        raise SetupDocumentError("it names no trustee")
    document = SetupDocument(
        uuid=_matching(_UUID, value["uuid"]),
        kind=VoteKind(value["kind"]),
        rehearsal=_boolean(value["rehearsal"]),
        title=_texts(value["title"]),
        opens_at=_moment(value["opens_at"]),
        closes_at=_moment(value["closes_at"]),
        election=_matching(_HEX, value["election"]),
        trustees=_matching(_HEX, value["trustees"]),
        credentials=_matching(_HEX, value["credentials"]),
        fingerprint=_text(value["fingerprint"]),
        head=_matching(_HEX, value["head"]),
        registered=_count(value["registered"]),
        weight=_count(value["weight"]),
        roll_size=_count(roll["size"]),
        roll_hash=_matching(_HEX, roll["hash"]),
        registrar=_text(value["registrar"]),
        trustee_names=tuple(_texts(name) for name in names),
        roll_rule=_rule(roll["rule"]),
    )
    _check_agreement(document)
    return document


def _check_agreement(document: SetupDocument) -> None:
    if document.opens_at >= document.closes_at:
        raise SetupDocumentError("it closes before it opens")
    if document.roll_size != document.registered or document.weight < document.registered:
        raise SetupDocumentError("the numbers of voters do not agree")
    if fingerprint_of(document.election) != document.fingerprint:
        raise SetupDocumentError("the fingerprint is not the election's")


def fingerprint_of(election: str) -> str:
    """φ of the election whose SHA-256 in hex is given."""
    return base64.b64encode(binascii.unhexlify(election)).decode().rstrip("=")


def _keys(value: Any, wanted: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != wanted:
        raise SetupDocumentError("its keys are not those of a setup document")
    return value


def _matching(form: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise SetupDocumentError("a hash or an identifier has not its form")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise SetupDocumentError("a text is missing")
    return value


def _texts(value: Any) -> Texts:
    parts = _keys(value, set(LANGUAGES))
    return Texts(*(_text(parts[lang]) for lang in LANGUAGES))


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise SetupDocumentError("neither true nor false")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise SetupDocumentError("not a number of voters")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.strptime(_text(value), _TIME).replace(tzinfo=UTC)
    if moment.strftime(_TIME) != value:
        raise SetupDocumentError("a time is not in its one spelling")
    return moment


def _rule(value: Any) -> Rule:
    if not isinstance(value, dict):
        raise SetupDocumentError("the roll's rule is no object")
    for key, part in value.items():
        listed = isinstance(part, list) and all(isinstance(item, str) for item in part)
        if not (isinstance(key, str) and (isinstance(part, str) or type(part) is int or listed)):
            raise SetupDocumentError("the roll's rule is not one")
    return value
