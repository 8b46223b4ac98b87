"""Petitions recounted from the log: who signed, as the registrar attests it, and how many that are.

Of each pseudonym the last act counts: ``attest``, ``paper``, ``withdraw``, by the registrar's signature; and whether it
counts at all, by what the office entered last about it, ``invalidate`` or ``reinstate``. Paper is counted apart. The
platform's ``docs/log.md`` lists the rules between entries, which are all held here.

A petition takes one small record in memory; its signatures go to a :class:`Register`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any, Final, Protocol

from egov_crypto import audit, statement, vrf
from egov_crypto.errors import VerificationError
from egov_crypto.log_clock import LogClock

DOMAIN: Final = b"egov-registrar-statement-v1"
"""What the registrar's signatures begin with, before a zero byte."""
ALPHA: Final = b"egov-petition-v1"

OTHER: Final = "other"
"""The region of small territories, and of those that are not named."""
_FOLLOWS: Final = {
    "": {"collecting", "review"},
    "collecting": {"review", "open", "rejected", "hidden", "withdrawn", "stopped"},
    "review": {"collecting", "open", "rejected", "hidden", "withdrawn", "stopped", "merged"},
    "open": {"closed", "hidden", "withdrawn", "stopped", "merged"},
    "closed": {"hidden", "stopped"},
    "rejected": {"review", "hidden"},
    "hidden": set(),
    "withdrawn": {"hidden"},
    "stopped": {"hidden"},
    "merged": {"hidden"},
}
"""Which state may follow which: none leads from what was open to where its text and rules could change."""
_TAKEN_BACK: Final = {"hidden", "stopped", "merged"}
"""What moderators ended: an appeal that is granted leads back to where the petition was, and nowhere else."""
MAX_KINDS: Final = 5000
"""Regions, and days, of one petition: more of them no country and no petition has."""
MAX_ACTS: Final = 1000
"""Thresholds, answers, audits and reasons of one petition."""
BATCHES: Final = timedelta(hours=2)
"""In which what was signed is attested in the log, which promises little more than an hour."""
LATEST: Final = timedelta(days=1)
"""So long after a petition's end nothing that was signed before enters any more, even if the registrar stood still."""
ZONES: Final = timedelta(hours=14)
"""By how much a day may begin before the same one in UTC."""


class Act(IntEnum):
    """What a person did last, as the registrar attests it."""

    NOTHING = 0
    ATTEST = 1
    PAPER = 2
    WITHDRAW = 3


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature: the last act, whether the office says that it does not count, region and day (ISO 8601) that it was
    attested with; empty before."""

    act: Act = Act.NOTHING
    invalid: bool = False
    region: str = ""
    day: str = ""

    @property
    def stands(self) -> bool:
        """Whether it was signed and not withdrawn."""
        return self.act in {Act.ATTEST, Act.PAPER}

    @property
    def counts(self) -> bool:
        """Whether it is one of the verified count, which is without paper."""
        return self.act == Act.ATTEST and not self.invalid


class Register(Protocol):
    """Where the acts about signatures are kept: there may be more than fit into memory."""

    def sign(self, petition: str, pseudonym: bytes, index: int, signed: Signed) -> None:
        """Keep what a signature is from the entry at ``index`` on; they come in order."""

    def signed(self, petition: str, pseudonym: bytes) -> Signed | None:
        """What it is by all entries so far; None before the first about it."""

    def signed_at(self, petition: str, size: int) -> Iterator[tuple[bytes, Signed]]:
        """Each signature with what it was by the first ``size`` entries."""


@dataclass
class PetitionCount:
    """What the log says of one petition, up to here. Hashes are SHA-256 in hex, times as they are written."""

    state: str = ""
    at: str = ""
    """Since when, by the server's clock."""
    ended_from: list[str] = field(default_factory=list)
    """The states that moderators ended it in, the last one last, as long as that was not taken back."""
    opened_at: str = ""
    """When it was opened for signatures, at last; empty before."""
    ended_at: str = ""
    """When it was open no more; empty while it is."""
    end_told: str = ""
    """When that was entered, by the log's own clock: not before it ended."""
    closes_at: str = ""
    """When it was to end, as it was opened."""
    document: str = ""
    rules: str = ""
    key: str = ""
    """What makes its pseudonyms (hex); empty before the registrar opened its part."""
    signer: str = ""
    keyed: str = ""
    """The document that the registrar opened it with."""
    territory: str | None = None
    min_age: int = 0
    ways: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    """Under which region each territory counts, as the registrar opened it: its own, or :data:`OTHER`."""
    generated: bool = False
    electronic: int = 0
    """Signatures that count, without paper: the verified count."""
    paper: int = 0
    withdrawn: int = 0
    invalid: int = 0
    attested: int = 0
    """Pseudonyms that were attested at any time."""
    acts: int = 0
    """How often somebody was attested to have signed: again after a withdrawal counts again."""
    late: int = 0
    """Of those, how many were entered more than :data:`BATCHES` after it had ended."""
    late_at: str = ""
    """When the last of them was, by the log's own clock, at the earliest."""
    regions: dict[str, int] = field(default_factory=dict)
    """Of those that count, without paper."""
    days: dict[str, int] = field(default_factory=dict)
    paper_regions: dict[str, int] = field(default_factory=dict)
    paper_days: dict[str, int] = field(default_factory=dict)
    signed_in: dict[str, int] = field(default_factory=dict)
    """By region, how often somebody was attested to have signed, whatever became of it since."""
    thresholds: dict[str, list[Any]] = field(default_factory=dict)
    """By tier: what was needed, the provisional count, when; how many of these were not attested yet, and ``acts``."""
    reasons: list[str] = field(default_factory=list)
    """The commitments to the reasons of its states."""
    answers: list[list[str]] = field(default_factory=list)
    """Kind, what came of it, when, the commitment to the text."""
    audits: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By identifier: ``index`` of its first entry, ``at``, ``commitments``, ``sample``, ``counted`` then; ``reveals``,
    ``revealed_at`` and ``report`` once they are there."""

    @property
    def is_open(self) -> bool:
        """Whether it can be signed."""
        return self.state == "open"

    @property
    def standing(self) -> int:
        """All signatures that count, those on paper too."""
        return self.electronic + self.paper


@dataclass
class Petitions:
    """The petitions of one log."""

    register: Register
    counts: dict[str, PetitionCount] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """Petitions of which something came since whoever keeps the records has emptied this."""
    signer: str = ""
    """The registrar's key, as the first petition has it (unpadded Base64); the same in all."""
    clock: LogClock = field(default_factory=LogClock)

    def take(self, index: int, value: dict[str, Any]) -> None:
        """Count the entry at ``index``. Raises :class:`VerificationError` (``petition.*``, ``audit.*``)."""
        if "at" in value:
            self.clock.take(index, value["at"])
        count = self.counts.setdefault(value["petition"], PetitionCount())
        self.touched.add(value["petition"])
        match value["type"]:
            case "petition.state":
                _change(value, count, self.clock)
            case "registrar.petition":
                self._key(value, count)
            case "petition.attestation":
                self._attest(index, value, count)
            case "petition.invalidation":
                self._invalidate(index, value, count)
            case "petition.threshold":
                _reach(value, count)
            case "petition.answer":
                if not count.opened_at:
                    raise VerificationError("petition.order", "an answer to what was never open")
                _bounded(count.answers)
                count.answers.append([value["kind"], value["to"], value["at"], value["document"]])
            case "petition.audit":
                if value["step"] == "committed":
                    _bounded(count.audits)
                    if not count.key:
                        raise VerificationError("audit.order", "committed with nothing to audit")
                audit.take(index, value, count.audits, count.electronic)

    def _key(self, value: dict[str, Any], count: PetitionCount) -> None:
        if count.attested:
            raise VerificationError("petition.order", "the registrar opens its part after the first attestation")
        if count.key and (count.key, count.keyed) != (value["key"], value["document"]):
            raise VerificationError("petition.order", "the registrar opens its part with another key or text")
        check_signed(value, value["signer"])
        if self.signer and self.signer != value["signer"]:
            raise VerificationError("petition.signer", f"{value['signer']}, where it was {self.signer}")
        vrf.validate_key(bytes.fromhex(value["key"]))
        self.signer = count.signer = value["signer"]
        count.key, count.keyed = value["key"], value["document"]
        count.territory, count.min_age = value["territory"], value["min_age"]
        count.ways, count.generated = value["ways"], value["generated"]
        count.places = value["regions"]

    def _attest(self, index: int, value: dict[str, Any], count: PetitionCount) -> None:
        if not count.key:
            raise VerificationError("petition.order", "an attestation before the registrar opened its part")
        check_signed(value, count.signer)
        act, pseudonym = value["act"], bytes.fromhex(value["pseudonym"])
        if value["region"] != OTHER and count.places.get(value["region"]) != value["region"]:
            raise VerificationError("petition.region", f"{value['region']} is none of those that it was opened with")
        _check_time(value["day"], count)
        before = self.register.signed(value["petition"], pseudonym) or Signed()
        if act == "withdraw":
            if not before.stands:
                raise VerificationError("petition.order", "a withdrawal of what was not signed")
            after = replace(before, act=Act.WITHDRAW)
        else:
            if before.stands:
                raise VerificationError("petition.double", f"{act} of {value['pseudonym'][:16]}…")
            done = Act.PAPER if act == "paper" else Act.ATTEST
            after = replace(before, act=done, region=value["region"], day=value["day"])
            count.attested += before.act == Act.NOTHING
            count.acts += 1
            _tally(count.signed_in, value["region"], 1)
            _check_end(value["day"], count, self.clock.now)
        self._put(index, value, before, after, count)

    def _invalidate(self, index: int, value: dict[str, Any], count: PetitionCount) -> None:
        """Which may come before the attestation, that waits for its batch."""
        before = self.register.signed(value["petition"], bytes.fromhex(value["pseudonym"])) or Signed()
        invalid = value["act"] == "invalidate"
        if before.invalid is invalid:
            raise VerificationError("petition.order", f"{value['act']}, where it is so already")
        self._put(index, value, before, replace(before, invalid=invalid), count)

    def _put(self, index: int, value: dict[str, Any], before: Signed, after: Signed, count: PetitionCount) -> None:
        _add(count, before, -1)
        _add(count, after, 1)
        self.register.sign(value["petition"], bytes.fromhex(value["pseudonym"]), index, after)


def alpha(petition: str, iin: str) -> bytes:
    """What a person's pseudonym in a petition is the output of (:mod:`egov_crypto.vrf`)."""
    return b"\0".join([ALPHA, petition.encode("ascii"), iin.encode("ascii")])


def counted_at(register: Register, petition: str, size: int) -> PetitionCount:
    """What counts by the first ``size`` entries: the numbers of a :class:`PetitionCount`, and nothing else of it."""
    count = PetitionCount()
    for _, signed in register.signed_at(petition, size):
        _add(count, signed, 1)
    return count


def sample(register: Register, petition: str, count: PetitionCount, audit_id: str) -> list[bytes]:
    """The pseudonyms that an audit has drawn, whose values are revealed."""
    found = count.audits[audit_id]
    seed = audit.seed(petition, map(bytes.fromhex, found["reveals"]))
    standing = register.signed_at(petition, found["index"])
    counted = (pseudonym for pseudonym, signed in standing if signed.counts)
    return audit.draw(seed, counted, found["sample"])


def check_signed(value: dict[str, Any], key: str) -> None:
    """Raise :class:`VerificationError` (``petition.signature``) unless the registrar with this key (unpadded Base64)
    signed the entry, which has its ``signature``."""
    body = {name: member for name, member in value.items() if name != "signature"}
    signature = statement.from_base64(value["signature"], 64)
    statement.check_signature(body, signature, key, DOMAIN, "petition.signature")


def _change(value: dict[str, Any], count: PetitionCount, clock: LogClock) -> None:
    to = value["to"]
    back = to not in _FOLLOWS[count.state]
    if back:
        _check_back(value, count)
        count.ended_from.pop()
    elif to in _TAKEN_BACK:
        count.ended_from.append(count.state)
    if to == "closed" and value["at"] < count.closes_at:
        raise VerificationError("petition.order", f"closed at {value['at']}, and it was open until {count.closes_at}")
    if to == "open" and back:
        count.ended_at = count.end_told = ""
    elif to == "open":
        count.opened_at, count.closes_at = value["at"], value["closes_at"]
        count.rules = value["rules"]
    elif count.is_open:
        count.ended_at, count.end_told = value["at"], clock.now
    if value["document"] is not None:
        count.document = value["document"]
    if value["reason"] is not None:
        _bounded(count.reasons)
        count.reasons.append(value["reason"])
    count.state, count.at = to, value["at"]


def _check_back(value: dict[str, Any], count: PetitionCount) -> None:
    """Raise unless a granted appeal may lead there: to where moderators ended it, with nothing else than it had."""
    to, before = value["to"], count.ended_from[-1] if count.ended_from else ""
    if count.state not in _TAKEN_BACK or to not in _BACK_TO.get(before, {before}):
        raise VerificationError("petition.order", f"{to} after {count.state or 'nothing'}")
    had = count.document, count.rules, count.closes_at
    if to == "open" and (value["document"], value["rules"], value["closes_at"]) != had:
        raise VerificationError("petition.order", "open again with another text, other rules or another end")


_BACK_TO: Final = {"collecting": {"review"}, "review": {"review"}, "open": {"open", "closed"}}
"""From where it was ended to where it may go back, if not there itself: checked anew, or closed meanwhile."""


def _check_time(day: str, count: PetitionCount) -> None:
    """Raise unless the petition was opened by that day, with the text that the registrar knows."""
    if not count.opened_at:
        raise VerificationError("petition.order", "an attestation before the petition was opened")
    if count.keyed != count.document:
        raise VerificationError("petition.order", "an attestation with the key for another text than was opened")
    if day < _day(count.opened_at, -ZONES):
        raise VerificationError("petition.late", f"on {day}, and it was opened at {count.opened_at}")


def _check_end(day: str, count: PetitionCount, now: str) -> None:
    """Raise if the petition was not open any more on that day, or has ended so long ago that what waited then must have
    come. ``now`` is the log's own clock; what was not entered yet when it ended can not be said to be late."""
    ended = count.ended_at or count.closes_at
    if day > _day(ended, ZONES):
        raise VerificationError("petition.late", f"on {day}, and it ended at {ended}")
    since = datetime.fromisoformat(now) - datetime.fromisoformat(count.end_told or ended)
    if since > LATEST:
        raise VerificationError("petition.late", f"entered at {now} or later, and it ended at {ended}")
    if since > BATCHES:
        count.late, count.late_at = count.late + 1, now


def _day(moment: str, shift: timedelta) -> str:
    return date.isoformat((datetime.fromisoformat(moment) + shift).date())


def _add(count: PetitionCount, signed: Signed, number: int) -> None:
    count.withdrawn += number * (signed.act == Act.WITHDRAW)
    count.invalid += number * (signed.stands and signed.invalid)
    if signed.act == Act.PAPER and not signed.invalid:
        count.paper += number
        _tally(count.paper_regions, signed.region, number)
        _tally(count.paper_days, signed.day, number)
    if signed.counts:
        count.electronic += number
        _tally(count.regions, signed.region, number)
        _tally(count.days, signed.day, number)


def _tally(counts: dict[str, int], name: str, number: int) -> None:
    counts[name] = counts.get(name, 0) + number
    if not counts[name]:
        del counts[name]
    if len(counts) > MAX_KINDS:
        raise VerificationError("petition.order", f"more than {MAX_KINDS} regions or days")


def _bounded(of: dict[str, Any] | list[Any]) -> None:
    if len(of) == MAX_ACTS:
        raise VerificationError("petition.order", f"more than {MAX_ACTS} thresholds, answers or audits")


def _reach(value: dict[str, Any], count: PetitionCount) -> None:
    if not count.opened_at or value["tier"] in count.thresholds:
        raise VerificationError(
            "petition.order", f"the threshold {value['tier']} is reached a second time, or too early"
        )
    _bounded(count.thresholds)
    waiting = max(value["count"] - count.standing, 0)
    count.thresholds[value["tier"]] = [value["needed"], value["count"], value["at"], waiting, count.acts]
