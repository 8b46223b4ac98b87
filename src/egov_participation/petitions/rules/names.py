"""How somebody's name is shown on a petition."""

from __future__ import annotations

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
