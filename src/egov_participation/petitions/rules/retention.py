"""How long what names people is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from egov_participation.jurisdiction.periods import Period, Unit
from egov_participation.jurisdiction.petition_rules import RuleSet

NETWORKS_KEPT: Final = timedelta(days=30)
"""For so long it can be seen whether many signatures came from one network."""
DRAFTS_KEPT: Final = timedelta(days=365)
"""A draft that nobody hands in goes after this time."""
REPORTS_KEPT: Final = timedelta(days=182)
"""A report of pressure, after its answer."""
BETWEEN_BATCHES: Final = timedelta(seconds=1)
"""So long the worker waits before the next batch of what concerns many signatures."""


def erase_on(rules: RuleSet, ended: date) -> date:
    """From when a petition that has ended no longer tells whose it and its signatures are."""
    return Period(rules.erase_after_months, Unit.MONTHS).end(ended, rules.calendar)
