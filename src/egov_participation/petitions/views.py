"""What anybody may see of a petition: what pages, data and feeds are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from egov_participation.jurisdiction.calendars import Words
from egov_participation.petitions.models.states import Answer, Debate, State
from egov_participation.petitions.rules.outcomes import KIND_OF, Content, Kind


@dataclass(frozen=True, slots=True)
class TextView:
    """What a petition says in one language."""

    lang: str
    title: str
    ask: str
    background: str


@dataclass(frozen=True, slots=True)
class RegionView:
    """Signatures from one region, as the log has them.

    Regions and days are told of the log alone: where a live number of a region goes up, somebody who looks on learns
    the second at which a signature was given whose region and pseudonym the log then shows.
    """

    code: str
    """As attestations have it; ``other`` for several small ones together."""
    electronic: int
    paper: int

    @property
    def total(self) -> int:
        """All that the log has."""
        return self.electronic + self.paper


@dataclass(frozen=True, slots=True)
class DayView:
    """Signatures of one day, as the log has them."""

    day: date
    electronic: int
    paper: int

    @property
    def total(self) -> int:
        """All that the log has."""
        return self.electronic + self.paper


@dataclass(frozen=True, slots=True)
class TierView:
    """A threshold, and what reaching it set off."""

    code: str
    needed: int
    action: str
    does: Words
    """What is done then."""
    addressee: Words
    reached_at: datetime | None
    answer_due_on: date | None
    done_at: datetime | None
    at_most: bool
    """As the population is not known, fewer may be enough."""
    territories: int = 0
    """In so many territories a minimum must be reached besides; 0: in none."""


@dataclass(frozen=True, slots=True)
class HappeningView:
    """One thing that happened to it."""

    id: int
    at: datetime
    kind: str
    by: str
    details: Mapping[str, Any]
    reason: str | None
    salt: str | None
    """Hex: with the reason it makes the commitment that the log has."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A moderator's wording that the creator accepted."""

    at: datetime
    pairs: tuple[tuple[str, str, str], ...]
    """(language, before, after) of each text that is another one now; before is empty where it is withheld."""
    reason: str
    withheld: bool = False
    """The words as they stood are not shown, for what was in them."""


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What its addressee said of it in public: an answer, what becomes of a debate, what happened since."""

    id: int
    at: datetime
    content: Content
    agency: Words
    salt: str
    document_hash: str
    """Hex: with the canonical JSON of `content` the random bytes make the commitment that the log has."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many signed."""

    electronic: int = 0
    """Live."""
    paper: int = 0
    """Entered at a desk."""
    verified: int = 0
    """Electronic ones, recounted over the published log."""
    verified_paper: int = 0
    checkpoint_size: int = 0
    """Of the checkpoint that the verified ones were counted at; 0 before the first."""
    counted_at: datetime | None = None

    @property
    def total(self) -> int:
        """What thresholds are compared with."""
        return self.electronic + self.paper


@dataclass(frozen=True, slots=True)
class PetitionView:
    """A petition in public."""

    id: int
    reference: str
    jurisdiction: str
    texts: tuple[TextView, ...]
    """The one that it was written in stands first; empty where the text is not shown."""
    territory: str
    territory_name: Words | None
    """None: the whole country."""
    addressee: str
    addressee_name: Words
    answering_name: Words
    """Of whom it is handed to, or the addressee."""
    creator_name: str
    state: State
    answer_state: Answer
    debate_state: Debate
    state_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    answer_due_on: date | None
    ground: Words | None
    """Of the rules, on which it was rejected."""
    merged_into: str | None
    salt: str | None
    document_hash: str | None
    """The commitment to the text, in hex, as the log has it."""
    rules: str
    """The snapshot that it keeps, as `rules_hash` is of it."""
    rules_hash: str
    rules_name: Words | None
    paper: bool
    """Whether signatures on paper count."""
    counts: Counts
    tiers: tuple[TierView, ...]
    regions: tuple[RegionView, ...]
    """The one with the most first."""
    days: tuple[DayView, ...] = ()
    """In order."""
    timeline: tuple[HappeningView, ...] = ()
    """The oldest first."""
    outcomes: tuple[OutcomeView, ...] = ()
    """The last first."""
    changes: tuple[ChangeView, ...] = ()
    """The oldest first; none where the text is not shown."""
    generated: int = 0
    """How many signers whom nobody is it has, or is to have: in a demonstration."""

    def text(self, lang: str) -> TextView:
        """What it says in a language, or in the one that it was written in; its number where nothing is shown."""
        if not self.texts:
            return TextView(lang, self.reference, "", "")
        return next((text for text in self.texts if text.lang == lang), self.texts[0])

    @property
    def reason(self) -> str | None:
        """The public reason for the state that it is in."""
        found = [one.reason for one in self.timeline if one.kind == f"state.{self.state}"]
        return found[-1] if found else None

    @property
    def next_tier(self) -> TierView | None:
        """The lowest threshold that is not reached."""
        return next((tier for tier in self.tiers if tier.reached_at is None), None)

    def outcome(self, kind: Kind) -> OutcomeView | None:
        """The last of a kind."""
        return next((one for one in self.outcomes if KIND_OF[one.content.to] is kind), None)
