"""Whether one number follows another."""

from __future__ import annotations

import re
from typing import Final, Protocol

_LETTERS: Final = (
    "абвгдежзиклмнопрстуфхцчшщыэюя",
    "абвгдежзиклмнопрстуфхцчшщэюя",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "abcdefghijklmnopqrstuvwxyz",
    "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
)
"""Orders in which items are lettered, with and without the letters that are often left out."""
_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


class Numbered(Protocol):
    """Something with a printed number, written in some way."""

    @property
    def number(self) -> str: ...
    @property
    def style(self) -> str: ...


def continues(earlier: Numbered, later: Numbered) -> bool:
    """Whether the later item stands next after the earlier one in one list."""
    return earlier.style == later.style and follows(earlier.number, later.number)


def follows(earlier: str, later: str) -> bool:
    """Whether a number may come next: 5 after 4, 5-1 after 5, 6 after 5-2, б after а."""
    if later.lower() in _next(earlier):
        return True
    one, two = _roman(earlier), _roman(later)
    return one is not None and two == one + 1


def starts(number: str) -> bool:
    """Whether a list begins with this number."""
    return number.lower() in {"1", "а", "a", "i", "أ"} or number == "1.1"


def value(number: str) -> tuple[int, ...] | None:
    """The number as whole numbers that sort as it does (``5-1`` is 5, 1); None for letters and words."""
    parts = re.split(r"[-.]", number)
    if all(part.isdecimal() for part in parts):
        return tuple(int(part) for part in parts)
    roman = _roman(number)
    return None if roman is None else (roman,)


def _roman(number: str) -> int | None:
    letters = number.translate(str.maketrans("ІХСМ", "IXCM")).lower()
    if not re.fullmatch("[ivxlcdm]+", letters):
        return None
    worth = [_ROMAN[char] for char in letters]
    return sum(-one if one < max(worth[place:]) else one for place, one in enumerate(worth))


def _next(number: str) -> set[str]:
    number = number.lower()
    found = {number + "-1"}
    head, dash, last = number.rpartition("-")
    if dash and last.isdecimal():
        found.add(f"{head}-{int(last) + 1}")
        found |= _next(head) - {head + "-1"}
        return found
    before, dot, last = number.rpartition(".")
    if last.isdecimal():
        found.add(f"{before}{dot}{int(last) + 1}")
    for alphabet in _LETTERS:
        if len(number) == 1 and number in alphabet[:-1]:
            found.add(alphabet[alphabet.index(number) + 1])
    return found
