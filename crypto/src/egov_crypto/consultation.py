"""Consultations on drafts recounted from the log: what was published, said, covered, replied and reported.

Versions, comments and replies are numbered without a gap; the agency has signed each version; nothing is said after
comments ended; a reply takes another's place only before the same comments; a report counts what stands there. The
platform's ``docs/log.md`` lists the rules between entries, which are all held here.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from egov_crypto import canonical, statement
from egov_crypto.errors import VerificationError
from egov_crypto.group import verify_signature

TOLERANCE: Final = timedelta(minutes=1)
"""By how much a clock may have been set back between an entry's time and another's."""
LATE: Final = timedelta(minutes=10)
"""So long after comments were to end one may still enter the log without being told of."""
MAX_COMMENTS: Final = 1_000_000
"""Comments, and replies, of one consultation."""
MAX_ACTS: Final = 1000
"""Versions, reports, and reasons of one consultation; what was added to one comment, and decided about it."""

ERASURE_WAIT: Final = timedelta(days=3)
"""So long words wait to be destroyed, unless a court has ordered it: until then that can be taken back."""
KEY_LATE: Final = timedelta(days=1)
"""What was signed before a key was replaced may enter the log so long after, however it is dated."""

PUBLISHED, REDACTED, ERASING, ERASED = "published", "redacted", "erasing", "erased"
_FOLLOWS: Final = {
    "": {"open"},
    "open": {"closed", "withdrawn"},
    "closed": {"reported", "withdrawn"},
    "reported": set(),
    "withdrawn": set(),
}
_DECISIONS: Final = {
    "redacted": ({PUBLISHED, REDACTED}, REDACTED),
    "appeal-granted": ({REDACTED, ERASING}, PUBLISHED),
    "appeal-refused": ({REDACTED, ERASING}, ""),
    "erasing": ({PUBLISHED, REDACTED}, ERASING),
    "kept": ({ERASING}, ""),
    "erased": ({REDACTED, ERASING}, ERASED),
}
"""What may be decided about a comment that is shown so, and how it is shown then; empty: as it was before."""


@dataclass
class ConsultationCount:
    """What the log says of one consultation, up to here. Hashes are SHA-256 in hex, times as they are written."""

    state: str = ""
    at: str = ""
    """Since when, by the server's clock."""
    opened_at: str = ""
    closes_at: str = ""
    """When comments end, with all extensions."""
    end_told: str = ""
    """When it was entered that they had ended, by the log's own clock; empty before."""
    rules: str = ""
    reasons: list[str] = field(default_factory=list)
    """The commitments to the reasons of its states and extensions."""
    versions: list[dict[str, Any]] = field(default_factory=list)
    """Of each ``at``, ``agency``, ``key``, ``signature``, ``record``, and ``texts``: language, document, source."""
    comments: list[list[Any]] = field(default_factory=list)
    """Of each: what it is, its day, the commitment to it, how it is shown, the days and commitments of additions, the
    decisions about it (what, when, for whom, and the commitments to the reason and to what is left to read), and the
    commitment to its author's name or None."""
    supports: str = ""
    """Hash of how many supported each of them when comments ended."""
    replies: list[dict[str, Any]] = field(default_factory=list)
    """Of each ``at``, ``verdict``, ``comments``, ``count``, ``changed``, ``supersedes``, ``document``, and
    ``superseded_by``."""
    replied: int = 0
    """Comments that have a reply: none has two that hold."""
    reports: list[dict[str, Any]] = field(default_factory=list)
    """Of each ``at``, ``content``, ``comments``, ``replied``, ``complete``."""
    late: int = 0
    """Comments that entered the log more than :data:`LATE` after comments were to end."""

    @property
    def shown(self) -> dict[str, int]:
        """How many comments are shown how."""
        found = dict.fromkeys((PUBLISHED, REDACTED, ERASING, ERASED), 0)
        for comment in self.comments:
            found[comment[3]] += 1
        return found

    @property
    def gone(self) -> int:
        """How many are erased, or going to be."""
        return self.shown[ERASING] + self.shown[ERASED]


@dataclass
class Agencies:
    """The keys of agencies, each handed over by the one before."""

    keys: dict[str, list[str]] = field(default_factory=dict)
    """In their order."""
    since: dict[str, list[str]] = field(default_factory=dict)
    """When each of them was entered."""
    unhanded: dict[str, int] = field(default_factory=dict)
    """How often a new one came that the one before has not signed."""
    used: dict[str, list[str]] = field(default_factory=dict)
    """With which something was signed that had not been entered by then: the entries of a moment come in any order."""

    def take(self, value: dict[str, Any]) -> None:
        """Take an ``agency.key`` entry. Raises :class:`VerificationError` (``consultation.key``)."""
        agency, old, new = value["agency"], value["old"], value["new"]
        found = self.keys.setdefault(agency, [])
        if old != (found[-1] if found else None) or new in found:
            raise VerificationError("consultation.key", f"{agency}: {new} after {old}, which does not hold")
        if value["signature"] is not None:
            body = {name: member for name, member in value.items() if name != "signature"}
            _check_signature(body, old, value["signature"], "consultation.key", f"{agency}: {old} has not signed {new}")
        elif old is not None:
            self.unhanded[agency] = self.unhanded.get(agency, 0) + 1
        _add(found, new)
        self.since.setdefault(agency, []).append(value["at"])
        self.used[agency] = [key for key in self.used.get(agency, []) if key != new]

    def use(self, agency: str, key: str, at: str, now: str) -> None:
        """Something is signed with that key, which has not been replaced before; times as in the log.

        Raises :class:`VerificationError` (``consultation.key``).
        """
        keys = self.keys.get(agency, [])
        if key not in keys:
            _add(self.used.setdefault(agency, []), key)
        elif key != keys[-1]:
            replaced = self.since[agency][keys.index(key) + 1]
            if _after(at, replaced) > TOLERANCE or _after(now, replaced) > KEY_LATE:
                raise VerificationError("consultation.key", f"{agency} has signed with {key}, replaced at {replaced}")

    def check(self) -> None:
        """Raise :class:`VerificationError` (``consultation.key``) if a key has signed something that is not there."""
        for agency, keys in self.used.items():
            if keys:
                raise VerificationError("consultation.key", f"{agency} has signed with {keys[0]}, which is not entered")


@dataclass
class Consultations:
    """The consultations of one log."""

    counts: dict[str, ConsultationCount] = field(default_factory=dict)
    agencies: Agencies = field(default_factory=Agencies)
    touched: set[str] = field(default_factory=set)
    """Those of which something came since whoever keeps the records has emptied this."""

    def take(self, value: dict[str, Any], now: str) -> None:
        """Count an entry; they come in order. ``now`` is the latest time of all entries so far.

        Raises :class:`VerificationError` (``consultation.*``).
        """
        count = self.counts.setdefault(value["consultation"], ConsultationCount())
        self.touched.add(value["consultation"])
        match value["type"]:
            case "consultation.state":
                _change(value, count, now)
            case "consultation.extended":
                _extend(value, count)
            case "consultation.version":
                _publish(value, count)
                self.agencies.use(value["agency"], value["key"], value["at"], now)
            case "consultation.comment":
                _comment(value, count, now)
            case "consultation.redaction":
                _decide(value, count)
            case "consultation.reply":
                _reply(value, count)
            case "consultation.report":
                _report(value, count)


def comments_hash(numbers: Iterable[int]) -> str:
    """How an entry names the comments that a reply is to (hex)."""
    return hashlib.sha256(",".join(map(str, sorted(numbers))).encode()).hexdigest()


def check_signed(value: dict[str, Any]) -> None:
    """Raise :class:`VerificationError` (``consultation.signature``) unless the key that a version's entry names has
    signed the entry without its ``signature``."""
    body = {name: member for name, member in value.items() if name != "signature"}
    _check_signature(
        body,
        value["key"],
        value["signature"],
        "consultation.signature",
        f"version {value['number']}, {value['agency']}",
    )


def _check_signature(body: dict[str, Any], key: str, signature: str, code: str, detail: str) -> None:
    try:
        raw = statement.from_base64(signature, 64)
        verify_signature(statement.from_base64(key, 32), canonical.dump(body), raw)
    except ValueError:
        raise VerificationError(code, detail) from None


def supports_hash(numbers: Iterable[int]) -> str:
    """How an entry names how many support each comment, in the order of comments (hex)."""
    return hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()


def _order(detail: str) -> VerificationError:
    return VerificationError("consultation.order", detail)


def _add(values: list[Any], value: Any, most: int = MAX_ACTS) -> None:
    if len(values) >= most:
        raise _order(f"more than {most} of a kind")
    values.append(value)


def _change(value: dict[str, Any], count: ConsultationCount, now: str) -> None:
    to = value["to"]
    if to not in _FOLLOWS[count.state]:
        raise _order(f"{to} after {count.state or 'nothing'}")
    match to:
        case "open":
            if len(count.versions) != 1:
                raise _order("opened before its draft was published")
            count.opened_at, count.closes_at, count.rules = value["at"], value["closes_at"], value["rules"]
        case "closed" if value["at"] < count.closes_at:
            raise _order(f"closed at {value['at']}, and comments were to end at {count.closes_at}")
        case "reported" if not count.reports or not count.reports[-1]["complete"]:
            raise _order("reported without a complete report")
    if to in {"closed", "withdrawn"}:
        if (value["supports"] is not None) != (count.state == "open"):
            raise _order(f"{to}, and supporters are counted when comments end")
        count.supports = count.supports or value["supports"]
        count.end_told = count.end_told or now
    if value["reason"] is not None:
        _add(count.reasons, value["reason"])
    count.state, count.at = to, value["at"]


def _extend(value: dict[str, Any], count: ConsultationCount) -> None:
    if count.state != "open":
        raise _order(f"extended while it is {count.state or 'not begun'}")
    if _after(value["at"], count.closes_at) > TOLERANCE:
        raise VerificationError("consultation.late", f"extended at {value['at']}; they ended at {count.closes_at}")
    if value["closes_at"] <= count.closes_at:
        raise _order(f"extended to {value['closes_at']}, which is not after {count.closes_at}")
    _add(count.reasons, value["reason"])
    count.closes_at = value["closes_at"]


def _publish(value: dict[str, Any], count: ConsultationCount) -> None:
    if value["number"] != len(count.versions) + 1:
        raise _order(f"version {value['number']}, where {len(count.versions) + 1} is next")
    if count.state not in ({"open", "closed"} if count.versions else {""}):
        raise _order(f"a version while it is {count.state or 'not begun'}")
    if count.versions and value["agency"] != count.versions[0]["agency"]:
        raise VerificationError("consultation.signature", f"a version of another agency, {value['agency']}")
    check_signed(value)
    texts = [[text["lang"], text["document"], text["source"]] for text in value["texts"]]
    told = {name: value[name] for name in ("at", "agency", "key", "signature", "record")}
    _add(count.versions, {**told, "texts": texts})


def _comment(value: dict[str, Any], count: ConsultationCount, now: str) -> None:
    """Somebody may have added to a comment in the moment in which comments ended; a new one waits for the end."""
    number, is_edit = value["number"], value["what"] == "edit"
    ending = is_edit and count.state == "closed" and _after(now, count.end_told) <= TOLERANCE
    if count.state != "open" and not ending:
        raise VerificationError("consultation.late", f"comment {number} while it is {count.state or 'not begun'}")
    # A day is that of where people comment, and times are not: they may be a day apart.
    if _days(value["day"], count.opened_at) < -1 or _days(value["day"], count.closes_at) > 1:
        told = f"comment {number} on {value['day']}; from {count.opened_at} to {count.closes_at}"
        raise VerificationError("consultation.late", told)
    count.late += _after(now, count.closes_at) > LATE
    if is_edit:
        comment = _existing(value, count)
        if comment[3] != PUBLISHED:
            raise _order(f"added to comment {number}, which is {comment[3]}")
        _add(comment[4], [value["day"], value["document"]])
        return
    if number != len(count.comments) + 1:
        raise _order(f"comment {number}, where {len(count.comments) + 1} is next")
    added = [value["what"], value["day"], value["document"], PUBLISHED, [], [], value["author"]]
    _add(count.comments, added, MAX_COMMENTS)


def _existing(value: dict[str, Any], count: ConsultationCount) -> list[Any]:
    if value["number"] > len(count.comments):
        raise _order(f"{value['what']}: there is no comment {value['number']}")
    return count.comments[value["number"] - 1]


def _decide(value: dict[str, Any], count: ConsultationCount) -> None:
    comment, what = _existing(value, count), value["what"]
    before, after = _DECISIONS[what]
    if comment[3] not in before:
        raise _order(f"{what} of comment {value['number']}, which is {comment[3]}")
    if what.startswith("appeal-"):
        _check_appeal(value, comment)
    if what == "erased":
        _check_waited(value, comment)
    if what == "kept" and count.state == "reported":
        raise _order(f"comment {value['number']} is kept after the report, which has no reply to it")
    if what == "appeal-granted" and value["left"] is not None:
        after = REDACTED
    comment[3] = after or (comment[3] if what != "kept" else _before_erasing(comment))
    _add(comment[5], [what, value["at"], value["by"], value["reason"], value["left"]])


def _check_appeal(value: dict[str, Any], comment: list[Any]) -> None:
    """One for each time that words were covered; what its author wants erased has none."""
    covered = [one[0] for one in comment[5] if one[0] not in {"erasing", "kept"}]
    if not covered or covered[-1] != "redacted":
        raise _order(f"a second appeal about comment {value['number']}")
    if comment[3] == ERASING and comment[5][-1][2] == "author":
        raise _order(f"an appeal about comment {value['number']}, whose author wants it erased")


def _check_waited(value: dict[str, Any], comment: list[Any]) -> None:
    if value["by"] == "court":
        return
    number, decided = value["number"], reversed(comment[5] if comment[3] == ERASING else [])
    asked = next((one for one in decided if one[0] == "erasing"), None)
    if asked is None or asked[2] != value["by"]:
        raise _order(f"comment {number} is erased by {value['by']}, who has not asked for it")
    if _after(value["at"], asked[1]) < ERASURE_WAIT - TOLERANCE:
        raise _order(f"comment {number} is erased at {value['at']}: it was to wait from {asked[1]} on")


def _before_erasing(comment: list[Any]) -> str:
    """How a comment was shown before it was to be erased."""
    shown = PUBLISHED
    for what, _, _, _, left in comment[5]:
        if what == "redacted":
            shown = REDACTED
        elif what == "appeal-granted":
            shown = PUBLISHED if left is None else REDACTED
    return shown


def _reply(value: dict[str, Any], count: ConsultationCount) -> None:
    number, superseded = value["number"], value["supersedes"]
    if count.state not in {"open", "closed"}:
        raise _order(f"a reply while it is {count.state or 'not begun'}")
    if number != len(count.replies) + 1:
        raise _order(f"reply {number}, where {len(count.replies) + 1} is next")
    if value["changed"] is not None and not 2 <= value["changed"] <= len(count.versions):
        raise VerificationError("consultation.replies", f"reply {number} names version {value['changed']}")
    if superseded is not None:
        if superseded >= number or count.replies[superseded - 1]["superseded_by"] is not None:
            raise _order(f"reply {number} in place of {superseded}, which does not hold")
        before = count.replies[superseded - 1]
        if (before["comments"], before["count"]) != (value["comments"], value["count"]):
            raise VerificationError("consultation.replies", f"{number}, to other comments than {superseded}")
        before["superseded_by"] = number
    else:
        count.replied += value["count"]
    told = ("at", "verdict", "comments", "count", "changed", "supersedes", "document")
    _add(count.replies, {**{name: value[name] for name in told}, "superseded_by": None}, MAX_COMMENTS)
    if count.replied > len(count.comments):
        raise VerificationError("consultation.replies", f"to {count.replied} of {len(count.comments)} comments")


def _report(value: dict[str, Any], count: ConsultationCount) -> None:
    """A comment that was erased without a reply needs none: which ones are, the log does not tell."""
    if count.state != "closed":
        raise _order(f"a report while it is {count.state or 'not begun'}")
    owed, said = len(count.comments), value["comments"]
    if value["replied"] != count.replied or not owed - count.gone <= said <= owed:
        told = f"{value['replied']} of {said} have a reply; in the log {count.replied} of {owed}"
        raise VerificationError("consultation.count", told)
    _add(count.reports, {name: value[name] for name in ("at", "content", "comments", "replied", "complete")})


def _days(day: str, moment: str) -> int:
    return (date.fromisoformat(day) - datetime.fromisoformat(moment).date()).days


def _after(moment: str, other: str) -> timedelta:
    return datetime.fromisoformat(moment) - datetime.fromisoformat(other)
