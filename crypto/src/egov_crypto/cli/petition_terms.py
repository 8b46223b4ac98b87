"""The rules that a petition keeps (``/api/v1/petitions/REF/rules``), whose hash is in the log: what they ask for.

They hold the calendar by which their working days are counted, and the number of residents that percentages are
reckoned from, so that all that follows from them is reckoned anew here. Whether so many live there, and whether a later
decree moved a day off, no rules tell.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli.petition_periods import Calendar, Period, ends_with
from egov_crypto.cli.site_figures import compare, load, readable
from egov_crypto.errors import VerificationError
from egov_crypto.petition import BATCHES, PetitionCount

MAX_SIZE: Final = 1 << 20
"""Bytes that a petition's rules may have."""
_REGION: Final = re.compile(r"[A-Z]{2}-[0-9]{2}", re.ASCII)
_PERCENT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?", re.ASCII)

Needed = dict[str, list[Any]]
"""By threshold: how many signatures, and whether that is only the most that it can be."""


class PetitionTerms:
    """What the rules say. All raise :class:`VerificationError`; ``site.format`` where they cannot be read."""

    def __init__(self, raw: bytes, counted: PetitionCount) -> None:
        """Raises ``petition.document`` unless it is what the petition was opened with."""
        compare("petition.document", [("rules", hashlib.sha256(raw).hexdigest(), counted.rules)], "in the log")
        said = load(raw, MAX_SIZE)
        with readable():
            self.thresholds: Final[dict[str, Mapping[str, Any]]] = {one["code"]: one for one in said["thresholds"]}
            self.collecting: Final = Period.parse(said["collecting"])
            self.calendar: Final = Calendar(said["calendar"])
            self.residents: Final = {code: statement.natural(number) for code, number in said["residents"].items()}

    def check(self, said: Mapping[str, Any], counted: PetitionCount) -> int:
        """Check thresholds, end, and what is owed by when, as the site says them and as they were entered. Raises
        ``petition.timeline``."""
        with readable():
            needed: Needed = {one["code"]: [one["count"], one["at_most"]] for one in said["thresholds"]}
            allowed = self.needed(said["territory"])
            rules = needed if needed in allowed else allowed[0]
            entered = [
                (f"threshold {code}", one[0], rules.get(code, [None])[0]) for code, one in counted.thresholds.items()
            ]
            compared = [
                ("thresholds", needed, rules),
                *entered,
                *self._answers(said, counted),
                *self._due(said, counted),
            ]
            ends = any(
                ends_with(day, counted.closes_at) for day in self.collecting.ends(counted.opened_at, self.calendar)
            )
        if not ends:
            detail = f"open from {counted.opened_at} to {counted.closes_at}; the rules have {self.collecting}"
            raise VerificationError("petition.timeline", detail)
        return 1 + compare("petition.timeline", compared, "by the rules")

    def needed(self, territory: str) -> list[Needed]:
        """What may be needed in a territory: of a part of a region no code tells which of two kinds it is."""
        scopes = ("country",) if not territory else ("district", "city-district")
        scopes = ("region",) if _REGION.fullmatch(territory) else scopes
        found = []
        for scope in scopes:
            rules = [rule for rule in self.thresholds.values() if rule["scope"] == scope]
            needed = {rule["code"]: _reckoned(rule, self.residents.get(territory)) for rule in rules}
            # Where one cannot be told, for nobody knows how many live there, none is.
            known = {code: one for code, one in needed.items() if one is not None}
            if rules:
                found.append(known if len(known) == len(needed) else {})
        return found or [{}]

    def _answers(self, said: Mapping[str, Any], counted: PetitionCount) -> list[tuple[str, Any, Any]]:
        """Whether an answer is owed, and whether there was one."""
        owed = any(
            self.thresholds[code]["action"] == "answer" for code in counted.thresholds if code in self.thresholds
        )
        answered = any(kind == "answer" for kind, *_ in counted.answers)
        states = {"answered"} if answered else set()
        states |= {"awaited"} if owed else set()
        debates = [to for kind, to, *_ in counted.answers if kind == "debate"]
        debated = {debates[-1]} if debates else {"none", "awaited"}
        return [
            (name, said[name] in allowed, True)
            for name, allowed in (("answer_state", states or {"none"}), ("debate_state", debated))
        ]

    def _due(self, said: Mapping[str, Any], counted: PetitionCount) -> list[tuple[str, Any, Any]]:
        """By when what each threshold set off is owed, and since when it is done: it says so itself which thresholds it
        answers, and the log commits to what it says."""
        found, owed = [], []
        for one in said["thresholds"]:
            code, due, done = one["code"], one["answer_due_on"], one["done_at"]
            rule, entered = self.thresholds.get(code), counted.thresholds.get(code)
            days: set[str | None] = {None}
            times: set[str | None] = {None}
            if rule is not None and entered is not None:
                if rule["answer_due"] is not None:
                    days = {day.isoformat() for day in Period.parse(rule["answer_due"]).ends(entered[2], self.calendar)}
                times = _done(rule["action"], code, entered[2], said["outcomes"])
                owed += [due] if due is not None and done is None else []
            found += [
                (f"{code}: answer_due_on", due, _one_of(due, days)),
                (f"{code}: done_at", done, _one_of(done, times)),
            ]
        return [*found, ("answer_due_on", said["answer_due_on"], min(owed, default=None))]

    def reached(self, code: str, needed: int, counted: PetitionCount) -> bool:
        """Whether what counts by the log is enough for a threshold, in so many territories as it asks for."""
        standing = {
            region: counted.regions.get(region, 0) + counted.paper_regions.get(region, 0) for region in _all(counted)
        }
        return counted.standing >= needed and self._in_enough(code, standing)

    def check_territories(self, counted: PetitionCount, now: datetime) -> None:
        """Raise ``petition.timeline`` if a threshold was entered :data:`BATCHES` ago or before, and in the territories
        that it asks for never so many have signed, whatever became of their signatures."""
        for code, (_, _, at, *_) in counted.thresholds.items():
            with readable():
                there = self._in_enough(code, counted.signed_in)
            if not there and now - datetime.fromisoformat(at) > BATCHES:
                detail = f"{code} was reached at {at}, without enough signatures in enough territories"
                raise VerificationError("petition.timeline", detail)

    def _in_enough(self, code: str, numbers: Mapping[str, int]) -> bool:
        per = self.thresholds[code]["per_territory"]
        with readable():
            return per is None or per["count"] <= sum(
                numbers.get(region, 0) >= least for region, least in per["minimum"].items()
            )


def _reckoned(rule: Mapping[str, Any], people: int | None) -> list[Any] | None:
    """How many signatures that is, and whether it may be fewer; None where nobody can tell."""
    if rule["needed"] is not None:
        return [statement.natural(rule["needed"]), False]
    bands = rule["bands"]
    if people is not None:
        here = [band for band in bands if band["over"] < people or not band["over"]][-1] if bands else rule
        return [_share(here, people), False]
    if not bands or bands[-1]["needed"] is None:
        return None
    ends = [_share(band, after["over"]) for band, after in pairwise(bands)]
    return [max(bands[-1]["needed"], *ends, 0), True]


def _share(band: Mapping[str, Any], people: int) -> int:
    if band["needed"] is not None:
        return statement.natural(band["needed"])
    if not _PERCENT.fullmatch(band["percent"]):
        raise ValueError("no percentage")
    return max(1, ceil(Fraction(band["percent"]) * people / 100))


def _done(action: str, code: str, reached: str, outcomes: list[Mapping[str, Any]]) -> set[Any]:
    """When what a threshold set off may be said to have been done."""
    for one in outcomes:
        if one["kind"] == action and code in one["tiers"]:
            return {one["at"]}
    # Whether there is a debate may have been said before that threshold.
    early = action == "debate" and any(one["kind"] == "debate" and one["at"] <= reached for one in outcomes)
    return {None, reached} if early else {None}


def _one_of(said: Any, allowed: set[Any]) -> Any:
    """What is said, if it may be; else what should be."""
    return said if said in allowed else min(allowed, key=str)


def _all(counted: PetitionCount) -> set[str]:
    return {*counted.regions, *counted.paper_regions}
