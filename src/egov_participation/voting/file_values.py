"""Single values of the file that a vote is set up from, read strictly: what is wrong is added to the problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from egov_participation.i18n import N_
from egov_participation.voting import texts
from egov_participation.voting.problems import Problems
from egov_participation.voting.texts import LANGUAGES, Texts

Table = dict[str, Any]
_Day = TypeVar("_Day", date, datetime)


@dataclass
class Values:
    """A document, and everything that is wrong with it. A reader returns None where it has added a problem."""

    document: Table
    folder: Path | None
    """Where files that it names are; None of a draft's document, which names none."""
    problems: Problems = field(default_factory=Problems)

    def unknown(self, path: str, table: Table, known: set[str]) -> None:
        """Say which keys of a table are none of those ``known``."""
        for key in (key for key in table if key not in known):
            self.problems.add(at(path, key), N_("There is no such key here. Is it misspelt?"))

    def texts(self, key: str, path: str = "", table: Table | None = None) -> Texts | None:
        """A text in three languages."""
        return self.three((self.document if table is None else table).get(key), at(path, key))

    def three(self, value: object, path: str) -> Texts | None:
        """A table with exactly kk, ru and en."""
        if not isinstance(value, dict):
            self.problems.add(path, N_("A text is wanted in three languages: a table with kk, ru and en."))
            return None
        self.unknown(path, value, set(LANGUAGES))
        parts = [self.text(value.get(language), at(path, language)) for language in LANGUAGES]
        if any(part is None for part in parts):
            return None
        result = Texts(*(part or "" for part in parts))
        if texts.split(texts.SEPARATOR.join(result)) != result:
            self.problems.add(path, N_("A text may not hold a slash between spaces: it separates the languages."))
            return None
        return result

    def text(self, value: object, path: str) -> str | None:
        """A text in one language; one that is spread over lines in the file is one line in the election."""
        if not isinstance(value, str) or not value.strip():
            self.problems.add(path, N_("A text is missing."))
            return None
        text = " ".join(value.split())
        if not text.isprintable():
            self.problems.add(path, N_("A text may not hold control characters."))
            return None
        return text

    def name(self, key: str, table: Table, path: str = "") -> Texts | None:
        """A name: one string for all languages, or a table of three."""
        value = table.get(key)
        if isinstance(value, dict):
            return self.three(value, at(path, key))
        if not isinstance(value, str):
            self.problems.add(
                at(path, key), N_("A name is wanted: one text for all languages, or a table with kk, ru and en.")
            )
            return None
        name = self.text(value, at(path, key))
        return None if name is None else self.three(dict.fromkeys(LANGUAGES, name), at(path, key))

    def number(self, table: Table, key: str, path: str, default: int | None = None) -> int | None:
        """A whole number, 0 or more."""
        value = table.get(key, default)
        if type(value) is not int or value < 0:
            self.problems.add(at(path, key), N_("A whole number is wanted, 0 or more."))
            return None
        return value

    def truth(self, table: Table, key: str, path: str) -> bool | None:
        """True or false; false if it is left out."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.problems.add(at(path, key), N_("Say true or false, without quotes."))
            return None
        return value

    def tables(self, key: str, most: int) -> list[tuple[str, Table]]:
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

    def content(self, name: str, path: str) -> bytes | None:
        """What stands in a file beside this one, without blanks around it."""
        try:
            return ((self.folder or Path()) / name).read_bytes().strip()
        except OSError as error:
            self.problems.add(path, N_("The file cannot be read: %(reason)s."), reason=error.strerror or str(error))
            return None


def at(path: str, key: str) -> str:
    """The path of a key in the table at ``path``."""
    return f"{path}.{key}" if path else key


def parsed(kind: type[_Day], text: str) -> _Day | None:
    """A day or time as RFC 3339 writes it; None if it is none."""
    try:
        return kind.fromisoformat(text)
    except ValueError:
        return None
