"""The rules that a petition keeps (``/api/v1/petitions/REF/rules``), whose hash is in the log: what they ask for.

What the rules reckon from residents, percentages and bands, needs the platform's table of them, which no hash in the
log is of: there only what the site says, and what was entered, are held against each other.
"""

import hashlib
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from egov_crypto.cli.site_figures import compare, load, readable
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount

MAX_SIZE: Final = 1 << 20
"""Bytes that a petition's rules may have."""
_PERIOD: Final = re.compile(r"([1-9][0-9]{0,3}) (calendar day|working day|month|year)s?", re.ASCII)
_NEAR: Final = timedelta(days=2)
"""A day begins elsewhere at another time, and the last one is whole."""


class PetitionTerms:
    """What the rules say. All raise :class:`VerificationError`; ``site.format`` where they cannot be read."""

    def __init__(self, raw: bytes, counted: PetitionCount) -> None:
        """Raises ``petition.document`` unless it is what the petition was opened with."""
        compare("petition.document", [("rules", hashlib.sha256(raw).hexdigest(), counted.rules)], "in the log")
        said = load(raw, MAX_SIZE)
        with readable():
            self.thresholds: Final[dict[str, Mapping[str, Any]]] = {one["code"]: one for one in said["thresholds"]}
            self.collecting: Final = _PERIOD.fullmatch(said["collecting"])
            if self.collecting is None:
                raise ValueError("“collecting” is no period")

    def check(self, said: Mapping[str, Any], counted: PetitionCount) -> int:
        """Check thresholds and end, as the site says them and as they were entered. Raises ``petition.timeline``."""
        with readable():
            needed = {one["code"]: one["count"] for one in said["thresholds"]}
            compared: list[tuple[str, Any, Any]] = []
            for code, number in [*needed.items(), *((code, one[0]) for code, one in counted.thresholds.items())]:
                rule = self.thresholds.get(code)
                if rule is None or (rule["scope"] == "country") is bool(said["territory"]):
                    raise VerificationError("petition.timeline", f"{code}: no threshold that the rules have for it")
                if rule["needed"] is not None:
                    compared.append((f"threshold {code}", number, rule["needed"]))
            if not said["territory"]:
                # Where one is reckoned from residents who are not known, none is told.
                for code, rule in self.thresholds.items():
                    if rule["scope"] == "country" and rule["needed"] is not None and needed:
                        compared.append((f"threshold {code}", needed.get(code), rule["needed"]))
            compared += self._answers(said, counted)
        return compare("petition.timeline", compared, "by the rules") + self._end(counted)

    def _answers(self, said: Mapping[str, Any], counted: PetitionCount) -> list[tuple[str, Any, Any]]:
        """Whether an answer is owed, and whether there was one."""
        owed = any(self.thresholds[code]["action"] == "answer" for code in counted.thresholds)
        answered = any(kind == "answer" for kind, *_ in counted.answers)
        states = {"answered"} if answered else set()
        states |= {"awaited"} if owed else set()
        debates = [to for kind, to, *_ in counted.answers if kind == "debate"]
        debated = {debates[-1]} if debates else {"none", "awaited"}
        return [
            (name, said[name] in allowed, True)
            for name, allowed in (("answer_state", states or {"none"}), ("debate_state", debated))
        ]

    def _end(self, counted: PetitionCount) -> int:
        assert self.collecting is not None
        number, unit = int(self.collecting[1]), self.collecting[2]
        opened, closes = datetime.fromisoformat(counted.opened_at), datetime.fromisoformat(counted.closes_at)
        if unit == "working day":  # at least as many days, and not many more
            least, most = timedelta(days=number) - _NEAR, timedelta(days=3 * number + 60)
        else:
            end = opened + timedelta(days=number) if unit == "calendar day" else _months(opened, number, unit)
            least, most = end - opened - _NEAR, end - opened + _NEAR
        if not least <= closes - opened <= most:
            detail = f"open from {counted.opened_at} to {counted.closes_at}; the rules have {self.collecting[0]}"
            raise VerificationError("petition.timeline", detail)
        return 1

    def reached(self, code: str, needed: int, counted: PetitionCount) -> bool:
        """Whether what counts by the log is enough for a threshold, in so many territories as it asks for: of those
        the electronic ones alone, since paper is not logged by where its signers live."""
        per = self.thresholds[code].get("per_territory")
        with readable():
            there = per is None or per["count"] <= sum(
                counted.regions.get(region, 0) >= least for region, least in per["minimum"].items()
            )
        return there and counted.standing >= needed


def _months(start: datetime, number: int, unit: str) -> datetime:
    months = start.month - 1 + number * (12 if unit == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return datetime.combine(date(year, month, min(start.day, monthrange(year, month)[1])), start.timetz())
