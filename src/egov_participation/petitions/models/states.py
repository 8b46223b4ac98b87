"""The words for where a petition, its answer and its debate stand."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a petition stands."""

    DRAFT = "draft"
    COLLECTING = "collecting"
    """By link only: it needs supporters before anybody can sign it."""
    REVIEW = "review"
    OPEN = "open"
    CLOSED = "closed"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    """The body that it asks was dissolved."""
    MERGED = "merged"


class Answer(StrEnum):
    """Whether it has the answer that is owed."""

    NONE = "none"
    AWAITED = "awaited"
    ANSWERED = "answered"


class Debate(StrEnum):
    """Whether it is debated."""

    NONE = "none"
    AWAITED = "awaited"
    SCHEDULED = "scheduled"
    HELD = "held"
    REFUSED = "refused"
