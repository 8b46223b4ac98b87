"""What the commitment to a comment is of: one spelling, which anybody hashes again with a JSON library and SHA-256.

The form is canonical JSON (RFC 8785): members sorted by name, nothing between tokens, UTF-8. It says what was written
and where it stands, and not who wrote it: a name can be taken away later, and the words still be checked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from egov_participation.consultations.models import Comment
from egov_participation.consultations.views import CommentView

COMMENT: Final = "consultation.comment"
EDIT: Final = "consultation.edit"
AUTHOR: Final = "consultation.author"
LEFT: Final = "consultation.left"
"""The words for what the commitments are of."""

File = tuple[str, str]
"""Name, and SHA-256 in hex."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a comment's row only points to."""

    consultation: str
    """``C-2026-0007``."""
    version: int
    """Number of the version that it was written on."""
    lang: str = ""
    eid: str = ""
    text_hash: str = ""
    """Of the provision that it is about, and the text that this stands in; empty: the whole draft."""
    about: int | None = None
    """Number of the amendment that it discusses."""
    files: Sequence[File] = ()


def of_comment(comment: Comment, around: Around) -> dict[str, Any]:
    """The content of a comment."""
    quote = {"end": comment.quote_end, "exact": comment.quote, "start": comment.quote_start}
    place = {"eid": around.eid, "lang": around.lang, "text_hash": around.text_hash}
    return {
        "about": around.about,
        "amendment": comment.amendment,
        "capacity": comment.capacity,
        "consultation": around.consultation,
        "files": [{"name": name, "sha256": sha256} for name, sha256 in around.files],
        "lang": comment.lang,
        "number": comment.number,
        "organisation": comment.organisation,
        "place": place if around.eid else None,
        "proposed": comment.proposed,
        "quote": quote if comment.quote else None,
        "stance": comment.stance,
        "text": comment.text,
        "version": around.version,
    }


def of_edit(consultation: str, number: int, place: int, text: str) -> dict[str, Any]:
    """The content of what was added to a comment; `place` is 1 for the first such addition."""
    return {"consultation": consultation, "edit": place, "number": number, "text": text}


def of_author(consultation: str, number: int, name: str) -> dict[str, Any]:
    """The content of the commitment to the name that is shown with a comment."""
    return {"consultation": consultation, "name": name, "number": number}


def of_left(view: CommentView, ground: str) -> dict[str, Any]:
    """What is left to read of a comment in which words are covered: ``pieces`` are its text in order, with null for
    each stretch that is covered; none where all of it is.

    Args:
        view: as the public sees it.
    """
    place, quote = view.place, view.quote
    return {
        "about": view.about,
        "amendment": None if view.amendment is None else view.amendment.value,
        "capacity": view.capacity.value,
        "consultation": view.consultation,
        "ground": ground,
        "lang": view.lang,
        "number": view.number,
        "organisation": view.organisation,
        "pieces": [None if piece.covered else piece.text for piece in view.pieces],
        "place": place and {"eid": place.eid, "lang": place.lang, "text_hash": view.provision_hash},
        "quote": quote and {"end": quote.end, "exact": quote.quote, "start": quote.start},
        "stance": view.stance.value,
        "version": view.version,
    }


def canonical(content: dict[str, Any]) -> bytes:
    """The bytes that are hashed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
