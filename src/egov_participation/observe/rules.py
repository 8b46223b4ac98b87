"""How the log stands, decided from what is known of it. The time is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from egov_participation.ledger.service import WitnessState

LATE_AFTER: Final = timedelta(seconds=10)
"""What was entered is published within 2 seconds; nobody needs to worry before this."""
SILENT_AFTER: Final = timedelta(minutes=10)
"""A witness is asked at each checkpoint; so long one may be away."""


class Trouble(StrEnum):
    """What may be wrong, the worst first."""

    STOPPED = "stopped"
    """The log signs nothing: its database does not continue what was signed before."""
    SPLIT = "split"
    """A witness says that it saw another log."""
    LATE = "late"
    """Something was entered and is not published."""
    SILENT = "silent"
    """A witness has not cosigned for long."""
    EMPTY = "empty"
    """There is no checkpoint yet."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the log at one moment."""

    size: int | None
    """Entries of the checkpoint of now; None before the first."""
    waiting: timedelta | None
    """For how long the oldest of what was entered waits to be published; None if nothing does."""
    stopped: bool
    witnesses: tuple[WitnessState, ...]


def troubles(facts: Facts, now: datetime) -> tuple[Trouble, ...]:
    """What is wrong, the worst first; nothing if all is well."""
    found = {
        Trouble.STOPPED: facts.stopped,
        Trouble.SPLIT: any(witness.disagrees for witness in facts.witnesses),
        Trouble.LATE: is_late(facts),
        Trouble.SILENT: any(is_silent(witness, now) for witness in facts.witnesses),
        Trouble.EMPTY: facts.size is None,
    }
    return tuple(trouble for trouble in Trouble if found[trouble])


def is_late(facts: Facts) -> bool:
    """Whether something should have been published by now."""
    return facts.waiting is not None and facts.waiting > LATE_AFTER


def is_silent(witness: WitnessState, now: datetime) -> bool:
    """Whether a witness has been asked in vain for long."""
    return not witness.disagrees and witness.asked_at is not None and now - witness.asked_at > SILENT_AFTER
