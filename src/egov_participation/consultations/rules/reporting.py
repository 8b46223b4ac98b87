"""The report on a consultation as one document: numbers, every position with its reply, what changed because of it.

It holds no words of a comment: these stand with the comment, where they can be covered or destroyed, and here its
number does.
The very bytes of `canonical` are what officials approve, what is kept, and what the log's hash is of.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from egov_participation.consultations.models.states import GONE
from egov_participation.spreadsheets import csv_line

LEAST: Final = 10
"""Regions with fewer authors are counted together."""
OTHER: Final = "other"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Said:
    """What a report needs to know of a comment."""

    number: int
    amendment: bool
    capacity: str
    stance: str
    lang: str
    region: str
    """Code of the author's region; empty: not known."""
    day: date
    shown: str
    supports: int
    cluster: int | None
    author: bytes | None
    place: tuple[int, str, str] | None
    """Version, language and eId of the provision; None: the whole draft."""
    reply: int | None
    """Number of the reply that holds."""
    document: str = ""
    """The commitment that the log has."""

    @property
    def is_owed(self) -> bool:
        """Whether it has a reply or is owed one: no reply is owed to what was erased."""
        return self.reply is not None or not self.is_gone

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is shown: it is counted, and what was in it is not told any more."""
        return self.shown in GONE


def totals(comments: Sequence[Said]) -> dict[str, int]:
    """How many of what."""
    owed = [one for one in comments if one.is_owed]
    return {
        "amendments": sum(one.amendment for one in comments),
        "authors": len({one.author for one in comments if one.author is not None}),
        "comments": len(comments),
        "erased": sum(one.is_gone for one in comments),
        "owed": len(owed),
        "redacted": sum(one.shown == "redacted" for one in comments),
        "replied": sum(one.reply is not None for one in owed),
        "supports": sum(one.supports for one in comments),
    }


def counted(values: Iterable[str]) -> dict[str, int]:
    """How many of each, by name."""
    return dict(sorted(Counter(values).items()))


def by_region(comments: Sequence[Said]) -> dict[str, int]:
    """Comments by their authors' regions. Regions with few authors are counted together, so that a number does not
    tell where somebody without a name lives: two of them at least, or none."""
    authors: dict[str, set[bytes]] = {}
    for one in comments:
        authors.setdefault(one.region or UNKNOWN, set()).add(one.author or str(one.number).encode())
    ordered = sorted(authors, key=lambda region: (len(authors[region]), region))
    small = [region for region in ordered if len(authors[region]) < LEAST]
    if len(small) == 1 and len(ordered) > 1:
        small = ordered[:2]
    found = Counter(OTHER if (one.region or UNKNOWN) in small else one.region or UNKNOWN for one in comments)
    return dict(sorted(found.items()))


def positions(comments: Sequence[Said]) -> list[dict[str, Any]]:
    """What was said, once each: those that say nearly the same stand together, with their true count."""
    groups: dict[tuple[int, int | None], list[Said]] = {}
    for one in comments:
        if one.is_owed:
            head = one.number if one.cluster is None else one.cluster
            # Of those that say the same, some may have a reply of their own.
            groups.setdefault((head, one.reply), []).append(one)
    return [
        {
            "comments": [one.number for one in group],
            "place": _place(group[0]),
            "reply": reply,
            "supports": sum(one.supports for one in group),
        }
        for (_, reply), group in sorted(groups.items(), key=lambda item: item[1][0].number)
    ]


def _place(one: Said) -> dict[str, Any] | None:
    if one.place is None:
        return None
    version, lang, eid = one.place
    return {"eid": eid, "lang": lang, "version": version}


@dataclass(frozen=True, slots=True)
class Replied:
    """What a report needs to know of a reply."""

    verdict: str
    document: str
    """The commitment that the log has."""
    changed: str
    """The provision that changed, as `provision`; empty: none."""


HEAD: Final = (
    *("comment", "commitment", "what", "day", "provision", "supports"),
    *("reply", "verdict", "reply_commitment", "changed"),
)
"""The columns of `table`."""


def table(comments: Sequence[Said], replies: Mapping[int, Replied]) -> bytes:
    """Each comment with its reply on a line of its own, by their numbers and commitments: no words, which have to be
    where they can be covered, nor as what somebody wrote or who wrote nearly the same, which goes with the words when
    they are destroyed. The same rows give the same bytes (RFC 4180).

    Args:
        replies: those that hold, by number.
    """
    return "".join([csv_line(HEAD), *(csv_line(_cells(one, replies)) for one in comments)]).encode()


def _cells(one: Said, replies: Mapping[int, Replied]) -> Iterable[object]:
    place = "" if one.place is None else provision(one.place[0], one.place[2])
    reply = None if one.reply is None else replies[one.reply]
    answered = ("", "", "") if reply is None else (reply.verdict, reply.document, reply.changed)
    what = "amendment" if one.amendment else "comment"
    return (
        *(one.number, one.document, what, one.day.isoformat(), place, one.supports),
        *("" if one.reply is None else one.reply, *answered),
    )


def provision(version: int, eid: str, *, deleted: bool = False) -> str:
    """A provision in a cell. What was deleted has its name in the version before."""
    return f"v{version - deleted} {eid}{' deleted' * deleted}"


def canonical(content: Mapping[str, Any]) -> bytes:
    """Canonical JSON (RFC 8785: members sorted, no blanks, UTF-8)."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def content_hash(raw: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(raw).hexdigest()
