"""What may become of a petition, and the document in which its addressee says so. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self

from egov_participation.i18n import N_
from egov_participation.petitions.models.states import Answer, Debate, State
from egov_participation.petitions.rules.states import ANSWERS, DEBATES

LANGUAGES: Final = ("kk", "ru", "en")
ANSWERABLE: Final = frozenset({State.OPEN, State.CLOSED})
"""Its addressee may say something of it in public."""
OWING: Final = ANSWERABLE | {State.HIDDEN, State.STOPPED, State.MERGED}
"""What a threshold set off stays owed, and in the public list of who owes, however moderators ended it since."""


class Kind(StrEnum):
    """What is said."""

    ANSWER = "answer"
    DEBATE = "debate"
    UPDATE = "update"
    """What happened since, and what was wrong before."""


class To(StrEnum):
    """What became of it."""

    ANSWERED = "answered"
    SCHEDULED = "scheduled"
    HELD = "held"
    REFUSED = "refused"
    UPDATED = "updated"


KIND_OF: Final[Mapping[To, Kind]] = {
    To.ANSWERED: Kind.ANSWER,
    To.SCHEDULED: Kind.DEBATE,
    To.HELD: Kind.DEBATE,
    To.REFUSED: Kind.DEBATE,
    To.UPDATED: Kind.UPDATE,
}
TITLES: Final[Mapping[To, str]] = {
    To.ANSWERED: N_("Official answer"),
    To.SCHEDULED: N_("Debate scheduled"),
    To.HELD: N_("Debate held"),
    To.REFUSED: N_("No debate"),
    To.UPDATED: N_("What happened since"),
}
"""Msgids: what stands over each in public."""
STOPS_CLOCK: Final[Mapping[str, frozenset[To]]] = {
    Kind.ANSWER: frozenset({To.ANSWERED}),
    Kind.DEBATE: frozenset({To.SCHEDULED, To.HELD, To.REFUSED}),
}
"""By the action of a threshold: what is owed by its date. Of a debate that is whether there will be one."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language."""

    summary: str
    details: str


@dataclass(frozen=True, slots=True)
class Link:
    """A document or a recording that stands elsewhere."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class File:
    """A document that stands here."""

    name: str
    sha256: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is proposed, approved, committed to in the log and published: the same bytes each time."""

    petition: str
    to: To
    agency: str
    texts: Mapping[str, Words]
    """In each of `LANGUAGES`."""
    day: date | None = None
    """Of the debate."""
    links: tuple[Link, ...] = ()
    files: tuple[File, ...] = ()
    tiers: tuple[str, ...] = ()
    """Codes of the thresholds whose clock it stops: those that were reached when it was written."""

    def members(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "petition": self.petition,
            "kind": KIND_OF[self.to].value,
            "to": self.to.value,
            "agency": self.agency,
            "day": self.day.isoformat() if self.day else None,
            "texts": {lang: asdict(self.texts[lang]) for lang in LANGUAGES},
            "links": [asdict(link) for link in self.links],
            "files": [asdict(file) for file in self.files],
            "tiers": list(self.tiers),
        }

    def canonical(self) -> bytes:
        """RFC 8785: keys sorted, no spaces, UTF-8."""
        return json.dumps(self.members(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Self:
        """The inverse of `members`; others are not looked at.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        return cls(
            petition=members["petition"],
            to=To(members["to"]),
            agency=members["agency"],
            texts={lang: Words(**members["texts"][lang]) for lang in LANGUAGES},
            day=date.fromisoformat(members["day"]) if members["day"] else None,
            links=tuple(Link(**link) for link in members["links"]),
            files=tuple(File(**file) for file in members["files"]),
            tiers=tuple(members["tiers"]),
        )


def possible(state: State, answer: Answer, debate: Debate, published: int) -> list[To]:
    """What may be said of a petition.

    Args:
        published: how many things were said of it already: an update follows something.
    """
    if state not in OWING:
        return []
    if state not in ANSWERABLE:  # what is owed may still be done, and nothing else
        owed = [To.ANSWERED] if answer is Answer.AWAITED else []
        return [*owed, *([To.SCHEDULED, To.REFUSED] if debate is Debate.AWAITED else [])]
    found = [To.ANSWERED] if Answer.ANSWERED in ANSWERS[answer] else []
    found += [to for to in (To.SCHEDULED, To.HELD, To.REFUSED) if Debate(to.value) in DEBATES[debate]]
    return [*found, *([To.UPDATED] if published else [])]
