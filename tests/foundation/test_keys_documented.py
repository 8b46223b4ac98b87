"""The table of keys names every key file that the program makes."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_MADE = re.compile(r"\b(?:secret|seal)\((?:[\w().]+\.)?keys_dir, (?:\"(?P<name>[\w-]+)\"|(?P<constant>[A-Z_]+))")


def made() -> set[str]:
    names = set()
    for path in (ROOT / "src" / "egov_participation").rglob("*.py"):
        text = path.read_text("utf-8")
        for match in _MADE.finditer(text):
            constant = re.search(rf'^{match["constant"]}.* = "([\w-]+)"', text, re.MULTILINE)
            names.add(match["name"] or (constant[1] if constant else match["constant"]))
    return names


def test_every_key_file_is_documented_and_no_other() -> None:
    documented = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs" / "keys.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(documented) == sorted(made())
