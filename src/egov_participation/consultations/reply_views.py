"""Replies as the public may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from egov_participation.consultations.rules.replying import Content


@dataclass(frozen=True, slots=True)
class ReplyView:
    """What an agency said to comments."""

    id: int
    number: int
    at: datetime
    content: Content
    salt: str
    document_hash: str
    """Hex: with the canonical JSON of `content` the random bytes make the commitment that the log has."""
    superseded_by: int | None
    """Number of the reply that took its place."""
