"""Rule sets as files: one TOML file a jurisdiction, with its versions by the day they came into force.

What stands outside of the versions holds for all of them; a version's own key replaces it whole.
``docs/jurisdictions.md`` explains each key.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from egov_participation.jurisdiction import calendars
from egov_participation.jurisdiction.consultation_rules import ConsultationRules
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.jurisdiction.versions import CODE, Version

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


R = TypeVar("R", bound=Version)


class RuleFiles(Generic[R]):
    """The rule sets for one thing: those of the package, and those of one's own, which win over them.

    Args:
        model: what one version is, with `code`, `in_force` and `calendar`.
        presets: folder of the package's, in ``jurisdiction/data``.
        own: folder of one's own, in `Settings.jurisdiction_dir`; empty: that one itself.
        only_of_snapshots: keys that no file may have.
    """

    def __init__(self, model: type[R], presets: str, own: str = "", only_of_snapshots: Sequence[str] = ()) -> None:
        self.model = model
        self._presets = presets
        self._own = own
        self._only_of_snapshots = only_of_snapshots
        self._read_preset = cache(lambda code: self.read(self.presets()[code]))
        self._read_once = lru_cache(maxsize=16)(lambda file, _changed: self.read(file))

    def presets(self) -> dict[str, Traversable]:
        """The rule sets of the package, by their codes."""
        folder = files(__package__) / "data" / self._presets
        found = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
        return dict(sorted(found.items()))

    def load(self, code: str, on: dt.date, folder: Path | None = None) -> R:
        """The rules of a jurisdiction that are in force on a day.

        Args:
            code: of the jurisdiction, ``kz``.
            on: the day.
            folder: where rule sets of one's own lie, which win over those of the package.

        Raises:
            RuleError: there is none of that code, it does not hold, or had no rules on that day.
        """
        versions = self.all_versions(code, folder)
        in_force = [version for version in versions if version.in_force <= on]
        if not in_force:
            reason = f"no rules were in force on {on}: the first are of {versions[0].in_force}"
            raise RuleError(f"{code}.toml", [Problem("", "", reason)])
        return in_force[-1]

    def all_versions(self, code: str, folder: Path | None = None) -> tuple[R, ...]:
        """All versions of a jurisdiction's rules, the oldest first; see `load`."""
        if re.fullmatch(CODE, code) is None:
            raise RuleError(f"{code[:40]}.toml", [Problem("", "", "is no code such as “kz”")])
        own = folder / self._own / f"{code}.toml" if folder is not None else None
        if own is not None and own.is_file():
            return self._read_once(own, own.stat().st_mtime_ns)
        if code not in self.presets():
            reason = f"there are no such rules; there are {', '.join(self.presets())}"
            raise RuleError(str(own or f"{code}.toml"), [Problem("", "", reason)])
        return self._read_preset(code)

    def read(self, file: Traversable) -> tuple[R, ...]:
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
        return self.parse(raw, name)

    def parse(self, raw: bytes, name: str) -> tuple[R, ...]:
        """All versions in the bytes of a file that is called `name`; see `read`."""
        document = _toml(raw, name)
        versions = document.pop("version", None)
        if not isinstance(versions, list) or not versions or not all(isinstance(one, dict) for one in versions):
            raise RuleError(name, [Problem("", "version", "there must be at least one [[version]]")])
        if len(versions) > MOST_VERSIONS:
            raise RuleError(name, [Problem("", "version", f"there are more than {MOST_VERSIONS}")])
        problems: list[Problem] = []
        found: list[R] = []
        for version in versions:
            self._version({**document, **version}, found, problems)
        problems += _of_all(name, found) if not problems else []
        if problems:
            raise RuleError(name, dict.fromkeys(problems))
        return tuple(found)

    def _version(self, values: dict[str, object], found: list[R], problems: list[Problem]) -> None:
        in_force = values.get("in_force")
        label = in_force.isoformat() if isinstance(in_force, dt.date) else ""
        for key in self._only_of_snapshots:
            if key in values:
                problems.append(Problem(label, key, "is of petitions' snapshots alone: populations have a table"))
                return
        named = values.get("calendar")
        if isinstance(named, str):
            if named not in calendars.names():
                names = ", ".join(sorted(calendars.names()))
                problems.append(Problem(label, "calendar", f"there is no calendar “{named[:40]}”; there are {names}"))
                return
            values["calendar"] = calendars.calendar(named)
        try:
            found.append(self.model.model_validate(values))
        except ValidationError as error:
            problems += [_problem(label, detail) for detail in error.errors(include_url=False, include_context=False)]


def _toml(raw: bytes, name: str) -> dict[str, object]:
    if len(raw) > LARGEST:
        raise RuleError(name, [Problem("", "", f"is larger than {LARGEST // 1024} KiB")])
    try:
        return tomllib.loads(raw.decode("utf-8"), parse_float=_decimal)
    except UnicodeDecodeError:
        raise RuleError(name, [Problem("", "", "is not UTF-8")]) from None
    except (ValueError, RecursionError) as error:  # the parser's own, and Python's limits on digits and nesting
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number or nesting is too large"
        raise RuleError(name, [Problem("", "", f"is no TOML: {reason}")]) from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is too large") from None


def _problem(version: str, detail: ErrorDetails) -> Problem:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    reason = _REASONS.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    return Problem(version, key, reason[:1].lower() + reason[1:])


def _of_all(name: str, versions: Sequence[Version]) -> Iterable[Problem]:
    days = [version.in_force for version in versions]
    if days != sorted(set(days)):
        yield Problem("", "version", "must stand in the order of in_force, each with another day")
    stem = Path(name).stem
    for version in versions:
        if version.code != stem:
            yield Problem(version.in_force.isoformat(), "code", f"must be “{stem}”, as the file is called")


PETITIONS: Final = RuleFiles(RuleSet, "rules", only_of_snapshots=("residents",))
CONSULTATIONS: Final = RuleFiles(ConsultationRules, "consultations", own="consultations")
