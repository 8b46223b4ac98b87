"""The table of what is kept names every table of the database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from egov_participation import rooms
from egov_participation.database import METADATA

DOCUMENT = Path(__file__).parents[2] / "docs" / "retention.md"
AT_AN_ERASURE = ("goes", "stays", "names nobody", "demonstration only")


def documented() -> dict[str, list[str]]:
    """By table: what, how long, why, what an erasure does."""
    table = DOCUMENT.read_text("utf-8").partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|(.+)\|$", table, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


@pytest.fixture(scope="module")
def tables() -> dict[str, set[str]]:
    """The columns of every table."""
    rooms.load("models")
    tables = [table for metadata in METADATA.values() for table in metadata.tables.values()]
    return {table.name: {column.name for column in table.columns} for table in tables}


def test_every_table_of_the_database_has_a_rule_and_no_other(tables: dict[str, set[str]]) -> None:
    assert set(tables) - set(documented()) == set()
    assert set(documented()) - set(tables) == set()


def test_each_rule_says_what_how_long_and_what_an_erasure_does() -> None:
    for name, cells in documented().items():
        assert len(cells) == 4, name
        assert cells[0], name
        assert cells[1], name
        assert cells[3].startswith(AT_AN_ERASURE), name


def test_what_names_a_person_goes_at_an_erasure_or_says_why_it_stays(tables: dict[str, set[str]]) -> None:
    for name, (_what, _how_long, why, at_an_erasure) in documented().items():
        if "person_id" in tables[name]:
            assert at_an_erasure.startswith(("goes", "stays")), name
        if at_an_erasure == "stays":
            assert why, name
