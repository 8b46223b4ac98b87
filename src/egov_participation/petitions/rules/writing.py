"""What a draft is made of, and what it must have before it can be handed in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from egov_participation.i18n import N_
from egov_participation.throttle import Limit

LONGEST_TITLE: Final = 150
SHORTEST_TITLE: Final = 10
LONGEST_ASK: Final = 1000
MOST_DRAFTS: Final = 20
"""Of one person at a time."""
KEPT_TEXT: Final = timedelta(days=1)
"""So long what was typed after the session had ended waits for its owner."""

HANDED_IN_A_DAY: Final = Limit(
    "petitions.handed_in",
    3,
    timedelta(days=1),
    "petition.too_many",
    N_("You have handed in several petitions today. Your draft is kept: hand it in tomorrow."),
)
KEPT_FOR_NETWORK: Final = Limit(
    "petitions.kept_text",
    30,
    timedelta(hours=1),
    "petition.too_many",
    N_("Many texts have come from your network in the last hour. Copy yours, sign in, and put it in again."),
)


class Part(StrEnum):
    """A page on which a draft is written, in the order in which they are asked."""

    TITLE = "title"
    ASK = "ask"
    BACKGROUND = "background"
    TERRITORY = "territory"
    ADDRESSEE = "addressee"
    NAME = "name"


PART_NAMES: Final = {
    Part.TITLE: N_("Title"),
    Part.ASK: N_("What you ask for"),
    Part.BACKGROUND: N_("Why"),
    Part.TERRITORY: N_("Where"),
    Part.ADDRESSEE: N_("To whom"),
    Part.NAME: N_("Your name"),
}
"""Msgids."""

TEXTS: Final = ("title", "ask", "background")
"""What a petition says in one language."""


def missing(addressee: str, texts: Mapping[str, Mapping[str, str]], language: str) -> list[Part]:
    """What a draft lacks before it can be handed in.

    Args:
        texts: by language: title, ask and background.
        language: that it is written in first.
    """
    first = texts[language]
    lacking = {
        Part.TITLE: not first["title"],
        Part.ASK: not first["ask"],
        Part.ADDRESSEE: not addressee,
    }
    return [part for part in Part if lacking.get(part)]


def unfinished(texts: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Languages in which there is something and not all that the first one has."""
    full = {name for text in texts.values() for name in TEXTS if text[name]}
    return [lang for lang, text in texts.items() if any(not text[name] for name in full)]


def seen(fields: Mapping[str, str]) -> str:
    """What a form says that it was filled in over: another value later means that somebody saved in between."""
    content = json.dumps(dict(fields), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
