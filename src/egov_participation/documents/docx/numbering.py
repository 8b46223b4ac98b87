"""Automatic numbers as they are printed.

They are in no text: a paragraph names a list and a level, and the list says where to begin, how to count and what to
write (ECMA-376 part 1, 17.9). Numbers come out right only when every numbered paragraph is counted in reading order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from lxml.etree import _Element as Element

from egov_participation.documents.docx.markup import W, number, switched, value

LEVELS: Final = 9
_LONGEST_TEXT: Final = 100
"""What is written around a number, which every paragraph of the list repeats."""
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_ABJAD: Final = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_ALPHA: Final = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_HEBREW: Final = "אבגדהוזחטיכלמנסעפצקרשת"
_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LETTERS: Final = {
    "russianLower": _RUSSIAN,
    "russianUpper": _RUSSIAN.upper(),
    "lowerLetter": _LATIN,
    "upperLetter": _LATIN.upper(),
    "arabicAbjad": _ABJAD,
    "arabicAlpha": _ALPHA,
    "hebrew2": _HEBREW,
}
_PLAIN: Final = frozenset({"decimal", "ordinal", "cardinalText", "ordinalText"})
# Bullets are characters of fonts for signs; what they look like is a dot, a dash or a tick.
_SIGNS: Final = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0a8": "◆", "o": "○", "\uf02d": "–"}


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts and writes."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    """After which level (counted from 1) it begins anew; 0: never; None: after any higher one."""
    legal: bool = False
    """All numbers of its text are written in digits."""


@dataclass(slots=True)
class _List:
    levels: list[Level]
    counted: list[int | None] = field(default_factory=lambda: [None] * LEVELS)


class Numbering:
    """The lists of a document, and how far each has counted.

    Args:
        root: The root of ``numbering.xml``, None if the file has none.
    """

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._abstract_of: dict[str, str] = {}
        self._overrides: dict[str, dict[int, tuple[int | None, Level | None]]] = {}
        self._started: set[tuple[str, int]] = set()
        self.unknown_form = False
        """Some number was written in a way that is not known here, and became digits."""
        if root is not None:
            self._read(root)

    def label(self, list_: str, level: int) -> str | None:
        """Count the next number of a list (``w:numId``) on a level from 0, and write it.

        Returns:
            The printed number with its signs (``1.``, ``а)``, ``•``), empty if the level prints none; None if there is
            no such list, which ``w:numId="0"`` says for "not numbered".
        """
        abstract = self._abstract_of.get(list_)
        if abstract is None or abstract not in self._lists or not 0 <= level < LEVELS:
            return None
        counting = self._lists[abstract]
        levels = self._levels(list_, counting)
        self._count(list_, counting, levels, level)
        return self._written(counting, levels, level)

    def _count(self, list_: str, counting: _List, levels: list[Level], level: int) -> None:
        override = self._overrides.get(list_, {}).get(level, (None, None))[0]
        before = counting.counted[level]
        if override is not None and (list_, level) not in self._started:
            counting.counted[level] = override
        else:
            counting.counted[level] = levels[level].start if before is None else before + 1
        self._started.add((list_, level))
        for deeper in range(level + 1, LEVELS):
            restart = levels[deeper].restart
            if restart is None or 0 < level + 1 <= restart:
                counting.counted[deeper] = None

    def _written(self, counting: _List, levels: list[Level], level: int) -> str:
        own = levels[level]
        if own.form == "bullet":
            return "".join(_SIGNS.get(char, "•" if "\ue000" <= char <= "\uf8ff" else char) for char in own.text) or "•"
        if own.form == "none":
            return re.sub(r"%\d", "", own.text).strip()

        def put(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            if place < 0:
                return ""
            reached = counting.counted[place]
            counted = levels[place].start if reached is None else reached
            return self.figure(counted, "decimal" if own.legal else levels[place].form)

        return re.sub(r"%(\d)", put, own.text).strip()

    def figure(self, counted: int, form: str) -> str:
        """One number in one form of ``ST_NumberFormat`` (17.18.59)."""
        if form in _LETTERS and counted > 0:
            alphabet = _LETTERS[form]
            times, place = divmod(counted - 1, len(alphabet))
            return alphabet[place] * min(times + 1, 9)
        if form in {"lowerRoman", "upperRoman"} and 0 < counted < 4000:
            roman = ""
            for worth, sign in _ROMAN:
                roman += sign * (counted // worth)
                counted %= worth
            return roman if form == "upperRoman" else roman.lower()
        if form == "decimalZero":
            return f"{counted:02d}"
        if form in {"none", "bullet"}:
            return ""
        self.unknown_form = self.unknown_form or form not in _PLAIN
        return str(counted)

    def _levels(self, list_: str, counting: _List) -> list[Level]:
        levels = list(counting.levels)
        for place, (_start, level) in self._overrides.get(list_, {}).items():
            if level is not None:
                levels[place] = level
        return levels

    def _read(self, root: Element) -> None:
        links: dict[str, str] = {}
        styled: dict[str, str] = {}
        for abstract in root.iterfind(W + "abstractNum"):
            key = abstract.get(W + "abstractNumId", "")
            self._lists[key] = _List(_levels_of(abstract))
            if (link := value(abstract.find(W + "numStyleLink"))) is not None:
                links[key] = link
            if (style := value(abstract.find(W + "styleLink"))) is not None:
                styled[style] = key
        for key, style in links.items():
            if style in styled:
                self._lists[key] = self._lists[styled[style]]
        for num in root.iterfind(W + "num"):
            key = num.get(W + "numId", "")
            self._abstract_of[key] = value(num.find(W + "abstractNumId")) or ""
            for override in num.iterfind(W + "lvlOverride"):
                place = number(override, "ilvl")
                if place is None or not 0 <= place < LEVELS:
                    continue
                level = override.find(W + "lvl")
                self._overrides.setdefault(key, {})[place] = (
                    number(override.find(W + "startOverride")),
                    None if level is None else _level_of(level),
                )


def _levels_of(abstract: Element) -> list[Level]:
    levels = [replace(Level(), text=f"%{place + 1}.") for place in range(LEVELS)]
    for level in abstract.iterfind(W + "lvl"):
        place = number(level, "ilvl")
        if place is not None and 0 <= place < LEVELS:
            levels[place] = _level_of(level)
    return levels


def _level_of(level: Element) -> Level:
    start = number(level.find(W + "start"))
    return Level(
        start=0 if start is None else start,
        form=value(level.find(W + "numFmt")) or "decimal",
        text=(value(level.find(W + "lvlText")) or "")[:_LONGEST_TEXT],
        restart=number(level.find(W + "lvlRestart")),
        legal=bool(switched(level, "isLgl")),
    )
