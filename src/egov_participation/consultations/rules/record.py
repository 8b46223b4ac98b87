"""What a version's record says: all that is published with its texts, and which provision became which.

The log's entry has the record's hash, and the agency signs that entry: what a consultation is called and about, its
papers, and the map of provisions are fixed as the texts are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from egov_participation.consultations.rules.reporting import canonical

FORMAT: Final = "egov-version-v1"

Change = tuple[str | None, str | None, str]
"""eIds in the version before and in this one, of which one may be missing, and what became of it."""


def provisions(lineages: Sequence[tuple[str, str]], changes: Sequence[Change]) -> dict[str, Any]:
    """The map of one language.

    Args:
        lineages: eId and lineage of each provision, in reading order.
        changes: in the order of the new text, then of the old one.
    """
    return {
        "changes": [{"change": change, "new": new, "old": old} for old, new, change in changes],
        "lineages": [{"eid": eid, "lineage": lineage} for eid, lineage in lineages],
    }


def record_hash(raw: bytes) -> str:
    """Of a record's bytes, as the log has it: SHA-256 of the format, a zero byte and them, in hex."""
    return hashlib.sha256(FORMAT.encode() + b"\0" + raw).hexdigest()


def map_hash(one: Mapping[str, Any]) -> str:
    """Of the map of one language, for what two officials approve before there is a record (hex)."""
    return hashlib.sha256(canonical(one)).hexdigest()
