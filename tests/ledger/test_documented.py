"""``docs/log.md`` says what may be entered: each type has its example, and each example holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from egov_crypto import entry
from egov_participation.ledger import rules

TEXT = (Path(__file__).parents[2] / "docs" / "log.md").read_text("utf-8")
EXAMPLES: list[dict[str, Any]] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


def _kind(value: dict[str, Any]) -> tuple[object, ...]:
    return tuple(value[name] for name in rules.NAMED if name in value)


def test_every_type_version_and_state_has_one_example_and_no_other_is_shown() -> None:
    shown = [_kind(example) for example in EXAMPLES]

    assert sorted(map(repr, shown)) == sorted(map(repr, rules.KINDS))


def test_every_type_has_its_heading_and_no_other() -> None:
    headings = set(re.findall(r"^### ([a-z.]+), version (\d+)$", TEXT, re.MULTILINE))

    assert headings == {(str(kind[0]), str(kind[1])) for kind in rules.KINDS}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: ".".join(map(str, _kind(example))))
def test_an_example_is_an_entry(example: dict[str, Any]) -> None:
    found = rules.parse(example)
    raw = rules.written(found)

    assert entry.parse(raw) == example  # nothing is added or left out
    assert isinstance(found, rules.KINDS[_kind(example)])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: ".".join(map(str, _kind(example))))
def test_members_are_all_there_and_no_others(example: dict[str, Any]) -> None:
    for name in set(example) - set(rules.NAMED):
        with pytest.raises(rules.EntryError):
            rules.parse({other: value for other, value in example.items() if other != name})
    with pytest.raises(rules.EntryError):
        rules.parse({**example, "note": "Айгүл Ахметова"})


def test_the_subject_is_a_member_of_the_entry_or_its_type() -> None:
    for example in EXAMPLES:
        subject = rules.parse(example).subject
        named = (example.get(name) for name in ("vote", "petition", "consultation", "release", "agency"))
        assert subject in {*named, example["type"]}
