"""How rows become lines: of JSON as the API has them, and of CSV, flattened by the kinds of their fields.

CSV has a column for each field, and for a text in three languages one each. An object's members are named with an
underscore (``head.hash`` is ``head_hash``); lists are compact JSON; addresses are whole, since a table travels; texts
are harmless to spreadsheets (`egov_participation.spreadsheets`); what is null is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from egov_participation.i18n import LANGUAGES
from egov_participation.spreadsheets import csv_line, harmless

Json = dict[str, Any]


class Written(str):
    """JSON that is written already, without blanks: it stands in a line and in a cell as it is."""

    __slots__ = ()


class Kind(StrEnum):
    """What a field holds; the value is its datatype in CSV on the Web."""

    WORD = "string"
    """A code, an identifier, a hash: never what somebody wrote."""
    TEXT = "text"
    """What somebody wrote, in whatever language."""
    TEXTS = "texts"
    """``{"kk": …, "ru": …, "en": …}``."""
    INTEGER = "integer"
    NUMBER = "decimal"
    BOOLEAN = "boolean"
    TIME = "dateTime"
    DAY = "date"
    ADDRESS = "anyURI"
    """A path of this site."""
    ADDRESSES = "addresses"
    """Paths by language."""
    JSON = "json"
    """A list or an object that stands in one cell."""


IN_EACH_LANGUAGE: Final = {Kind.TEXTS: "string", Kind.ADDRESSES: "anyURI"}
"""Kinds of which there is a column a language, with each one's datatype."""


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a row."""

    path: str
    """Its name; ``head.hash`` is the member ``hash`` of the member ``head``."""
    kind: Kind
    about: str
    """What it means: a msgid."""
    optional: bool = False
    """It may be null."""

    @property
    def column(self) -> str:
        """The name of its column, or what the names of its columns begin with."""
        return self.path.replace(".", "_")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        if self.kind in IN_EACH_LANGUAGE:
            return tuple(f"{self.column}_{lang}" for lang in LANGUAGES)
        return (self.column,)

    def of(self, row: Json) -> Any:
        """Its value in a row.

        Raises:
            KeyError: the row has no such member.
        """
        value: Any = row
        for name in self.path.split("."):
            value = value[name]
        return value


def to_jsonl(row: Json) -> str:
    """A row as a line of JSON."""
    if not any(isinstance(value, Written) for value in row.values()):
        return compact(row) + "\n"
    members = (
        f"{compact(name)}:{value if isinstance(value, Written) else compact(value)}" for name, value in row.items()
    )
    return f"{{{','.join(members)}}}\n"


def to_csv(row: Json, fields: Sequence[Field], base_url: str) -> str:
    """A row as a record of CSV."""
    return csv_line(cell for field in fields for cell in _cells(field, field.of(row), base_url))


def head(fields: Sequence[Field]) -> str:
    """The header of the CSV."""
    return csv_line(name for field in fields for name in field.columns)


def compact(value: Any) -> str:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cells(field: Field, value: Any, base_url: str) -> Iterator[str]:
    if field.kind in IN_EACH_LANGUAGE:
        for lang in LANGUAGES:
            yield _cell(Kind.ADDRESS if field.kind is Kind.ADDRESSES else field.kind, (value or {}).get(lang), base_url)
    else:
        yield _cell(field.kind, value, base_url)


def _cell(kind: Kind, value: Any, base_url: str) -> str:
    if value is None:
        return ""
    if kind in {Kind.TEXT, Kind.TEXTS}:
        return harmless(value)
    if kind is Kind.ADDRESS:
        return f"{base_url}{value}"
    return value if isinstance(value, str) else compact(value)
