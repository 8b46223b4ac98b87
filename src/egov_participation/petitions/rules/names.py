"""How somebody's name is shown on a petition."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from egov_participation.jurisdiction.petition_rules import Names


def shown(names: Names, given: str, family: str) -> str:
    """A name as the rules have it; empty where they show none.

    >>> shown(Names.INITIAL, "Айгүл", "Серікова")
    'Айгүл С.'
    """
    match names:
        case Names.INITIAL:
            return f"{given} {family[:1]}." if family else given
        case Names.FULL | Names.CHOICE:
            return f"{given} {family}".strip()
        case Names.NONE:
            return ""


def of_creator(names: Names, given: str, family: str) -> str:
    """The name of who wrote a petition: where the rules show no signer's, the creator's stands in full all the same."""
    return shown(Names.FULL if names is Names.NONE else names, given, family)


FEWEST: Final = 10
"""Names that are shown together at least."""


def spans(shown: Iterable[tuple[date, int]]) -> list[tuple[date, date]]:
    """The days whose names are shown, joined with those after them until there are `FEWEST` together.

    What is left over at the end waits for further days, so that no span ever grows: the log tells of each day's
    pseudonyms, and a name that joins a list alone would be the name of one of them.

    Args:
        shown: how many names there are of each day, in order; `FEWEST` may stand for more.

    Returns:
        First and last day of each, in order.
    """
    found: list[tuple[date, date]] = []
    first, together = None, 0
    for day, number in shown:
        if number:
            first = first or day
            together += number
        if first is not None and together >= FEWEST:
            found.append((first, day))
            first, together = None, 0
    return found
