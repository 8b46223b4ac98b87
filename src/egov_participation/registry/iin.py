"""Kazakhstan's individual identification number (IIN): twelve digits, checked and kept from sight.

The rule is that of Government Decree No. 565 of 11 June 2003 and Law No. 223-III of 12 January 2007:

    YYMMDD  date of birth
    C       century and sex: 1, 2 for 1800s; 3, 4 for 1900s; 5, 6 for 2000s (odd: male); 0 for a foreign citizen
    NNNN    number within the day
    K       check digit: the sum of digit times weight 1…11, modulo 11; if that is 10, once more with the weights
            3…11, 1, 2; a number for which it is 10 again is never issued

One of eleven weights is 0 modulo 11, so the check digit does not see a change of the eleventh digit (of the ninth in
the second pass). That is a weakness of the rule, not of this module: a number that passes is well-formed, not proven to
exist.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LENGTH: Final = 12
_FIRST: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_CENTURY: Final = {1: 1800, 2: 1800, 3: 1900, 4: 1900, 5: 2000, 6: 2000}


class IinProblem(StrEnum):
    """What is wrong with a text that should be an IIN."""

    EMPTY = "empty"
    LENGTH = "length"
    NOT_DIGITS = "not_digits"
    BIRTH_DATE = "birth_date"
    CENTURY = "century"
    CHECKSUM = "checksum"


_SENTENCES: Final = {
    IinProblem.EMPTY: "the IIN is missing",
    IinProblem.LENGTH: "an IIN has 12 digits",
    IinProblem.NOT_DIGITS: "an IIN consists of digits only",
    IinProblem.BIRTH_DATE: "the first six digits of the IIN are not a date (YYMMDD)",
    IinProblem.CENTURY: "the seventh digit of the IIN (century and sex) is not one of 0 to 6",
    IinProblem.CHECKSUM: "the check digit of the IIN does not fit the others: one of them is mistyped",
}


class IinError(ValueError):
    """The text is not an IIN. Says what is wrong and never repeats the text."""

    def __init__(self, problem: IinProblem) -> None:
        super().__init__(_SENTENCES[problem])
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Iin:
    """A well-formed IIN. Its text form is the mask, so that it does not slip into a log, an error or a page.

    `digits` gives the number itself, for sealing and for looking it up.
    """

    digits: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Iin:
        """Read an IIN; spaces around and between the digits are allowed, as people type them.

        Raises:
            IinError: with the first problem found.
        """
        digits = "".join(text.split())
        if not digits:
            raise IinError(IinProblem.EMPTY)
        # str.isdigit would take ٣ and ² for digits.
        if not (digits.isascii() and digits.isdecimal()):
            raise IinError(IinProblem.NOT_DIGITS)
        if len(digits) != LENGTH:
            raise IinError(IinProblem.LENGTH)
        values = [int(digit) for digit in digits]
        if values[6] > 6:
            raise IinError(IinProblem.CENTURY)
        if not _birth_dates(values):
            raise IinError(IinProblem.BIRTH_DATE)
        if check_digit(values[:11]) != values[11]:
            raise IinError(IinProblem.CHECKSUM)
        return cls(digits)

    @property
    def mask(self) -> str:
        """The last four digits, the others as dots: all that is ever shown."""
        return "•" * 8 + self.digits[-4:]

    @property
    def birth_date(self) -> dt.date | None:
        """The date of birth; None for a foreign citizen's number, which does not tell the century."""
        dates = _birth_dates([int(digit) for digit in self.digits])
        return dates[0] if len(dates) == 1 and self.digits[6] != "0" else None

    def allows_birth_date(self, date: dt.date) -> bool:
        """Whether somebody born on that date may have this number."""
        return date in _birth_dates([int(digit) for digit in self.digits])

    def __str__(self) -> str:
        return self.mask

    def __repr__(self) -> str:
        return f"Iin({self.mask})"


def check_digit(digits: Sequence[int]) -> int | None:
    """The twelfth digit for eleven others; None if the rule gives none (both passes end in 10)."""
    for weights in (_FIRST, _SECOND):
        remainder = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def make(birth_date: dt.date, *, male: bool, number: int) -> Iin | None:
    """The IIN of that person, for made-up people; None if the rule gives no check digit.

    Args:
        number: 0 to 9999, within the day.
    """
    century = {1800: 1, 1900: 3, 2000: 5}[birth_date.year // 100 * 100] + (not male)
    text = f"{birth_date:%y%m%d}{century}{number:04d}"
    last = check_digit([int(digit) for digit in text])
    return None if last is None else Iin(f"{text}{last}")


def _birth_dates(values: Sequence[int]) -> list[dt.date]:
    """The dates that the first seven digits may mean, latest first; empty if there is none."""
    year, month, day = (values[at] * 10 + values[at + 1] for at in (0, 2, 4))
    centuries = (2000, 1900) if values[6] == 0 else (_CENTURY[values[6]],)
    dates = []
    for century in centuries:
        try:
            dates.append(dt.date(century + year, month, day))
        except ValueError:
            continue
    return dates
