"""The rules that a petition is under: those it was handed in under, or, of a draft, those in force today."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.petition_rules import RuleSet, Tier
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.petitions.models import Petition
from egov_participation.services import Services


def current(services: Services) -> RuleSet:
    """The rules that a petition that is handed in now would keep.

    Raises:
        RuleError: the installation's rule set cannot be read, or has no rules for today.
    """
    settings = services.settings
    return _in_force(settings.jurisdiction, services.day(services.clock()), settings.jurisdiction_dir)


@lru_cache(maxsize=8)
def _in_force(code: str, day: date, folder: Path | None) -> RuleSet:
    return PETITIONS.load(code, day, folder)


def of(petition: Petition, services: Services) -> RuleSet:
    """The rules of this petition."""
    return restored(petition.rules) if petition.rules else current(services)


@lru_cache(maxsize=32)
def restored(snapshot: str) -> RuleSet:
    """The rules of a snapshot; the same ones are read once."""
    return RuleSet.restore(snapshot)


@lru_cache(maxsize=128)
def tiers(snapshot: str, territory: str) -> tuple[Tier, ...]:
    """The thresholds of the petitions of a territory under a snapshot of rules, the lowest first.

    Raises:
        Unreckonable: see `RuleSet.tiers`.
    """
    return tuple(restored(snapshot).tiers(territory))


def days_left(services: Services, petition: Petition, day: date) -> int:
    """Working days until a day, by the petition's calendar; below zero when it is past."""
    return working_days.between(services.day(services.clock()), day, of(petition, services).calendar)
