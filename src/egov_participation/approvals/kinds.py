"""What a proposal is, and the kinds of decisions that take two people: each room states its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from egov_participation.actions import RULES, Action
from egov_participation.database import UnitOfWork
from egov_participation.services import Services

LIFE: Final = timedelta(days=14)
"""After this time a proposal that nobody decided on is void."""

Content = Mapping[str, "str | int | bool | Content | list[str] | None"]
"""What is decided, as JSON; the proposal's page shows all of it."""


class State(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """By whoever proposed it."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal, as pages and rooms see it."""

    id: str
    kind: Kind
    object: str
    agency: str
    concerned: str
    content: Content
    content_hash: str
    """SHA-256 in hex over random bytes of its own, id, kind, object, agency, concerned, reason and content."""
    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    state: State
    decided_by: str | None
    """None while pending, and where its time ran out."""
    decided_at: datetime | None
    decision_reason: str


CarryOut = Callable[[Services, UnitOfWork, Proposal], None]
"""Does what was approved, in the approval's transaction.

Raises:
    DomainError: it has become impossible; then nothing is approved either.
"""
Beforehand = Callable[[Services, Proposal], None]
"""Settles with another machine what an approval takes, outside of any transaction. It may be that nothing is approved
afterwards, and that it is asked once more: neither must do harm.

Raises:
    DomainError: it refuses, or does not answer; then nothing is approved.
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of decision that takes two people."""

    name: str
    """``room.verb``; it is stored, so it stays as it is."""
    action: Action
    title: str
    """What it is called in the queue: a msgid."""
    route: str
    """The name of the page where one is shown and decided, with ``id`` in its path."""
    carry_out: CarryOut
    life: timedelta
    beforehand: Beforehand | None
    """None where nobody else has to be asked."""


KINDS: Final[dict[str, Kind]] = {}
"""All that were stated, by name."""


def kind(
    name: str,
    action: Action,
    *,
    title: str,
    route: str,
    carry_out: CarryOut,
    life: timedelta = LIFE,
    beforehand: Beforehand | None = None,
) -> Kind:
    """State a kind of decision; see `Kind`.

    Raises:
        ValueError: there is one of this name, or the table does not ask two people for that action.
    """
    if name in KINDS:
        raise ValueError(f"two kinds of proposals are called {name!r}")
    if not RULES[action].four_eyes:
        raise ValueError(f"{action} takes one person")
    KINDS[name] = Kind(name, action, title, route, carry_out, life, beforehand)
    return KINDS[name]
