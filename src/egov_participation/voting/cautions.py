"""What a commission is warned of when a vote is set up: nothing is wrong, something may be unwise (``trust.md``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from egov_participation.i18n import N_
from egov_participation.voting.problems import Problem

SMALL_GROUP: Final = 10
"""Fewer voters than this who share a weight, or in all, and the result may tell how somebody voted."""


def of_weights(sizes: Mapping[int, int]) -> list[Problem]:
    """What may give voters away.

    Args:
        sizes: how many people have each weight.
    """
    people = sum(sizes.values())
    if people < SMALL_GROUP:
        return [
            Problem(
                "roll",
                N_(
                    "Fewer than 10 people may vote (%(number)s): the result may tell how they voted, above all if all"
                    " agree."
                ),
                {"number": people},
            )
        ]
    return [
        Problem(
            "roll",
            N_("Fewer than 10 people have the weight %(weight)s (%(number)s): the result may tell how they voted."),
            {"number": size, "weight": weight},
        )
        for weight, size in sorted(sizes.items())
        if size < SMALL_GROUP
    ]
