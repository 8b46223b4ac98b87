"""A reply as one document: what officials approve, what the log commits to, what observers hash themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from egov_participation.consultations.models.states import Verdict
from egov_participation.errors import DomainError
from egov_participation.i18n import N_

COMMITTED: Final = "consultation.reply"
"""The word for what the commitment is of."""
LONGEST: Final = 10_000
"""Characters of a reason."""
MAY_CHANGE: Final = frozenset({Verdict.ACCEPTED, Verdict.PARTLY})
"""Verdicts that name what changed: the first must, the second may."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed because of a comment: a provision that is another one than in the version before."""

    version: int
    lang: str
    eid: str
    """In that version; of a deleted provision, in the one before."""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What an agency says to comments."""

    consultation: str
    """``C-2026-0007``."""
    agency: str
    comments: tuple[int, ...]
    """Their numbers, rising."""
    verdict: Verdict
    lang: str
    reason: str
    changed: Changed | None
    supersedes: int | None
    """Number of the reply that it takes the place of."""

    def members(self) -> dict[str, Any]:
        """As JSON."""
        changed = self.changed
        return {
            "agency": self.agency,
            "changed": None
            if changed is None
            else {"deleted": changed.deleted, "eid": changed.eid, "lang": changed.lang, "version": changed.version},
            "comments": list(self.comments),
            "consultation": self.consultation,
            "lang": self.lang,
            "reason": self.reason,
            "supersedes": self.supersedes,
            "verdict": self.verdict.value,
        }

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Self:
        """The inverse of `members`."""
        changed = members["changed"]
        return cls(
            consultation=members["consultation"],
            agency=members["agency"],
            comments=tuple(members["comments"]),
            verdict=Verdict(members["verdict"]),
            lang=members["lang"],
            reason=members["reason"],
            changed=None if changed is None else Changed(**changed),
            supersedes=members["supersedes"],
        )

    def canonical(self) -> bytes:
        """Canonical JSON (RFC 8785: members sorted, no blanks, UTF-8)."""
        return json.dumps(self.members(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def comments_hash(numbers: Sequence[int]) -> str:
    """SHA-256 in hex of the comments' numbers in rising order, parted by commas: what the log's entry has."""
    return hashlib.sha256(",".join(str(number) for number in sorted(numbers)).encode()).hexdigest()


def check(content: Content) -> None:
    """Refuse what is no reply.

    Raises:
        DomainError: 422 ``reply.reason``, ``reply.changed``, ``reply.comments``.
    """
    if not content.comments:
        raise DomainError(422, N_("Choose the comments that this replies to."), code="reply.comments")
    if content.verdict is not Verdict.ACCEPTED and not content.reason.strip():
        raise DomainError(422, N_("Give the reason: whoever is not followed must be told why."), code="reply.reason")
    if content.verdict is Verdict.ACCEPTED and content.changed is None:
        raise DomainError(
            422,
            N_("Name the provision that changed: a comment is accepted once the draft says so."),
            code="reply.changed",
        )
    if content.verdict not in MAY_CHANGE and content.changed is not None:
        raise DomainError(422, N_("With this reply nothing changes: name no provision."), code="reply.changed")
