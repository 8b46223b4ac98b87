"""The words for where a consultation, a comment, a reply and a provision stand."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a consultation stands."""

    DRAFT = "draft"
    """Officials prepare it; nobody else knows of it."""
    OPEN = "open"
    """Anybody reads it, citizens comment."""
    CLOSED = "closed"
    """Comments have ended; replies are owed."""
    REPORTED = "reported"
    """Its report is published."""
    WITHDRAWN = "withdrawn"
    """The agency does not pursue the draft, for a public reason."""


class Capacity(StrEnum):
    """As what somebody comments. Recorded apart in every count."""

    CITIZEN = "citizen"
    ORGANISATION = "organisation"
    ASSOCIATION = "association"
    """An accredited association of business, whose opinion the law asks for."""
    EXPERT = "expert"


class Stance(StrEnum):
    """What somebody thinks of what they comment on."""

    SUPPORT = "support"
    CHANGE = "change"
    """For it, if it is changed."""
    OPPOSE = "oppose"
    NONE = "none"


class Shown(StrEnum):
    """What the public sees of a comment."""

    PUBLISHED = "published"
    REDACTED = "redacted"
    """Words in it, or all of it, are covered, for a public reason; the words are kept for an appeal."""
    ERASING = "erasing"
    """Nothing of it is shown any more, and it is going to be erased: until then that can be taken back."""
    ERASED = "erased"
    """The words and their random bytes are destroyed: by its author, or because the law or a court asks for it."""


GONE: Final = (Shown.ERASING, Shown.ERASED)
"""Nothing of such a comment is shown, and no reply is owed to it."""


class ErasedBy(StrEnum):
    """Who asked for a comment to be erased: the only thing that the log says of the reason in words."""

    AUTHOR = "author"
    LAW = "law"
    """A moderator, where the law does not let the words be kept."""
    COURT = "court"
    """A moderator, whom a court has ordered to: at once."""


class AmendmentKind(StrEnum):
    """What an amendment does with the provision that it is about."""

    REPLACE = "replace"
    INSERT_AFTER = "insert_after"
    DELETE = "delete"


class Placed(StrEnum):
    """How surely a comment stands at its place in a version."""

    ANCHORED = "anchored"
    SHIFTED = "shifted"
    ORPHANED = "orphaned"
    """Its words are gone; it stays visible."""


class Verdict(StrEnum):
    """What an agency says to a comment."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"
    OUT_OF_SCOPE = "out_of_scope"
    ALREADY_THERE = "already_there"


class Change(StrEnum):
    """What became of a provision in the next version."""

    UNCHANGED = "unchanged"
    MODIFIED = "modified"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    DELETED = "deleted"
    NEW = "new"
