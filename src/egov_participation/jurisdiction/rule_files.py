"""Rule sets as files: one TOML file a jurisdiction, with its versions by the day they came into force.

What stands outside of the versions holds for all of them; a version's own key replaces it whole.
``docs/jurisdictions.md`` explains each key.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from egov_participation.jurisdiction import calendars
from egov_participation.jurisdiction.petition_rules import CODE, RuleSet

LARGEST: Final = 512 * 1024
"""Bytes of a file."""
MOST_VERSIONS: Final = 50
_REASONS: Final = {"extra_forbidden": "there is no such key", "missing": "is missing"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a file."""

    version: str
    """The day that the version came into force, as it is written; empty: it is about the whole file."""
    key: str
    """Path of the key, ``thresholds[1].percent``; empty: about all of it."""
    reason: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.version and f"version of {self.version}", self.key) if part)
        return f"{where}: {self.reason}" if where else self.reason


class RuleError(ValueError):
    """A file of rules cannot be right, or has no rules for a day."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


def presets() -> dict[str, Traversable]:
    """The rule sets of the package, by their codes."""
    folder = files(__package__) / "data" / "rules"
    found = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return dict(sorted(found.items()))


def load(code: str, on: dt.date, folder: Path | None = None) -> RuleSet:
    """The rules of a jurisdiction that are in force on a day.

    Args:
        code: of the jurisdiction, ``kz``.
        on: the day.
        folder: where rule sets of one's own lie, which win over those of the package.

    Raises:
        RuleError: there is none of that code, it does not hold, or had no rules on that day.
    """
    versions = all_versions(code, folder)
    in_force = [version for version in versions if version.in_force <= on]
    if not in_force:
        reason = f"no rules were in force on {on}: the first are of {versions[0].in_force}"
        raise RuleError(f"{code}.toml", [Problem("", "", reason)])
    return in_force[-1]


def all_versions(code: str, folder: Path | None = None) -> tuple[RuleSet, ...]:
    """All versions of a jurisdiction's rules, the oldest first; see `load`."""
    if re.fullmatch(CODE, code) is None:
        raise RuleError(f"{code[:40]}.toml", [Problem("", "", "is no code such as “kz”")])
    own = folder / f"{code}.toml" if folder is not None else None
    if own is not None and own.is_file():
        return _read_once(own, own.stat().st_mtime_ns)
    if code not in presets():
        reason = f"there are no such rules; there are {', '.join(presets())}"
        raise RuleError(str(own or f"{code}.toml"), [Problem("", "", reason)])
    return _read_preset(code)


@cache
def _read_preset(code: str) -> tuple[RuleSet, ...]:
    return read(presets()[code])


@lru_cache(maxsize=16)
def _read_once(file: Path, _changed: int) -> tuple[RuleSet, ...]:
    return read(file)


def read(file: Traversable) -> tuple[RuleSet, ...]:
    """All versions in a file, the oldest first.

    Raises:
        RuleError: with everything that is wrong.
    """
    name = str(file)
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise RuleError(name, [Problem("", "", error.strerror or "cannot be read")]) from None
    return parse(raw, name)


def parse(raw: bytes, name: str) -> tuple[RuleSet, ...]:
    """All versions in the bytes of a file that is called `name`; see `read`."""
    if len(raw) > LARGEST:
        raise RuleError(name, [Problem("", "", f"is larger than {LARGEST // 1024} KiB")])
    try:
        document = tomllib.loads(raw.decode("utf-8"), parse_float=_decimal)
    except UnicodeDecodeError:
        raise RuleError(name, [Problem("", "", "is not UTF-8")]) from None
    except (ValueError, RecursionError) as error:  # the parser's own, and Python's limits on digits and nesting
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number or nesting is too large"
        raise RuleError(name, [Problem("", "", f"is no TOML: {reason}")]) from None
    versions = document.pop("version", None)
    if not isinstance(versions, list) or not versions or not all(isinstance(one, dict) for one in versions):
        raise RuleError(name, [Problem("", "version", "there must be at least one [[version]]")])
    if len(versions) > MOST_VERSIONS:
        raise RuleError(name, [Problem("", "version", f"there are more than {MOST_VERSIONS}")])
    problems: list[Problem] = []
    found: list[RuleSet] = []
    for version in versions:
        _version({**document, **version}, found, problems)
    problems += _of_all(name, found) if not problems else []
    if problems:
        raise RuleError(name, dict.fromkeys(problems))
    return tuple(found)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is too large") from None


def _version(values: dict[str, object], found: list[RuleSet], problems: list[Problem]) -> None:
    in_force = values.get("in_force")
    label = in_force.isoformat() if isinstance(in_force, dt.date) else ""
    if "residents" in values:
        problems.append(Problem(label, "residents", "is of petitions' snapshots alone: populations have a table"))
        return
    named = values.get("calendar")
    if isinstance(named, str):
        if named not in calendars.names():
            names = ", ".join(sorted(calendars.names()))
            problems.append(Problem(label, "calendar", f"there is no calendar “{named[:40]}”; there are {names}"))
            return
        values["calendar"] = calendars.calendar(named)
    try:
        found.append(RuleSet.model_validate(values))
    except ValidationError as error:
        problems += [_problem(label, detail) for detail in error.errors(include_url=False, include_context=False)]


def _problem(version: str, detail: ErrorDetails) -> Problem:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    reason = _REASONS.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    return Problem(version, key, reason[:1].lower() + reason[1:])


def _of_all(name: str, versions: list[RuleSet]) -> Iterable[Problem]:
    days = [version.in_force for version in versions]
    if days != sorted(set(days)):
        yield Problem("", "version", "must stand in the order of in_force, each with another day")
    stem = Path(name).stem
    for version in versions:
        if version.code != stem:
            yield Problem(version.in_force.isoformat(), "code", f"must be “{stem}”, as the file is called")
