"""What a site says of a petition (``/api/v1/petitions/REF``), held against what the log adds up to."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from egov_crypto import canonical, statement
from egov_crypto.cli.site_figures import compare, load, readable
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount

MAX_SIZE: Final = 1 << 24
"""Bytes that a petition's data may have."""
REFERENCE: Final = re.compile(r"P-[0-9]{4}-[0-9]{4,9}", re.ASCII)

_SALT: Final = re.compile("[0-9a-f]{64}")
_TEXT: Final = b"petition.text"
_OUTCOME: Final = b"petition.outcome"
_REASON: Final = b"petition.reason"
_STATE: Final = "state."
"""How the kind of what happened begins when it is a new state."""
_TAKEN_DOWN: Final = frozenset({"rejected"})
"""States in which the text may not be shown; in `hidden` nothing is."""
_LISTED: Final = {
    "petition.timeline": ("state", "opened_at", "document", "texts"),
    "petition.count": ("count_verified", "paper_verified"),
}
"""What a list says of a petition that does not change from one moment to the next; by the code if it is another."""
_NOT_COMMITTED: Final = {"at", "agency_name", "document"}
"""What an outcome has besides what its commitment is to."""


class PetitionFigures:
    """What the site says of one petition. Its checks tell how many things they have compared.

    All raise :class:`VerificationError`; ``site.format`` where something is missing, or not of its kind.
    """

    def __init__(self, reference: str, raw: bytes) -> None:
        self.said: Final[dict[str, Any]] = load(raw, MAX_SIZE)
        with readable():
            said, natural = self.said, statement.natural
            self.size: Final = natural(said["checkpoint_size"])
            """So many entries of the log were counted."""
            self.total: Final = natural(said["count_provisional"]) + natural(said["paper"])
            """With those who have signed and are not attested yet."""
            self.counts: Final = natural(said["count_verified"]), natural(said["paper_verified"])
            regions = [(str(one["territory"]), natural(one["verified"])) for one in said["by_region"]]
            self.regions: Final = {name: number for name, number in regions if number}
            by_day = [(str(one["day"]), natural(one["count"])) for one in said["by_day"]]
            self.days: Final = {day: number for day, number in by_day if number}
            on_paper = ((str(one["territory"]), natural(one["paper"])) for one in said["by_region"])
            self.paper_regions: Final = {name: number for name, number in on_paper if number}
            on_paper = ((str(one["day"]), natural(one["paper"])) for one in said["by_day"])
            self.paper_days: Final = {day: number for day, number in on_paper if number}
            at = said["counted_at"]
            self.counted_at: Final = None if at is None else datetime.fromisoformat(at)
            if self.counted_at is not None and self.counted_at.tzinfo is None:
                raise ValueError("a time without its zone")
            if len(dict(regions)) != len(regions) or len(dict(by_day)) != len(by_day):
                raise ValueError("a region or a day stands there twice")
        if self.said["reference"] != reference:
            raise VerificationError("petition.missing", f"{reference} is called {self.said['reference']}"[:200])

    def check_counts(self, counted: PetitionCount, where: str = "") -> int:
        """Check the numbers; ``counted`` by as many entries of the log as the site names, or as ``where`` says. Raises
        ``petition.count``."""
        verified, paper = self.counts
        compared: list[tuple[str, Any, Any]] = [
            ("count_verified", verified, counted.electronic),
            ("paper_verified", paper, counted.paper),
            ("by_region", self.regions, counted.regions),
            ("by_day", self.days, counted.days),
            ("by_region, on paper", self.paper_regions, counted.paper_regions),
            ("by_day, on paper", self.paper_days, counted.paper_days),
        ]
        return compare("petition.count", compared, where or f"by {self.size} entries of the log")

    def check_log(self, counted: PetitionCount) -> int:
        """Check state, times, thresholds and answers, and that the texts are those that the log commits to.

        Raises ``petition.timeline``, ``petition.document``.
        """
        with readable():
            said = self.said
            outcomes = said["outcomes"]
            compared: list[tuple[str, Any, Any]] = [
                ("state", said["state"], counted.state),
                ("state_at", said["state_at"], counted.at),
                ("opened_at", said["opened_at"] or "", counted.opened_at),
                ("closes_at", (said["opened_at"] and said["closes_at"]) or "", counted.closes_at),
                ("thresholds", _reached(said), _entered(counted)),
                ("outcomes", [_outcome(one) for one in outcomes], [list(one) for one in counted.answers]),
            ]
        number = compare("petition.timeline", compared, "in the log")
        with readable():
            texts: list[tuple[str, Any, Any]] = [
                ("outcome", _committed(_OUTCOME, one["document"]["salt"], _content(one)), one["document"]["hash"])
                for one in outcomes
            ]
            if said["texts"] or said["state"] not in _TAKEN_DOWN:
                document = said["document"]
                texts.append(("text", _committed(_TEXT, document["salt"], _document(said)), counted.document))
            if counted.rules:
                texts.append(("rules", said["rules"]["sha256"], counted.rules))
            for one in said["timeline"]:
                if one["kind"].startswith(_STATE) and one["reason"] is not None and one["salt"] is not None:
                    found = _hashed(_REASON, one["salt"], one["reason"].encode())
                    texts.append((f"reason of {one['kind']}", found in counted.reasons, True))
        return number + compare("petition.document", texts, "in the log")

    def check_item(self, item: Mapping[str, Any]) -> int:
        """Check that the list says the same, if it was asked for when nothing had changed. Raises
        ``petition.timeline``, ``petition.count``."""
        with readable():
            said = self.said
            if (item["state_at"], item["checkpoint_size"]) != (said["state_at"], said["checkpoint_size"]):
                return 0
            number = 0
            for code, names in _LISTED.items():
                compared = [(name, item[name], said[name]) for name in names]
                number += compare(code, compared, "at its own address")
        return number


def _reached(said: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {one["code"]: [one["count"], one["reached_at"]] for one in said["thresholds"] if one["reached_at"]}


def _entered(counted: PetitionCount) -> dict[str, list[Any]]:
    return {tier: [needed, at] for tier, (needed, _, at, *_) in counted.thresholds.items()}


def _outcome(one: Mapping[str, Any]) -> list[Any]:
    return [one["kind"], one["to"], one["at"], one["document"]["hash"]]


def _content(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in _NOT_COMMITTED}


def _document(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "addressee": said["addressee"],
        "petition": said["reference"],
        "territory": said["territory"],
        "texts": said["texts"],
    }


def _committed(word: bytes, salt: Any, content: Any) -> str:
    return _hashed(word, salt, canonical.dump(content))


def _hashed(word: bytes, salt: Any, content: bytes) -> str:
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise ValueError("not 32 bytes in hex")
    return hashlib.sha256(word + bytes.fromhex(salt) + content).hexdigest()
