"""The territories of a country: regions, and the districts, cities and city districts in them.

Each country is a folder of ``jurisdiction/data`` with two tables that say in their first lines where they come from::

    territories.csv    code,parent,kind,kato,kk,ru,en      regions have no parent
    populations.csv    code,date,people,precision,source   several dates a territory, or none

They are parsed strictly when first asked for: a table that contradicts itself stops the program at its start.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

_REGION: Final = re.compile(r"[A-Z]{2}(-\d{2})?")
_PART: Final = re.compile(r"\d{9}|\d{2}-[a-z]+")
_KATO: Final = re.compile(r"\d{9}")
_TERRITORY_COLUMNS: Final = ["code", "parent", "kind", "kato", "kk", "ru", "en"]
_POPULATION_COLUMNS: Final = ["code", "date", "people", "precision", "source"]


class TerritoryError(ValueError):
    """A table of territories cannot be right."""


class Kind(StrEnum):
    """What a territory is."""

    REGION = "region"
    DISTRICT = "district"
    CITY = "city"
    """Without a parent a city of republican significance, which is a region; with one, a city of its region's."""
    CITY_DISTRICT = "city-district"


@dataclass(frozen=True, slots=True)
class Population:
    """How many people lived there on a day, by whose word."""

    date: dt.date
    people: int
    precision: int
    """What the figure is rounded to: 1000 means thousands."""
    source: str
    """As the head of ``populations.csv`` explains it."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A region or a part of one."""

    code: str
    """ISO 3166-2 of a region, ISO 3166-1 of a state of a union; KATO of what is in a region, or a code of our own where
    that is not known."""
    parent: str
    """Code of the region that it is in; empty for a region."""
    kind: Kind
    kato: str
    """Nine digits of the classifier of administrative-territorial objects; empty where not known."""
    kk: str
    ru: str
    en: str
    populations: tuple[Population, ...] = field(default=(), repr=False)
    """The latest first; empty where no figure could be traced to its source."""

    def name(self, language: str) -> str:
        """The name in kk, ru or en."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]

    @property
    def population(self) -> Population | None:
        """The latest figure; None if none is known."""
        return self.populations[0] if self.populations else None

    @property
    def is_region(self) -> bool:
        """Whether it is one of the parts that the country is divided into first."""
        return not self.parent


@dataclass(frozen=True, slots=True)
class Country:
    """All territories of a country by their codes, each region before what is in it."""

    code: str
    territories: Mapping[str, Territory]

    @property
    def regions(self) -> dict[str, Territory]:
        """The regions alone."""
        return {code: territory for code, territory in self.territories.items() if territory.is_region}

    def parts(self, region: str) -> list[Territory]:
        """What a region consists of."""
        return [territory for territory in self.territories.values() if territory.parent == region]


@cache
def country(code: str) -> Country:
    """The country whose folder is called `code`, e.g. ``kz``.

    Raises:
        TerritoryError, FileNotFoundError: see `read_country`.
    """
    return read_country(code, files(__package__) / "data" / code)


def read_country(code: str, folder: Traversable) -> Country:
    """A country from the two tables of a folder.

    Raises:
        TerritoryError: the tables contradict themselves.
        FileNotFoundError: a table is missing.
    """
    populations = _populations(folder / "populations.csv")
    found: dict[str, Territory] = {}
    for line, row in _rows(folder / "territories.csv", _TERRITORY_COLUMNS):
        territory = _territory(line, row, tuple(populations.pop(row["code"], ())))
        if territory.code in found:
            raise TerritoryError(f"territories.csv, line {line}: {territory.code} stands there twice")
        if territory.parent and not (territory.parent in found and found[territory.parent].is_region):
            raise TerritoryError(f"territories.csv, line {line}: no region {territory.parent} stands before it")
        if territory.kato and territory.kato in {other.kato for other in found.values()}:
            raise TerritoryError(f"territories.csv, line {line}: KATO {territory.kato} stands there twice")
        found[territory.code] = territory
    if populations:
        raise TerritoryError(f"populations.csv: there is no territory {next(iter(populations))}")
    return Country(code, found)


def _territory(line: int, row: dict[str, str], populations: tuple[Population, ...]) -> Territory:
    problem = ""
    kinds = {Kind.REGION, Kind.CITY} if not row["parent"] else {Kind.DISTRICT, Kind.CITY, Kind.CITY_DISTRICT}
    if row["kind"] not in kinds:
        problem = f"kind “{row['kind']}” is none of {', '.join(sorted(kinds))}"
    elif (_PART if row["parent"] else _REGION).fullmatch(row["code"]) is None:
        problem = f"“{row['code']}” is no code"
    elif row["kato"] and _KATO.fullmatch(row["kato"]) is None:
        problem = f"“{row['kato']}” is no KATO code"
    elif not all(row[language].strip() for language in ("kk", "ru", "en")):
        problem = "a name is missing"
    if problem:
        raise TerritoryError(f"territories.csv, line {line}: {problem}")
    return Territory(
        row["code"], row["parent"], Kind(row["kind"]), row["kato"], row["kk"], row["ru"], row["en"], populations
    )


def _populations(path: Traversable) -> dict[str, list[Population]]:
    found: dict[str, list[Population]] = {}
    for line, row in _rows(path, _POPULATION_COLUMNS):
        try:
            date = dt.date.fromisoformat(row["date"])
            people, precision = int(row["people"]), int(row["precision"])
        except ValueError as error:
            raise TerritoryError(f"populations.csv, line {line}: {error}") from None
        others = found.setdefault(row["code"], [])
        if people <= 0 or precision < 1 or people % precision or not row["source"]:
            raise TerritoryError(f"populations.csv, line {line}: this figure cannot be right")
        if date in {other.date for other in others}:
            raise TerritoryError(f"populations.csv, line {line}: {row['code']} has two figures for {date}")
        others.append(Population(date, people, precision, row["source"]))
        others.sort(key=lambda population: population.date, reverse=True)
    return found


def _rows(path: Traversable, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line as a row with its number; lines before the columns' names that begin with # are about the table."""
    lines = path.read_text("utf-8").splitlines()
    start = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(lines[start:], strict=True)
    if next(reader, None) != columns:
        raise TerritoryError(f"{path.name}: the columns must be {','.join(columns)}")
    for number, cells in enumerate(reader, start + 2):
        if len(cells) != len(columns):
            raise TerritoryError(f"{path.name}, line {number}: {len(cells)} cells instead of {len(columns)}")
        yield number, dict(zip(columns, cells, strict=True))


TERRITORIES: Final = country("kz").territories
"""All territories of Kazakhstan."""
REGIONS: Final = country("kz").regions
"""Kazakhstan's 17 regions and three cities of republican significance, by ISO 3166-2."""


def place(code: str) -> Territory | None:
    """A territory of any country that the package has a table of: what a register may say of where somebody lives."""
    return TERRITORIES.get(code) or country("eu").territories.get(code)


def region_of(code: str) -> str:
    """The code of the region that a territory is or lies in; empty where it is not known."""
    found = place(code)
    return "" if found is None else found.code if found.is_region else found.parent
