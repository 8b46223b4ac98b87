"""What a site says of a vote (``/api/v1/votes/UUID``), held against the vote's verified archive and against the log."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from egov_crypto import canonical, statement, wire
from egov_crypto.asked import as_asked
from egov_crypto.cli.beside import Beside
from egov_crypto.counting import Outcome
from egov_crypto.errors import VerificationError
from egov_crypto.protocol import count_json
from egov_crypto.recount import VoteCount
from egov_crypto.verify import Verified

MAX_SIZE: Final = 1 << 22
"""Bytes that a vote's data may have."""

_REASON: Final = b"vote.reason"
"""What a commitment to a reason is of: this, 32 random bytes, and the reason's canonical JSON."""
_SALT: Final = re.compile("[0-9a-f]{64}")
_CALLED: Final = {
    "setup": {"setup", "open", "closed", "cancelled"},
    "open": {"open", "closed", "cancelled"},
    "closed": {"closed", "cancelled"},
    "shuffling": {"shuffling", "cancelled"},
    "decrypting": {"decrypting", "cancelled"},
    "tallied": {"tallied"},
}
"""What a vote is called whose archive is in this state: the clock opens and closes it, and it may be cancelled."""
_COUNTED: Final = ("valid", "blank", "invalid", "winners", "count")
_ACTS: Final = {"set_up": "setup"}
"""Where an act is called otherwise than the state that it enters."""


class Figures:
    """What the site says of one vote. Its checks tell how many things they have compared.

    All raise :class:`VerificationError`; ``site.format`` where something is missing, or not of its kind.
    """

    def __init__(self, uuid: str, raw: bytes) -> None:
        self.said: Final = load(raw, MAX_SIZE)
        with readable():
            self.uuid: Final = uuid
            self.height: Final = statement.natural(self.said["head"]["height"])

    def check_archive(self, verified: Verified, beside: Beside, hash_: str, ballots: int) -> int:
        """Check what an archive tells, at the height that the site names, where its head's hash is ``hash_`` and it has
        so many ballots: more may have come since the site was asked. Raises ``site.figures``."""
        report, election = verified.report, verified.election
        assert report.head is not None
        with readable():
            said = self.said
            head = {"height": self.height, "hash": hash_}
            compared: list[tuple[str, Any, Any]] = [
                ("uuid", said["uuid"], election.uuid),
                ("head", said["head"], head),
                ("ballots", said["ballots"], ballots),
                ("registered", said["registered"], report.registered),
                ("fingerprint", said["fingerprint"], election.fingerprint),
                ("rehearsal", said["rehearsal"], beside.setup is not None and beside.setup.rehearsal),
                ("title", _languages(said["title"]), statement.languages_of(election.name)),
                ("questions", said["questions"], [as_asked(question) for question in election.questions]),
                ("threshold", said.get("threshold"), report.required if report.required < report.trustees else None),
                ("keys", [one["public_key"] for one in said["trustees"]], _keys(verified)),
                ("kinds", [one["kind"] for one in said["trustees"]], list(verified.trustees.kinds)),
                ("names", *_names(said, beside)),
                ("setup_hash", said["setup_hash"], beside.setup and beside.setup.hash),
                ("protocol", _protocol(said), beside.protocol and [beside.protocol.hash, beside.protocol.key]),
                ("by_region", _regions(said), [[list(names), *numbers] for names, *numbers in beside.regions]),
            ]
            if self.height == report.head.height:
                compared += [
                    ("state", said["state"], said["state"] if said["state"] in _CALLED[report.state] else report.state),
                    ("voters", said["voters"], report.voters),
                    ("percent", said["turnout"]["percent"], _percent(report.voters, report.registered)),
                    ("shuffled", [one.get("shuffled") for one in said["trustees"]], _shuffled(verified)),
                    ("decrypted", [one["decrypted"] for one in said["trustees"]], _decrypted(verified)),
                    ("result", said["result"], _counts(verified)),
                    ("outcomes", _elected(said), _outcomes(verified)),
                ]
            elif said["result"] is not None or not 0 <= said["voters"] <= min(ballots, report.voters):
                raise VerificationError(
                    "site.figures", f"result or voters at height {self.height}, which is not the last"
                )
        return compare("site.figures", compared, "in the archive")

    def check_log(self, entered: VoteCount, verified: Verified) -> int:
        """Check what the log tells. Raises ``site.state``."""
        report = verified.report
        ended = [report.state in states for states in (("closed", "shuffling", "decrypting", "tallied"), ("tallied",))]
        with readable():
            said = self.said
            closed = entered.closed or {}
            compared: list[tuple[str, Any, Any]] = [
                ("kind", said["kind"], entered.kind),
                ("opens_at", said["opens_at"], entered.opens_at),
                ("closes_at", said["closes_at"], entered.closes_at),
                ("registered", report.registered, entered.registered),
                ("cancelled", said["state"] == "cancelled", entered.cancelled),
                ("cancelled_at", said["cancelled_at"] is not None, entered.cancelled),
                ("acts", [_act(act) for act in said["acts"]], [[*act[:2], *act[3:]] for act in entered.acts]),
                ("closed", ended[0], entered.closed is not None),
                ("tallied", ended[1], entered.state in {"tallied", "published", "corrected"}),
            ]
            if closed:
                compared += [
                    ("ballots", report.ballots, closed["ballots"]),
                    ("voters", report.voters, closed["voters"]),
                ]
            for act, (_, _, committed, *_) in zip(said["acts"], entered.acts, strict=False):
                compared.append(("reason", _commitment(act), committed))
        return compare("site.state", compared, "in the log")

    def check_item(self, item: "Figures") -> int:
        """Check that the list of votes says the same, if it was asked for while the archive had the same head. Raises
        ``site.figures``."""
        with readable():
            if item.said["head"] != self.said["head"]:
                return 0
            names = sorted((item.said.keys() | self.said.keys()) - {"incidents"})
            compared = [(name, item.said.get(name), self.said.get(name)) for name in names]
        return compare("site.figures", compared, "at its own address")


def load(raw: bytes, limit: int) -> Any:
    """What the API answers. Raises :class:`VerificationError` (``site.format``)."""
    if len(raw) > limit:
        raise VerificationError("site.format", f"more than {limit} bytes")
    with readable():
        return json.loads(raw.decode("utf-8"))


@contextmanager
def readable() -> Iterator[None]:
    """While something that the API answers is taken apart: whatever is wrong with it becomes ``site.format``."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VerificationError("site.format", f"{type(error).__name__}: {error}"[:200]) from None


def compare(code: str, compared: list[tuple[str, Any, Any]], where: str) -> int:
    """How many things were compared: each has its name, what the site says, what was found. Raises
    :class:`VerificationError` with ``code`` where they differ."""
    for name, said, found in compared:
        # By their JSON: Python takes True for 1, and 1.0 too.
        if json.dumps(said, sort_keys=True) != json.dumps(found, sort_keys=True):
            raise VerificationError(code, f"{name}: {_short(said)} there, {_short(found)} {where}")
    return len(compared)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _languages(said: Mapping[str, str]) -> list[str]:
    return [statement.string(said[language]) for language in statement.LANGUAGES]


def _keys(verified: Verified) -> list[str]:
    return [key.public_key.text for key in verified.trustees]


def _names(said: Mapping[str, Any], beside: Beside) -> tuple[Any, Any]:
    """The trustees' names, as the site says them and as they were set up."""
    names = [_languages(one["name"]) for one in said["trustees"]]
    return names, names if beside.setup is None else beside.setup.trustee_names


def _decrypted(verified: Verified) -> list[bool]:
    return [owner in verified.report.decrypted for owner in range(1, len(verified.trustees) + 1)]


def _shuffled(verified: Verified) -> list[bool | None]:
    owners = range(1, len(verified.trustees) + 1)
    return [owner in verified.report.shuffled if verified.election.shuffled else None for owner in owners]


def _counts(verified: Verified) -> list[Any] | None:
    """What the site says of the result: of votes that are listed, nothing here."""
    result, listed = verified.report.result, verified.election.shuffled
    return None if result is None else [None if place in listed else counts for place, counts in enumerate(result)]


def _elected(said: Mapping[str, Any]) -> list[Any] | None:
    """What the site says of the count of listed votes, without the addresses."""
    found = said.get("outcomes")
    return None if found is None else [one and [one[name] for name in _COUNTED] for one in found]


def _outcomes(verified: Verified) -> list[Any] | None:
    """The same, counted."""
    listed = verified.election.shuffled
    if verified.report.result is None or not listed:
        return None
    return [_outcome(verified.outcome(n)) if n in listed else None for n in range(len(verified.election.questions))]


def _outcome(outcome: Outcome | None) -> list[Any]:
    if outcome is None:
        return [None] * len(_COUNTED)
    count = wire.digest(count_json(outcome))
    return [outcome.valid, outcome.blank, outcome.invalid, list(outcome.winners), count]


def _protocol(said: Mapping[str, Any]) -> list[str] | None:
    found = said["protocol"]
    return None if found is None else [found["hash"], found["key"]]


def _regions(said: Mapping[str, Any]) -> list[Any]:
    return [[one["territories"], one["voters"], one["registered"]] for one in said["turnout"]["by_region"]]


def _percent(part: int, whole: int) -> float:
    return round(100 * (part / whole), 2) if whole else 0.0


def _act(act: Mapping[str, Any]) -> list[Any]:
    return [_ACTS.get(act["kind"], act["kind"]), act["hash"], act["at"], act["content"]]


def _commitment(act: Mapping[str, Any]) -> str:
    """What the entry must have committed to; empty of an act without a reason, which commits to none."""
    if act["salt"] is None:
        return "" if not act["reason"] else "a reason without its random bytes"
    if not _SALT.fullmatch(act["salt"]):
        raise ValueError("not 32 random bytes")
    return hashlib.sha256(_REASON + bytes.fromhex(act["salt"]) + canonical.dump(act["reason"])).hexdigest()
