"""The file that a vote is set up from (TOML; ``docs/vote-file.md`` describes it), and a draft of the same shape.

Both are read by one reader, so that what the office takes the command line takes too, and the reverse. A document has
what JSON knows: its times and days are strings as RFC 3339 writes them, and what is not known yet is null.
Everything that is wrong is said at once: each problem has the path of its key and one plain sentence.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.trustees import Trustees
from egov_participation.i18n import N_
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.voting import texts
from egov_participation.voting.file_values import Values, parsed
from egov_participation.voting.problems import Problem, Problems
from egov_participation.voting.question_file import MAX_ANSWERS, MAX_QUESTIONS, read_questions
from egov_participation.voting.roll_file import ListedRoll, read_roll
from egov_participation.voting.rules import BINDING_TRUSTEES, VoteKind
from egov_participation.voting.texts import Texts
from egov_participation.voting.trustee_file import MAX_TRUSTEES, SetupTrustee, read_trustees

__all__ = [
    "MAX_ANSWERS", "MAX_QUESTIONS", "MAX_TRUSTEES", "KeptRoll", "ListedRoll", "RegistryRoll", "SetupError",
    "SetupTrustee", "VoteSetup", "read", "read_document",
]  # fmt: skip

_TOP: Final = {
    "kind", "title", "description", "administrator", "credential_authority", "opens_at", "closes_at",
    "questions", "roll", "trustees", "needed", "threshold", "threshold_file",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegistryRoll:
    """Everybody in the register of residents who is old enough on a day and lives in one of ``territories``.

    No territories means everywhere.
    """

    min_age: int
    territories: tuple[str, ...]
    age_on: date | None = None
    """The day; None: the one on which the vote opens."""


@dataclass(frozen=True, slots=True)
class KeptRoll:
    """The people of a file that was taken over before; the commission's room keeps who they are."""

    size: int
    weighted: bool = False
    """Whether somebody's ballot counts more than once."""


@dataclass(frozen=True, slots=True)
class VoteSetup:
    """A setup file that holds. Times are aware; texts are already those of the election, in three languages."""

    kind: VoteKind
    title: Texts
    description: Texts
    administrator: str
    credential_authority: str
    opens_at: datetime
    closes_at: datetime
    questions: tuple[AnyQuestion, ...]
    roll: RegistryRoll | ListedRoll | KeptRoll
    trustees: tuple[SetupTrustee, ...]
    together: Parameters | None = None
    """What the last of the trustees, of whom fewer than all are needed, made together; None if all are needed."""

    @property
    def keys(self) -> Trustees:
        """What is published of the trustees' keys: who they are, and how many of them are needed."""
        keys = [member.key for member in self.trustees]
        if self.together is None:
            return Trustees.singles(keys)
        return Trustees((*keys[: len(keys) - len(self.together.keys)], self.together))


class SetupError(Exception):
    """The file does not describe a vote; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def read(path: Path, now: datetime) -> VoteSetup:
    """Read and check a setup file; other files that it names are looked up beside it.

    Raises:
        SetupError: with everything that is wrong, in the file's order.
    """
    problems = Problems()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problems.add("", N_("The file cannot be read: %(reason)s."), reason=error.strerror or str(error))
    except (UnicodeError, tomllib.TOMLDecodeError) as error:
        problems.add("", N_("The file is not TOML in UTF-8: %(reason)s."), reason=str(error))
    if problems.found:
        raise SetupError(problems.found)
    return _read(Values(document, path.parent, problems), now)


def read_document(document: dict[str, Any], now: datetime, kept: KeptRoll | None = None) -> VoteSetup:
    """Check a draft's document.

    Args:
        kept: its uploaded list, if it is voted by a list; None: none is uploaded.

    Raises:
        SetupError: with everything that is wrong or missing.
    """
    return _read(Values(document, None), now, kept)


def _read(values: Values, now: datetime, kept: KeptRoll | None = None) -> VoteSetup:
    values.unknown("", values.document, _TOP)
    kind = _kind(values)
    title = values.texts("title")
    description = values.texts("description")
    administrator = values.name("administrator", values.document)
    authority = values.name("credential_authority", values.document)
    opens_at, closes_at = _times(values, now)
    questions = read_questions(values)
    roll = _roll(values, kept)
    _check_weights(values, questions, roll)
    trustees = read_trustees(values)
    named = values.document.get("trustees")
    if kind is VoteKind.BINDING and (not isinstance(named, list) or len(named) < BINDING_TRUSTEES):
        values.problems.add(
            "trustees",
            N_("A binding vote has at least %(number)s trustees, of whom one keeps the key away from any network."),
            number=str(BINDING_TRUSTEES),
        )
    if (
        kind is None or title is None or description is None or administrator is None or authority is None
        or opens_at is None or closes_at is None or roll is None or trustees is None or values.problems.found
    ):  # fmt: skip
        raise SetupError(values.problems.found)
    return VoteSetup(
        kind, title, description, texts.join(administrator), texts.join(authority), opens_at, closes_at,
        tuple(questions), roll, *trustees,
    )  # fmt: skip


def _kind(values: Values) -> VoteKind | None:
    value = values.document.get("kind")
    if value is None:
        values.problems.add("kind", N_("It is not said yet whether the vote is consultative or binding."))
        return None
    if value not in tuple(VoteKind):
        values.problems.add("kind", N_("Say whether the vote is “consultative” or “binding”."))
        return None
    return VoteKind(value)


def _times(values: Values, now: datetime) -> tuple[datetime | None, datetime | None]:
    opens_at, closes_at = (_time(values, key) for key in ("opens_at", "closes_at"))
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        values.problems.add("closes_at", N_("The vote would close before it opens."))
    if closes_at is not None and closes_at <= now:
        values.problems.add("closes_at", N_("The closing time has passed already."))
    return opens_at, closes_at


def _time(values: Values, key: str) -> datetime | None:
    value = values.document.get(key)
    if value is None:
        values.problems.add(key, N_("A date and time is missing."))
        return None
    if values.folder is None and isinstance(value, str):
        value = parsed(datetime, value)
    if not isinstance(value, datetime):
        values.problems.add(key, N_("A date and time is wanted, without quotes: 2026-11-01T09:00:00+05:00."))
        return None
    if value.tzinfo is None:
        values.problems.add(key, N_("The time lacks its zone: write 2026-11-01T09:00:00+05:00."))
        return None
    return value


def _roll(values: Values, kept: KeptRoll | None) -> RegistryRoll | ListedRoll | KeptRoll | None:
    table = values.document.get("roll")
    if table is None and values.folder is None:
        values.problems.add("roll.from", N_("It is not said yet who may vote."))
        return None
    if not isinstance(table, dict) or table.get("from") not in ("registry", "file"):
        values.problems.add("roll.from", N_("Say who may vote: “registry” (the register of residents) or “file”."))
        return None
    return _listed(values, table, kept) if table["from"] == "file" else _registered(values, table)


def _listed(values: Values, table: dict[str, Any], kept: KeptRoll | None) -> ListedRoll | KeptRoll | None:
    values.unknown("roll", table, {"from", "file"})
    if values.folder is None:
        if kept is None:
            values.problems.add("roll.file", N_("The list of voters is not uploaded yet."))
        return kept
    name = values.text(table.get("file"), "roll.file")
    return read_roll(values.folder / name, values.problems) if name is not None else None


def _registered(values: Values, table: dict[str, Any]) -> RegistryRoll | None:
    values.unknown("roll", table, {"from", "min_age", "age_on", "territories"})
    min_age = values.number(table, "min_age", "roll", 18)
    day = table.get("age_on")
    if values.folder is None and isinstance(day, str):
        day = parsed(date, day)
    if "age_on" in table and (not isinstance(day, date) or isinstance(day, datetime)):
        values.problems.add("roll.age_on", N_("A day is wanted, without quotes: 2026-11-01."))
        return None
    territories = table.get("territories", [])
    if not isinstance(territories, list) or not all(
        isinstance(item, str) and item in TERRITORIES for item in territories
    ):
        values.problems.add(
            "roll.territories",
            N_('A list of codes of regions or districts is wanted, such as ["KZ-71", "751210000"].'),
        )
        return None
    return None if min_age is None else RegistryRoll(min_age, tuple(territories), day)


def _check_weights(
    values: Values, questions: list[AnyQuestion], roll: RegistryRoll | ListedRoll | KeptRoll | None
) -> None:
    """Ballots that become known one by one count once each: a weight would tell whose they are."""
    weighted = (isinstance(roll, KeptRoll) and roll.weighted) or (
        isinstance(roll, ListedRoll) and any(weight != 1 for weight in roll.weights.values())
    )
    if weighted and any(isinstance(question, PreferenceQuestion) for question in questions):
        values.problems.add(
            "roll.file",
            N_(
                "Where answers are ranked or graded every ballot counts once: ballots become known one by one, and a"
                " weight would tell whose they are. Ask such questions in a vote without weights."
            ),
        )
