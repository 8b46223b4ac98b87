"""What a petition may be about and to whom it may go, by the rules; and what its own words suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from egov_participation.jurisdiction.petition_rules import RuleSet, Scope, Unreckonable
from egov_participation.jurisdiction.territories import country
from egov_participation.petitions.rules import suggesting
from egov_participation.petitions.service.viewing import addressee_name
from egov_participation.roles.agencies import AGENCIES

Choice = tuple[str, str]
"""A code, and its name in the language of the page."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Something that the text speaks for, and which words do."""

    code: str
    name: str
    words: tuple[str, ...]


def territories(rules: RuleSet, lang: str) -> list[Choice]:
    """The territories that petitions may be of, regions with what is in them behind each; the whole country is ``""``
    and not among them."""
    if not rules.territories:
        return []
    found: list[Choice] = []
    for code, one in country(rules.territories).territories.items():
        if _is_possible(rules, code):
            name = one.name(lang)
            if one.parent:
                name = f"{country(rules.territories).territories[one.parent].name(lang)}: {name}"
            found.append((code, name))
    return sorted(found, key=lambda choice: choice[1])


def _is_possible(rules: RuleSet, territory: str) -> bool:
    try:
        return bool(rules.tiers(territory))
    except Unreckonable:
        return False


def takes_country(rules: RuleSet) -> bool:
    """Whether petitions may be of the whole country."""
    return Scope.COUNTRY in rules.scopes


def takes_territories(rules: RuleSet) -> bool:
    """Whether petitions may be of a part of it."""
    return bool(rules.territories) and set(rules.scopes) != {Scope.COUNTRY}


def is_territory(rules: RuleSet, territory: str) -> bool:
    """Whether a petition may be of it."""
    return _is_possible(rules, territory)


def addressees(rules: RuleSet, territory: str, lang: str) -> list[Choice]:
    """To whom a petition of a territory may go: the bodies that its thresholds name, and of the whole country's
    petitions where a country's ministries are known, those too."""
    if not _is_possible(rules, territory):
        return []
    codes = list(dict.fromkeys(tier.addressee for tier in rules.tiers(territory)))
    if not territory and rules.territories == "kz":
        codes += sorted(AGENCIES, key=lambda code: AGENCIES[code].name(lang))
    return [(code, addressee_name(rules, code).get(lang)) for code in codes]


def suggested_territories(rules: RuleSet, texts: Sequence[str], lang: str) -> list[Suggested]:
    """Territories that the text names."""
    names = dict(territories(rules, lang))
    if not names:
        return []
    known = {code: one for code, one in country(rules.territories).territories.items() if code in names}
    return [Suggested(one.code, names[one.code], one.words) for one in suggesting.territories(texts, known)]


def suggested_addressees(rules: RuleSet, territory: str, texts: Sequence[str], lang: str) -> list[Suggested]:
    """Addressees that the text speaks for."""
    names = dict(addressees(rules, territory, lang))
    return [Suggested(one.code, names[one.code], one.words) for one in suggesting.agencies(texts) if one.code in names]
