"""What a vote enters in the transparency log (docs/log.md). Rehearsals enter nothing."""

from __future__ import annotations

from typing import Any

from egov_crypto.archive import EventType

Entry = dict[str, Any]


def event(uuid: str, height: int, event_type: str, hash_: str) -> Entry:
    """That an event was appended to the vote's archive. Of a ballot it follows from the receipt."""
    return {
        "type": "vote.event",
        "version": 1,
        "vote": uuid,
        "height": height,
        "event": EventType(event_type).value,
        "hash": hash_,
    }
