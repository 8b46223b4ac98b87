"""The transparency log recounted: what its entries say together, held against each other in their order.

Of each vote the events stand without a gap in an order that is allowed, and its states follow each other; what a state
says of the archive's head, of ballots and of documents is what other entries say. The platform's ``docs/log.md`` lists
these rules. What an archive holds, only the archive tells: the site's check compares.

A vote takes one small record in memory; its events' hashes go to a :class:`Shelf`. Petitions, their signatures and
audits are :mod:`egov_crypto.petition`'s, consultations :mod:`egov_crypto.consultation`'s.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from egov_crypto import archive, entries
from egov_crypto.archive import EventType
from egov_crypto.consultation import Consultations
from egov_crypto.entries import key_text
from egov_crypto.errors import VerificationError
from egov_crypto.group import verify_signature
from egov_crypto.note import VerifierKey, from_base64
from egov_crypto.petition import Petitions, Register

_EVENT_FOLLOWS: Final = {
    before or "": {event.value for event in following} for before, following in archive.FOLLOWS.items()
}
_STATE_FOLLOWS: Final = {
    "": {"setup"},
    "setup": {"open", "extended", "cancelled"},
    "open": {"extended", "closed", "cancelled"},
    "closed": {"tallied", "cancelled"},
    "tallied": {"published"},
    "published": {"corrected"},
    "corrected": {"corrected"},
    "cancelled": set(),
}
"""Which state may follow which; `extended` is no state to be in: what was before it goes on."""
_FIXED: Final = {
    "setup": {"setup": "document"},
    "extended": {"before": "before", "closes_at": "closes_at"},
    "published": {"protocol": "document"},
    "corrected": {"protocol": "document"},
}
"""What an approved state fixes: as the act's ``content`` calls it, and as the entry does."""


_SUBJECTS: Final = ("vote", "petition", "consultation")
OTHERS: Final = "others"
"""What entries are counted under whose types are unknown here, when there are too many types."""
MAX_TYPES: Final = 100
"""Types that are counted apart."""
MAX_ACTS: Final = 1000
"""Extensions and errata of one vote, and keys of one log: more of them are no office's work."""
TOLERANCE: Final = timedelta(minutes=1)
"""By how much a clock may have been set back between an entry's time and another's."""


class Shelf(Protocol):
    """Where events' hashes are kept (hex), by vote and height: there may be more than fit into memory."""

    def put(self, vote: str, height: int, event: str, hash_: str) -> None: ...
    def get(self, vote: str, height: int) -> str | None: ...


@dataclass
class VoteCount:
    """What the log says of one vote, up to here. Hashes are SHA-256 in hex, times as they are written."""

    state: str = ""
    """The last of its states; empty before the first."""
    events: int = 0
    ballots: int = 0
    event: str = ""
    """The type of its last event, and its hash, which is the archive's head."""
    head: str = ""
    opens_at: str = ""
    closes_at: str = ""
    """With all extensions."""
    closed_at: str = ""
    """When it was closed, by the server's clock; empty before."""
    kind: str = ""
    registered: int = 0
    setup: str = ""
    """Of the setup document."""
    begun: str = ""
    """Of the archive's first event, as the state `setup` says it."""
    closed: dict[str, Any] | None = None
    """Height and hash of the head, ballots and voters when it closed."""
    cancelled: bool = False
    confirmation: dict[str, Any] | None = None
    """What the registrar signed: ``setup``, ``roll``, ``size``, ``statement``."""
    turnout: dict[str, Any] | None = None
    """The same of the turnout: ``voters``, ``statement``."""
    protocol: str = ""
    """Of the signed protocol, as the state `published` says it."""
    acts: list[list[Any]] = field(default_factory=list)
    """Of each state that two people approved: which, the hash of what they approved, the commitment to their reason,
    when it was entered, and what it fixes: closing times, or the hash of a document."""
    documents: dict[str, list[Any]] = field(default_factory=dict)
    """The last SHA-256 and size entered of ``json`` and of each ``pdf.LANGUAGE``."""

    @property
    def late(self) -> timedelta:
        """By how much it was closed later than it was to be."""
        return _moment(self.closed_at) - _moment(self.closes_at) if self.closed_at else timedelta(0)


@dataclass
class Recount:
    """What was counted so far."""

    shelf: Shelf
    register: Register
    entries: int = 0
    types: Counter[str] = field(default_factory=Counter)
    """Entries by type and version (``vote.event v1``)."""
    unknown: int = 0
    """Entries of a type or version that this program does not know."""
    votes: dict[str, VoteCount] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """Votes of which something came since whoever keeps the records has emptied this."""
    petitions: Petitions = field(init=False)
    consultations: Consultations = field(default_factory=Consultations)
    keys: list[tuple[int, str, str]] = field(default_factory=list)
    """Each ``log.key``: its index, the old and the new verifier key."""
    release: tuple[int, str, list[dict[str, Any]], list[str]] | None = None
    """The last ``release.files``: its index, the release, its files, and the paths that the one before had besides."""

    def __post_init__(self) -> None:
        self.petitions = Petitions(self.register)

    def take(self, index: int, value: dict[str, Any], known: bool) -> None:
        """Count the entry at ``index``, which :func:`egov_crypto.entries.read` has read; they come in order.

        Raises :class:`VerificationError` (``recount.*``, ``rotation.*``, ``petition.*``, ``audit.*``, ``vrf.key``,
        ``consultation.*``), which names the entry.
        """
        self.entries = index + 1
        name = f"{value['type']} v{value['version']}"
        if not known:
            self.unknown += 1
            self.types[name if name in self.types or len(self.types) < MAX_TYPES else OTHERS] += 1
            return
        self.types[name] += 1
        if "at" in value:
            self.petitions.clock.take(index, value["at"])
        try:
            match value["type"]:
                case "vote.event":
                    self._event(value, self._vote(value))
                case "vote.state":
                    self._state(value, self._vote(value))
                case "registrar.confirmation":
                    self._confirmation(value, self._vote(value))
                case "registrar.turnout":
                    self._turnout(value, self._vote(value))
                case "document.published":
                    self._document(value, self._vote(value))
                case "release.files":
                    self._release(index, value)
                case "log.key":
                    self._key(index, value)
                case _ if "petition" in value:
                    self.petitions.take(index, value)
                case "agency.key":
                    self.consultations.agencies.take(value)
                case _ if "consultation" in value:
                    self.consultations.take(value, self.petitions.clock.now)
        except VerificationError as error:
            about = next((f", {name} {value[name]}" for name in _SUBJECTS if name in value), "")
            raise VerificationError(error.code, f"entry {index}{about}: {error.detail}") from None

    def _release(self, index: int, value: dict[str, Any]) -> None:
        named = {file["path"] for file in value["files"]}
        gone = [file["path"] for file in self.release[2] if file["path"] not in named] if self.release else []
        self.release = index, value["release"], value["files"], gone

    @property
    def strange(self) -> list[str]:
        """The types of entries that this program does not know."""
        return sorted(self.types.keys() - entries.KNOWN)

    def _vote(self, value: dict[str, Any]) -> VoteCount:
        vote = self.votes.setdefault(value["vote"], VoteCount())
        self.touched.add(value["vote"])
        if vote.cancelled:
            raise VerificationError("recount.order", f"{value['type']} after the vote was cancelled")
        return vote

    def _event(self, value: dict[str, Any], vote: VoteCount) -> None:
        height, event = value["height"], value["event"]
        if height != vote.events:
            raise VerificationError("recount.height", f"height {height}, where {vote.events} is next")
        if not vote.state:
            raise VerificationError("recount.order", "an event of a vote that was not set up")
        if event not in _EVENT_FOLLOWS[vote.event]:
            raise VerificationError("recount.order", f"{event} after {vote.event or 'nothing'} at height {height}")
        if height == 0 and value["hash"] != vote.begun:
            raise VerificationError("recount.head", "another first event than the one that was set up")
        vote.events, vote.event, vote.head = height + 1, event, value["hash"]
        vote.ballots += event == EventType.BALLOT
        self.shelf.put(value["vote"], height, event, value["hash"])

    def _state(self, value: dict[str, Any], vote: VoteCount) -> None:
        state = value["state"]
        if state == "extended" and vote.state in {"setup", "open"}:
            if value["before"] != vote.closes_at or value["closes_at"] <= value["before"]:
                detail = f"extended from {value['before']} to {value['closes_at']}; it was to close at {vote.closes_at}"
                raise VerificationError("recount.clock", detail)
            if _moment(value["at"]) > _moment(vote.closes_at) + TOLERANCE:
                raise VerificationError("recount.clock", f"extended at {value['at']}, after {vote.closes_at}")
            vote.closes_at = value["closes_at"]
            self._approve(value, vote)
            return
        if state not in _STATE_FOLLOWS[vote.state]:
            raise VerificationError("recount.order", f"{state} after {vote.state or 'nothing'}")
        match state:
            case "setup":
                self._set_up(value, vote)
            case "open" if _moment(value["at"]) < _moment(vote.opens_at) - TOLERANCE:
                raise VerificationError("recount.clock", f"open at {value['at']}, before {vote.opens_at}")
            case "closed":
                self._close(value, vote)
            case "cancelled":
                self._check_head(value, vote, vote.event, last=True)
                vote.cancelled = True
            case "tallied":
                self._check_head(value, vote, EventType.RESULT, last=True)
            case "published":
                vote.protocol = value["document"]
                self._check_protocol(vote)
            case "corrected" if value["document"] != vote.protocol:
                raise VerificationError("recount.document", "an erratum to another protocol than the one published")
        vote.state = state
        self._approve(value, vote)

    def _approve(self, value: dict[str, Any], vote: VoteCount) -> None:
        if value.get("approved"):
            if len(vote.acts) == MAX_ACTS:
                raise VerificationError("recount.order", f"more than {MAX_ACTS} acts of the commission")
            fixed = {name: value[member] for name, member in _FIXED.get(value["state"], {}).items()}
            vote.acts.append([value["state"], value["approved"], value.get("reason", ""), value["at"], fixed])

    def _set_up(self, value: dict[str, Any], vote: VoteCount) -> None:
        if value["opens_at"] >= value["closes_at"]:
            raise VerificationError("recount.clock", "it closes before it opens")
        if value["head"]["height"] != 0:
            raise VerificationError("recount.head", "an archive begins at height 0")
        if vote.confirmation is None or vote.confirmation["setup"] != value["document"]:
            raise VerificationError("recount.document", "the registrar has not confirmed this set-up")
        if vote.confirmation["size"] != value["registered"]:
            raise VerificationError("recount.count", "the registrar's roll has another size")
        vote.opens_at, vote.closes_at, vote.kind = value["opens_at"], value["closes_at"], value["kind"]
        vote.registered, vote.setup, vote.begun = value["registered"], value["document"], value["head"]["hash"]

    def _close(self, value: dict[str, Any], vote: VoteCount) -> None:
        self._check_head(value, vote, EventType.END_BALLOTS)
        if value["at"] < vote.closes_at:
            raise VerificationError("recount.clock", f"closed at {value['at']}, before {vote.closes_at}")
        if value["ballots"] != vote.ballots or not value["voters"] <= min(vote.ballots, vote.registered):
            detail = f"{value['ballots']} ballots of {value['voters']} voters; there are {vote.ballots} ballots"
            detail += f" and {vote.registered} who are registered"
            raise VerificationError("recount.count", detail)
        vote.closed_at = value["at"]
        vote.closed = {**value["head"], "ballots": value["ballots"], "voters": value["voters"]}

    def _check_head(self, value: dict[str, Any], vote: VoteCount, event: str, *, last: bool = False) -> None:
        """Raise unless the log has that event at the height which a state names, and as the last one if told so."""
        height, hash_ = value["head"]["height"], value["head"]["hash"]
        place = vote.events - 1
        # EndBallots stands right after the ballots, of which, after Setup, there are that many.
        there = vote.ballots + 1 if event == EventType.END_BALLOTS else place
        if height != there or (last and vote.event != event) or self.shelf.get(value["vote"], height) != hash_:
            raise VerificationError("recount.head", f"{value['state']} at height {height}, {hash_}")

    def _confirmation(self, value: dict[str, Any], vote: VoteCount) -> None:
        if vote.state:
            raise VerificationError("recount.order", "the registrar confirms what was set up already")
        vote.confirmation = {name: value[name] for name in ("setup", "roll", "size", "statement")}

    def _turnout(self, value: dict[str, Any], vote: VoteCount) -> None:
        if vote.closed is None:
            raise VerificationError("recount.order", "turnout before the vote closed")
        if value["voters"] != vote.closed["voters"]:
            detail = f"{value['voters']} voters; {vote.closed['voters']} when it closed"
            raise VerificationError("recount.count", detail)
        vote.turnout = {name: value[name] for name in ("voters", "statement")}

    def _document(self, value: dict[str, Any], vote: VoteCount) -> None:
        name = "json" if value["language"] is None else f"pdf.{value['language']}"
        if name == "json" and name in vote.documents:
            raise VerificationError("recount.document", "the protocol was published already")
        vote.documents[name] = [value["sha256"], value["size"]]
        self._check_protocol(vote)

    def _check_protocol(self, vote: VoteCount) -> None:
        """The entry of the file may come before that of the state, or after it."""
        entered = vote.documents.get("json")
        if entered and vote.protocol and entered[0] != vote.protocol:
            raise VerificationError("recount.document", f"the protocol {entered[0]}; published was {vote.protocol}")

    def _key(self, index: int, value: dict[str, Any]) -> None:
        old, new = VerifierKey.parse(value["old"]), VerifierKey.parse(value["new"])
        if old.name != new.name or old.public == new.public:
            raise VerificationError("rotation.chain", "the new key is no other, or that of another log")
        if self.keys and self.keys[-1][2] != value["old"]:
            raise VerificationError("rotation.chain", f"it replaces {value['old']}, not the key before")
        try:
            text = key_text(value["old"], value["new"]).encode()
            verify_signature(old.public, text, from_base64(value["signature"], 64))
        except ValueError:
            raise VerificationError("rotation.signature", old.text) from None
        if len(self.keys) == MAX_ACTS:
            raise VerificationError("rotation.chain", f"more than {MAX_ACTS} keys")
        self.keys.append((index, value["old"], value["new"]))

    def successors(self, key: VerifierKey) -> list[VerifierKey]:
        """The key itself, and each one that the log has handed over to since, in order."""
        found = [key]
        for _, old, new in self.keys:
            if old == found[-1].text:
                found.append(VerifierKey.parse(new))
        return found


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
