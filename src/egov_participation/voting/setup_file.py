"""The file that a vote is set up from (TOML; ``docs/vote-file.md`` describes it), and a draft of the same shape.

Both are read by one reader, so that what the office takes the command line takes too, and the reverse. A document has
what JSON knows: its times and days are strings as RFC 3339 writes them, and what is not known yet is null.
Everything that is wrong is said at once: each problem has the path of its key and one plain sentence.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from egov_crypto.errors import CryptoError
from egov_crypto.question import Question
from egov_crypto.trustee import TrusteeKey
from egov_participation.i18n import N_
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.voting import texts
from egov_participation.voting.problems import Problem, Problems
from egov_participation.voting.roll_file import ListedRoll, read_roll
from egov_participation.voting.rules import BINDING_TRUSTEES, VoteKind
from egov_participation.voting.texts import LANGUAGES, Texts

MAX_QUESTIONS: Final = 20
MAX_ANSWERS: Final = 500
"""Over all questions: a ballot then stays below the 1 MB that is taken."""
MAX_TRUSTEES: Final = 30

_Day = TypeVar("_Day", date, datetime)

_TOP: Final = {
    "kind", "title", "description", "administrator", "credential_authority", "opens_at", "closes_at",
    "questions", "roll", "trustees",
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


@dataclass(frozen=True, slots=True)
class SetupTrustee:
    """A trustee's name and public key with its proof."""

    name: Texts
    key: TrusteeKey


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
    questions: tuple[Question, ...]
    roll: RegistryRoll | ListedRoll | KeptRoll
    trustees: tuple[SetupTrustee, ...]


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
    return _read(_Reader(document, now, path.parent, problems=problems))


def read_document(document: dict[str, Any], now: datetime, kept: int = 0) -> VoteSetup:
    """Check a draft's document.

    Args:
        kept: how many people its uploaded list names, if it is voted by a list.

    Raises:
        SetupError: with everything that is wrong or missing.
    """
    return _read(_Reader(document, now, None, kept))


def _read(reader: _Reader) -> VoteSetup:
    setup = reader.read()
    if setup is None or reader.problems.found:
        raise SetupError(reader.problems.found)
    return setup


@dataclass
class _Reader:
    document: dict[str, Any]
    now: datetime
    folder: Path | None
    """Where files that it names are; None of a draft's document, which names none."""
    kept: int = 0
    problems: Problems = field(default_factory=Problems)

    def read(self) -> VoteSetup | None:
        self._unknown("", self.document, _TOP)
        kind = self._kind()
        title = self._texts("title")
        description = self._texts("description")
        administrator = self._name("administrator", self.document)
        authority = self._name("credential_authority", self.document)
        opens_at, closes_at = self._times()
        questions = self._questions()
        roll = self._roll()
        trustees = self._trustees()
        named = self.document.get("trustees")
        if kind is VoteKind.BINDING and (not isinstance(named, list) or len(named) < BINDING_TRUSTEES):
            self.problems.add(
                "trustees",
                N_("A binding vote has at least %(number)s trustees, of whom one keeps the key away from any network."),
                number=str(BINDING_TRUSTEES),
            )
        if (
            kind is None or title is None or description is None or administrator is None or authority is None
            or opens_at is None or closes_at is None or roll is None or self.problems.found
        ):  # fmt: skip
            return None
        return VoteSetup(
            kind, title, description, texts.join(administrator), texts.join(authority), opens_at, closes_at,
            tuple(questions), roll, tuple(trustees),
        )  # fmt: skip

    # -- single values -------------------------------------------------------------------------------------------------

    def _unknown(self, path: str, table: dict[str, Any], known: set[str]) -> None:
        for key in (key for key in table if key not in known):
            self.problems.add(_at(path, key), N_("There is no such key here. Is it misspelt?"))

    def _kind(self) -> VoteKind | None:
        value = self.document.get("kind")
        if value is None:
            self.problems.add("kind", N_("It is not said yet whether the vote is consultative or binding."))
            return None
        if value not in tuple(VoteKind):
            self.problems.add("kind", N_("Say whether the vote is “consultative” or “binding”."))
            return None
        return VoteKind(value)

    def _texts(self, key: str, path: str = "", table: dict[str, Any] | None = None) -> Texts | None:
        return self._three((self.document if table is None else table).get(key), _at(path, key))

    def _three(self, value: object, path: str) -> Texts | None:
        """A table with exactly kk, ru and en."""
        if not isinstance(value, dict):
            self.problems.add(path, N_("A text is wanted in three languages: a table with kk, ru and en."))
            return None
        self._unknown(path, value, set(LANGUAGES))
        parts = [self._text(value.get(language), _at(path, language)) for language in LANGUAGES]
        if any(part is None for part in parts):
            return None
        result = Texts(*(part or "" for part in parts))
        if texts.split(texts.SEPARATOR.join(result)) != result:
            self.problems.add(path, N_("A text may not hold a slash between spaces: it separates the languages."))
            return None
        return result

    def _text(self, value: object, path: str) -> str | None:
        if not isinstance(value, str) or not value.strip():
            self.problems.add(path, N_("A text is missing."))
            return None
        # a text spread over lines in the file is one line in the election
        text = " ".join(value.split())
        if not text.isprintable():
            self.problems.add(path, N_("A text may not hold control characters."))
            return None
        return text

    def _name(self, key: str, table: dict[str, Any], path: str = "") -> Texts | None:
        """A name: one string for all languages, or a table of three."""
        value = table.get(key)
        if isinstance(value, dict):
            return self._three(value, _at(path, key))
        if not isinstance(value, str):
            self.problems.add(
                _at(path, key), N_("A name is wanted: one text for all languages, or a table with kk, ru and en.")
            )
            return None
        name = self._text(value, _at(path, key))
        return None if name is None else self._three(dict.fromkeys(LANGUAGES, name), _at(path, key))

    def _number(self, table: dict[str, Any], key: str, path: str, default: int | None = None) -> int | None:
        value = table.get(key, default)
        if type(value) is not int or value < 0:
            self.problems.add(_at(path, key), N_("A whole number is wanted, 0 or more."))
            return None
        return value

    def _times(self) -> tuple[datetime | None, datetime | None]:
        opens_at, closes_at = (self._time(key) for key in ("opens_at", "closes_at"))
        if opens_at is not None and closes_at is not None and opens_at >= closes_at:
            self.problems.add("closes_at", N_("The vote would close before it opens."))
        if closes_at is not None and closes_at <= self.now:
            self.problems.add("closes_at", N_("The closing time has passed already."))
        return opens_at, closes_at

    def _time(self, key: str) -> datetime | None:
        value = self.document.get(key)
        if value is None:
            self.problems.add(key, N_("A date and time is missing."))
            return None
        if self.folder is None and isinstance(value, str):
            value = _parsed(datetime, value)
        if not isinstance(value, datetime):
            self.problems.add(key, N_("A date and time is wanted, without quotes: 2026-11-01T09:00:00+05:00."))
            return None
        if value.tzinfo is None:
            self.problems.add(key, N_("The time lacks its zone: write 2026-11-01T09:00:00+05:00."))
            return None
        return value

    def _tables(self, key: str, most: int) -> list[tuple[str, dict[str, Any]]]:
        """(path, table) of each element of an array of tables; at least one, at most ``most``."""
        value = self.document.get(key)
        if self.folder is None and not value:
            self.problems.add(key, N_("At least one is needed."))
            return []
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            self.problems.add(key, N_("At least one is wanted, each under its own [[%(key)s]]."), key=key)
            return []
        if len(value) > most:
            self.problems.add(key, N_("There may be at most %(number)s of them."), number=most)
        return [(f"{key}[{number}]", item) for number, item in enumerate(value, 1)]

    # -- questions -----------------------------------------------------------------------------------------------------

    def _questions(self) -> list[Question]:
        questions = [self._question(path, table) for path, table in self._tables("questions", MAX_QUESTIONS)]
        found = [question for question in questions if question is not None]
        if sum(len(question.answers) for question in found) > MAX_ANSWERS:
            self.problems.add(
                "questions",
                N_("There may be at most %(number)s answers in all questions together."),
                number=MAX_ANSWERS,
            )
        return found

    def _question(self, path: str, table: dict[str, Any]) -> Question | None:
        self._unknown(path, table, {"type", "text", "answers", "min", "max", "blank"})
        if table.get("type", "homomorphic") != "homomorphic":
            self.problems.add(_at(path, "type"), N_("Only questions of the type “homomorphic” can be asked so far."))
        text = self._texts("text", path, table)
        answers = self._answers(path, table)
        least = self._number(table, "min", path, 1)
        most = self._number(table, "max", path, 1)
        blank = table.get("blank", False)
        if not isinstance(blank, bool):
            self.problems.add(_at(path, "blank"), N_("Say true or false, without quotes."))
        if least is not None and most is not None and least > most:
            self.problems.add(_at(path, "min"), N_("The smallest number of answers is larger than the largest."))
        elif most is not None and answers and not 1 <= most <= len(answers):
            self.problems.add(
                _at(path, "max"), N_("Between 1 and %(number)s answers can be allowed here."), number=len(answers)
            )
        elif text is not None and least is not None and most is not None and answers and isinstance(blank, bool):
            return Question(tuple(texts.join(answer) for answer in answers), texts.join(text), least, most, blank)
        return None

    def _answers(self, path: str, table: dict[str, Any]) -> list[Texts]:
        """The answers if all of them hold, else none."""
        value = table.get("answers")
        at = _at(path, "answers")
        if value == []:
            self.problems.add(at, N_("There is no answer yet."))
            return []
        if not isinstance(value, list) or not value:
            self.problems.add(at, N_("Answers are wanted, each a table with kk, ru and en."))
            return []
        read = [self._three(answer, f"{at}[{number}]") for number, answer in enumerate(value, 1)]
        answers = [answer for answer in read if answer is not None]
        if len(set(answers)) < len(answers):
            self.problems.add(at, N_("Two answers have the same text."))
        return answers if len(answers) == len(read) else []

    # -- roll and trustees ---------------------------------------------------------------------------------------------

    def _roll(self) -> RegistryRoll | ListedRoll | KeptRoll | None:
        table = self.document.get("roll")
        if table is None and self.folder is None:
            self.problems.add("roll.from", N_("It is not said yet who may vote."))
            return None
        if not isinstance(table, dict) or table.get("from") not in ("registry", "file"):
            self.problems.add("roll.from", N_("Say who may vote: “registry” (the register of residents) or “file”."))
            return None
        return self._listed(table) if table["from"] == "file" else self._registered(table)

    def _listed(self, table: dict[str, Any]) -> ListedRoll | KeptRoll | None:
        self._unknown("roll", table, {"from", "file"})
        if self.folder is None:
            if not self.kept:
                self.problems.add("roll.file", N_("The list of voters is not uploaded yet."))
            return KeptRoll(self.kept) if self.kept else None
        name = self._text(table.get("file"), "roll.file")
        return read_roll(self.folder / name, self.problems) if name is not None else None

    def _registered(self, table: dict[str, Any]) -> RegistryRoll | None:
        self._unknown("roll", table, {"from", "min_age", "age_on", "territories"})
        min_age = self._number(table, "min_age", "roll", 18)
        day = table.get("age_on")
        if self.folder is None and isinstance(day, str):
            day = _parsed(date, day)
        if "age_on" in table and (not isinstance(day, date) or isinstance(day, datetime)):
            self.problems.add("roll.age_on", N_("A day is wanted, without quotes: 2026-11-01."))
            return None
        territories = table.get("territories", [])
        if not isinstance(territories, list) or not all(
            isinstance(item, str) and item in TERRITORIES for item in territories
        ):
            self.problems.add(
                "roll.territories",
                N_('A list of codes of regions or districts is wanted, such as ["KZ-71", "751210000"].'),
            )
            return None
        return None if min_age is None else RegistryRoll(min_age, tuple(territories), day)

    def _trustees(self) -> list[SetupTrustee]:
        trustees: list[SetupTrustee] = []
        for path, table in self._tables("trustees", MAX_TRUSTEES):
            self._unknown(path, table, {"name", "public_key", "public_key_file"})
            name = self._name("name", table, path)
            raw = self._key_json(path, table)
            if raw is None:
                continue
            try:
                key = TrusteeKey.parse(raw)
            except CryptoError as error:
                self.problems.add(
                    path, N_("This is not a trustee's public key with its proof: %(reason)s"), reason=str(error)
                )
                continue
            if any(key.public_key == other.key.public_key for other in trustees):
                self.problems.add(path, N_("Two trustees have the same public key."))
            elif name is not None:
                trustees.append(SetupTrustee(name, key))
        return trustees

    def _key_json(self, path: str, table: dict[str, Any]) -> bytes | None:
        inline, file = table.get("public_key"), table.get("public_key_file")
        if self.folder is None and not isinstance(inline, str):
            self.problems.add(path, N_("This trustee has not handed in a key yet."))
            return None
        if (inline is None) == (file is None) or not isinstance(inline or file, str):
            self.problems.add(
                path, N_("Give either public_key_file (the file's name) or public_key (what stands in it, in quotes).")
            )
            return None
        if isinstance(inline, str):
            return inline.strip().encode()
        try:
            return ((self.folder or Path()) / str(file)).read_bytes().strip()
        except OSError as error:
            self.problems.add(
                _at(path, "public_key_file"),
                N_("The file cannot be read: %(reason)s."),
                reason=error.strerror or str(error),
            )
            return None


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _parsed(kind: type[_Day], text: str) -> _Day | None:
    try:
        return kind.fromisoformat(text)
    except ValueError:
        return None
