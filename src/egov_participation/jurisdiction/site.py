"""What the rules of an installation say of the site as a whole: what it is of, and which days its office works."""

from __future__ import annotations

from egov_participation.i18n import LANGUAGES
from egov_participation.jurisdiction.calendars import Calendar
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.services import Services
from egov_participation.settings import Settings


def rules(services: Services) -> RuleSet:
    """The rules for petitions that are in force today.

    Raises:
        RuleError: they cannot be read, or there are none for today.
    """
    settings = services.settings
    return PETITIONS.load(settings.jurisdiction, services.day(services.clock()), settings.jurisdiction_dir)


def calendar(services: Services) -> Calendar:
    """The working days of this site's office; `RuleError` as of `rules`."""
    return rules(services).calendar


def country(settings: Settings) -> str:
    """Whose rules they are: the code of their territories' country, or their own; `RuleError` as of `place`."""
    versions = PETITIONS.all_versions(settings.jurisdiction, settings.jurisdiction_dir)
    return versions[-1].territories or settings.jurisdiction


def place(settings: Settings) -> dict[str, str]:
    """What the site is of, by language: the name of its rules. Raises `RuleError`: they cannot be read."""
    name = PETITIONS.all_versions(settings.jurisdiction, settings.jurisdiction_dir)[-1].name
    return {lang: name.get(lang) for lang in LANGUAGES}
