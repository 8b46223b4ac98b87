"""The supporters that a petition needs before the public sees it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from egov_participation.jurisdiction.petition_rules import Gate, RuleSet
from egov_participation.petitions.models import State

TOO_FEW: Final = "too-few-supporters"
"""The ground of a petition that the clock ended: no moderator's, so nothing to appeal against."""


def is_reached(gate: Gate, territories: Collection[str]) -> bool:
    """Whether these supporters are enough.

    Args:
        territories: of each supporter, the region.
    """
    return len(territories) >= gate.count and len(set(territories)) >= gate.territories


def first_state(rules: RuleSet) -> State:
    """Where a petition goes that is handed in."""
    return State.COLLECTING if rules.gate is not None and rules.gate.before_review else State.REVIEW


def after_review(rules: RuleSet) -> State:
    """Where one goes that a moderator accepts, unless its supporters are found already."""
    return State.COLLECTING if rules.gate is not None and not rules.gate.before_review else State.OPEN


def after_gate(rules: RuleSet) -> State:
    """Where one goes whose supporters are found."""
    return State.REVIEW if rules.gate is not None and rules.gate.before_review else State.OPEN
