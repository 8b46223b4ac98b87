"""The entries of petitions, as they come one after the other; and where their signatures are kept in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from crypto.tests.served import Log, ServedSite, digest

from egov_crypto import audit, canonical, entry, statement, vrf
from egov_crypto.cli.petition_periods import Calendar, Period
from egov_crypto.group import public_key, sign
from egov_crypto.note import to_base64
from egov_crypto.petition import DOMAIN, PetitionCount, Petitions, Signed, alpha

REGISTRAR = bytes(range(32))
OPENED, CLOSED = "2026-03-02T09:00:00Z", "2026-09-02T09:00:00Z"
DUE = "2026-04-28"
"""Forty working days after it was opened: 8 March is kept on the 9th, and one day off is made up for on a Saturday."""
THRESHOLD = {
    "scope": "country",
    "needed": None,
    "percent": None,
    "bands": [],
    "per_territory": None,
    "action": "answer",
}
RULES: dict[str, Any] = {
    "collecting": "6 months",
    "thresholds": [
        {**THRESHOLD, "code": "government", "needed": 5, "answer_due": "40 working days"},
        {**THRESHOLD, "code": "akimat", "scope": "region", "percent": "1", "answer_due": "20 working days"},
    ],
    "calendar": {
        "weekend": ["saturday", "sunday"],
        "holidays": [{"day": "03-08", "carried": True, "first_year": 1, "last_year": 9999}],
        "off": ["2026-03-23"],
        "worked": ["2026-03-28"],
    },
    "residents": {},
}
"""As far as an observer reads them."""


def signed(value: dict[str, Any], registrar: bytes = REGISTRAR) -> dict[str, Any]:
    """With the registrar's signature."""
    made = sign(registrar, DOMAIN + b"\0" + statement.dump(value))
    return {**value, "signature": to_base64(made).rstrip("=")}


class Petition:
    """What is entered of one."""

    def __init__(self, reference: str = "P-2026-0042", registrar: bytes = REGISTRAR) -> None:
        self.reference, self.registrar = reference, registrar
        self.secret = hashlib.sha256(reference.encode()).digest()
        self.key = vrf.public(self.secret)
        self.document = digest(f"text of {reference}")
        self.rules = hashlib.sha256(json.dumps(RULES).encode()).hexdigest()

    def about(self, type_: str, **members: Any) -> dict[str, Any]:
        return {"type": type_, "version": 1, "petition": self.reference, **members}

    def state(self, to: str, at: str = OPENED, **members: Any) -> dict[str, Any]:
        there: dict[str, Any] = dict.fromkeys(("document", "rules", "reason", "into", "closes_at"))
        if to in {"collecting", "review", "open"}:
            there["document"] = self.document
        if to == "open":
            there["rules"], there["closes_at"] = self.rules, CLOSED
        if to in {"rejected", "hidden", "stopped", "merged"}:
            there["reason"] = digest("reason")
        if to == "merged":
            there["into"] = "P-2026-0001"
        return self.about("petition.state", to=to, at=at, **there | members)

    def keyed(self, **members: Any) -> dict[str, Any]:
        told = {"key": self.key.hex(), "document": self.document, "territory": None, "min_age": 16}
        signer = to_base64(public_key(self.registrar)).rstrip("=")
        regions = {"KZ-62": "other"} | {name: name for name in ("KZ-10", "KZ-61", "KZ-63", "KZ-75")}
        ways = {"ways": ["eid", "passkey"], "regions": regions, "generated": False, "signer": signer}
        return signed(self.about("registrar.petition", **told | ways | members), self.registrar)

    def opened(self) -> list[dict[str, Any]]:
        return [self.state("review"), self.keyed(), self.state("open")]

    def pseudonym(self, person: int) -> bytes:
        return vrf.evaluate(self.secret, alpha(self.reference, iin(person)))

    def act(self, act: str, person: int, **members: Any) -> dict[str, Any]:
        told = {"pseudonym": self.pseudonym(person).hex(), "act": act, "day": "2026-03-05", "region": "KZ-75"}
        return signed(self.about("petition.attestation", **told | members), self.registrar)

    def attest(self, *people: int, **members: Any) -> list[dict[str, Any]]:
        return [self.act("attest", person, **members) for person in people]

    def office(self, act: str, person: int, **members: Any) -> dict[str, Any]:
        told = {"pseudonym": self.pseudonym(person).hex(), "act": act, "code": "automated", "day": "2026-04-01"}
        return self.about("petition.invalidation", **told | {"batch": digest("batch")} | members)

    def audited(self, step: str, index: int = 0, counted: int = 0, **members: Any) -> dict[str, Any]:
        commitments = sorted(audit.commitment(self.reference, value) for value in VALUES)
        told: dict[str, Any] = {"audit": audit.identifier(self.reference, commitments), "at": OPENED, "step": step}
        match step:
            case "committed":
                told |= {"commitments": commitments, "sample": 3, "approvals": 2, "approved": digest("audit")}
            case "revealed":
                values = sorted(VALUES, key=lambda value: audit.commitment(self.reference, value))
                told |= {"reveals": [value.hex() for value in values], "size": index, "counted": counted}
            case "reported":
                opened = min(3, counted)
                told |= {"opened": opened, "confirmed": opened, "denied": 0, "unreached": 0}
                told |= {"asked": min(1, opened), "document": digest("r")}
        return self.about("petition.audit", **told | members)


VALUES = [bytes([number]) * 32 for number in (7, 8, 9)]


def iin(person: int) -> str:
    """Of nobody: there is no month 0."""
    return f"0000{person:08}"


class Register(dict[tuple[str, bytes], list[tuple[int, Signed]]]):
    """In memory."""

    def sign(self, petition: str, pseudonym: bytes, index: int, signed: Signed) -> None:
        self.setdefault((petition, pseudonym), []).append((index, signed))

    def signed(self, petition: str, pseudonym: bytes) -> Signed | None:
        acts = self.get((petition, pseudonym))
        return acts[-1][1] if acts else None

    def signed_at(self, petition: str, size: int) -> Iterator[tuple[bytes, Signed]]:
        for (of, pseudonym), acts in self.items():
            until = [signed for index, signed in acts if index < size]
            if of == petition and until:
                yield pseudonym, until[-1]


SALT = b"s" * 32
TEXTS = {"kk": {"title": "Жол", "ask": "Жөндеңіздер", "background": ""}}


class PetitionSite:
    """A site with one petition, as an honest one publishes it; a test changes what it likes."""

    def __init__(self, site: ServedSite, log: Log | None = None) -> None:
        self.site, self.log, self.petition = site, log or Log(site), Petition()
        document = {"addressee": "government", "petition": self.petition.reference, "territory": "", "texts": TEXTS}
        self.petition.document = committed(b"petition.text", document)
        self.register, self.read = Register(), 0
        self.petitions = Petitions(self.register)
        self.log.add(*self.petition.opened(), *self.petition.attest(1, 2, 3), self.petition.act("paper", 4))
        self.log.add(*self.petition.attest(5, region="KZ-10"), self.petition.office("invalidate", 2))
        self.publish()

    @property
    def url(self) -> str:
        return f"{self.site.url}/kk/petitions/{self.petition.reference}"

    @property
    def counted(self) -> PetitionCount:
        """By all that is in the log."""
        for index, raw in enumerate(self.log.entries[self.read :], self.read):
            if "petition" in (value := entry.parse(raw)):
                self.petitions.take(index, value)
        self.read = len(self.log.entries)
        return self.petitions.counts[self.petition.reference]

    def publish(self, **lies: Any) -> None:
        """What the site says of it, with other members if given; and the list."""
        counted = self.counted
        regions = [{"territory": name, "count": n, "verified": n, "paper": 0} for name, n in counted.regions.items()]
        said = {
            "reference": self.petition.reference,
            "state": counted.state,
            "state_at": counted.at,
            "opened_at": counted.opened_at,
            "addressee": "government",
            "territory": "",
            "count_provisional": counted.electronic,
            "count_verified": counted.electronic,
            "checkpoint_size": len(self.log.entries),
            "paper": counted.paper,
            "paper_verified": counted.paper,
            "by_region": [{**one, "paper": counted.paper_regions.get(one["territory"], 0)} for one in regions],
            "texts": TEXTS,
            "document": {"salt": SALT.hex(), "hash": counted.document},
            "rules": {"sha256": counted.rules},
            "thresholds": [threshold(OPENED if counted.thresholds else None)],
            "outcomes": [],
            "closes_at": counted.closes_at,
            "counted_at": counted.at,
            "by_day": [
                {"day": day, "count": counted.days.get(day, 0), "paper": counted.paper_days.get(day, 0)}
                for day in {**counted.days, **counted.paper_days}
            ],
            "timeline": [{"kind": "signed", "reason": None, "salt": None}],
            "answer_due_on": DUE if counted.thresholds else None,
            "answer_state": "awaited" if counted.thresholds else "none",
            "debate_state": "none",
        }
        address = f"/api/v1/petitions/{self.petition.reference}/rules"
        self.site.files.setdefault(address, json.dumps(RULES).encode())
        self.say(said | lies)

    def say(self, said: dict[str, Any]) -> None:
        raw = json.dumps(said, ensure_ascii=False).encode()
        self.site.files[f"/api/v1/petitions/{self.petition.reference}"] = raw
        self.list(said)

    def list(self, *said: dict[str, Any]) -> None:
        self.site.files["/api/v1/petitions"] = json.dumps({"petitions": said, "next": None}).encode()

    @property
    def said(self) -> dict[str, Any]:
        """What it says by now."""
        value: dict[str, Any] = json.loads(self.site.files[f"/api/v1/petitions/{self.petition.reference}"])
        return value


def threshold(reached_at: str | None = None, **changed: Any) -> dict[str, Any]:
    """What a site says of the only one."""
    ends = Period.parse("40 working days").ends(reached_at, Calendar(RULES["calendar"])) if reached_at else {DUE}
    due = max(map(str, ends)) if reached_at else None
    told = {"code": "government", "count": 5, "at_most": False, "reached_at": reached_at, "answer_due_on": due}
    return {**told, "done_at": None, **changed}


def committed(word: bytes, content: Any) -> str:
    return hashlib.sha256(word + SALT + canonical.dump(content)).hexdigest()
