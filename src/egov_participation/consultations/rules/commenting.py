"""What a comment or an amendment is made of, and what it must be before it can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from egov_participation.consultations.models.states import AmendmentKind, Capacity, Stance
from egov_participation.documents.anchoring import Anchor, find_quote
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.throttle import Limit

LONGEST_TEXT: Final = 8000
LONGEST_PROPOSED: Final = 20_000
LONGEST_QUOTE: Final = 2000
LONGEST_NAME: Final = 150
"""Characters of a comment, of proposed words, of a quote, and of an organisation's name or an expert's field."""
LONGEST_EDIT: Final = 4000
MOST_EDITS: Final = 10
MOST_FILES: Final = 3
LARGEST_FILE: Final = 5_000_000
DRAFT_FILES: Final = 30_000_000
"""Bytes; the second of the files in all drafts of one person."""
DRAFTS_KEPT: Final = timedelta(days=30)
KEPT_TEXT: Final = timedelta(days=1)
"""So long what was typed after the session had ended waits for its owner."""
MOST_DRAFTS: Final = 50
"""Of one person in a consultation."""

IN_AN_HOUR: Final = Limit(
    "consultations.comments",
    20,
    timedelta(hours=1),
    "comment.too_many",
    N_("You have sent many comments in the last hour. What you wrote is saved: send it a little later."),
)
SUPPORTS_IN_AN_HOUR: Final = Limit(
    "consultations.supports",
    200,
    timedelta(hours=1),
    "comment.too_many",
    N_("You have supported many comments in the last hour. Go on a little later."),
)
LOOKS_IN_AN_HOUR: Final = Limit(
    "consultations.looks",
    600,
    timedelta(hours=1),
    "comment.too_many",
    N_("Similar comments were looked for too often in the last hour. Go on writing: only the hints stop for a while."),
)
KEPT_FOR_NETWORK: Final = Limit(
    "consultations.kept_text",
    30,
    timedelta(hours=1),
    "comment.too_many",
    N_("Many texts have come from your network in the last hour. Copy yours, sign in, and put it in again."),
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a comment is about."""

    version: int
    """Number of the version of the draft."""
    lang: str = ""
    """Of the text that the provision stands in; empty: the whole draft is meant."""
    eid: str = ""
    quote: Anchor | None = None
    about: int | None = None
    """Number of the amendment that is discussed."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wants to send."""

    lang: str
    text: str
    """Of an amendment the rationale."""
    stance: Stance = Stance.NONE
    capacity: Capacity = Capacity.CITIZEN
    organisation: str = ""
    show_name: bool = False
    amendment: AmendmentKind | None = None
    proposed: str = ""


def check(place: Place, written: Written) -> None:
    """Refuse what does not hang together. Lengths and words are the form's to say.

    Raises:
        DomainError: 422 ``comment.organisation``, ``comment.amendment``, ``comment.proposed``.
    """
    if (written.capacity is Capacity.CITIZEN) != (written.organisation == ""):
        raise DomainError(
            422, N_("Say for whom you write, or in what field you are an expert."), code="comment.organisation"
        )
    if written.amendment is not None and (not place.eid or place.about is not None):
        raise DomainError(422, N_("Choose the provision that you want to reword."), code="comment.amendment")
    if (written.proposed != "") != (written.amendment in (AmendmentKind.REPLACE, AmendmentKind.INSERT_AFTER)):
        raise DomainError(
            422, N_("Write the words that you propose, as they should stand in the text."), code="comment.proposed"
        )


def check_assurance(needed: int, assurance: int) -> None:
    """Refuse whoever is signed in in a way that the rules do not take for comments.

    Raises:
        DomainError: 403 ``comment.assurance``.
    """
    if assurance < needed:
        raise DomainError(
            403,
            N_("For this you must sign in with a passkey from a service centre or an electronic identity.")
            if needed > 2
            else N_("For this you must sign in with a passkey."),
            code="comment.assurance",
        )


def quoted(words: str, quote: str, near: int | None = None) -> Anchor | None:
    """The words of a provision that somebody selected, copied or typed; None where nothing was given.

    Args:
        words: of the provision.
        near: where a browser says that they begin; None: they must stand there once.

    Raises:
        DomainError: 422 ``comment.quote``: they do not stand there, or more than once, or are too many.
    """
    if not quote.strip():
        return None
    if len(quote) > LONGEST_QUOTE:
        raise DomainError(
            422, N_("That is more than can be quoted. Take fewer words, or the whole provision."), code="comment.quote"
        )
    found = find_quote(words, quote, near or 0)
    if found is None:
        raise DomainError(
            422, N_("These words do not stand in the provision. Copy them from it as they are."), code="comment.quote"
        )
    if near is None and find_quote(words, quote, len(words)) != found:
        raise DomainError(
            422,
            N_("These words stand more than once in the provision. Take some more of those around them."),
            code="comment.quote",
        )
    return found
