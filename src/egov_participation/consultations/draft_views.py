"""Consultations and the texts of their drafts as the public may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from egov_participation.consultations.models.states import Change, State
from egov_participation.documents.structure import Kind
from egov_participation.documents.structure import Provision as Unit
from egov_participation.jurisdiction.calendars import Words


@dataclass(frozen=True, slots=True)
class TitleView:
    """What a consultation is called in one language."""

    lang: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """A document that goes with the draft."""

    kind: str
    lang: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ExpressionView:
    """A version's text in one language, without its provisions."""

    id: int
    lang: str
    title: str
    source_format: str
    source_name: str
    source_sha256: str
    document_hash: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published version."""

    id: int
    number: int
    published_at: datetime
    signature: str
    """Of the agency's key, in hex."""
    texts: tuple[ExpressionView, ...]

    def text(self, lang: str) -> ExpressionView:
        """In a language, or, where it is not in that, in another."""
        return next((one for one in self.texts if one.lang == lang), self.texts[0])


@dataclass(frozen=True, slots=True)
class HappeningView:
    """One thing that happened to it."""

    id: int
    at: datetime
    kind: str
    details: Mapping[str, Any]
    reason: str | None
    salt: str | None
    """Hex: with the reason it makes the commitment that the log has."""


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """A consultation in public."""

    id: int
    reference: str
    jurisdiction: str
    agency: str
    agency_name: Words
    act_kind: str
    act_name: Words
    stage: str
    stage_name: Words | None
    territory: str
    territory_name: Words | None
    """None: the whole country."""
    titles: tuple[TitleView, ...]
    state: State
    state_at: datetime
    opened_at: datetime
    closes_at: datetime | None
    reply_due_on: date | None
    report_due_on: date | None
    comments: int
    """All that were sent, amendments too."""
    replied: int
    unanswered: int
    """Those that are owed a reply still; none is owed to what was erased."""
    versions: tuple[VersionView, ...]
    """The first first."""
    rules: str
    """What the log's hash of them is of."""
    rules_hash: str
    papers: tuple[PaperView, ...] = ()
    timeline: tuple[HappeningView, ...] = ()
    """The oldest first."""

    def title(self, lang: str) -> TitleView:
        """In a language, or, where it is not in that, in another."""
        return next((one for one in self.titles if one.lang == lang), self.titles[0])

    @property
    def newest(self) -> VersionView:
        """The version that is discussed now."""
        return self.versions[-1]

    @property
    def reason(self) -> str | None:
        """The public reason for the state that it is in."""
        found = [one.reason for one in self.timeline if one.kind == f"state.{self.state}"]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class ProvisionView:
    """A provision of a text, and how much was said to it."""

    place: int
    eid: str
    lineage: str
    unit: Unit
    text_hash: str
    parent: int | None
    path: str
    """How it is called where it is spoken of: ``Статья 5, 1, 2)``."""
    comments: int = 0
    change: Change | None = None
    """What became of it since the version before; None: that was the first, or nothing did."""

    @property
    def printed(self) -> str:
        """Label and heading in one line."""
        return " ".join(part for part in (self.unit.label, self.unit.heading) if part)


@dataclass(frozen=True)
class TextView:
    """A version's text in one language, provision by provision."""

    version: int
    expression: ExpressionView
    provisions: tuple[ProvisionView, ...]
    whole: int = 0
    """Comments on the whole draft."""
    orphans: int = 0
    """Comments whose words the newest version has no more."""
    _by_eid: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def of(self, eid: str) -> ProvisionView | None:
        """The provision of that identifier."""
        if not self._by_eid:
            self._by_eid.update({one.eid: one.place for one in self.provisions})
        place = self._by_eid.get(eid)
        return None if place is None else self.provisions[place]

    @cached_property
    def contents(self) -> tuple[ProvisionView, ...]:
        """What the table of contents has: all that has others in it and a label or heading, and every article."""
        return tuple(one for one in self.provisions if one.unit.kind in _IN_CONTENTS and one.printed)

    @cached_property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """The text in pieces for one page each, as [from, to) of places: cut before provisions that stand highest."""
        cuts, size = [0], 0
        for one in self.provisions:
            cells = sum(len(row) for row in one.unit.table)
            length = 2 * (len(one.unit.heading) + len(one.unit.text)) + _MARKUP + cells * _CELL
            if size + length > MOST_ON_A_PAGE and one.unit.kind in _IN_CONTENTS and one.place > cuts[-1]:
                cuts.append(one.place)
                size = 0
            size += length
        return tuple(zip(cuts, [*cuts[1:], len(self.provisions)], strict=True))

    def part_of(self, place: int) -> int:
        """In which of `parts` a provision is, from 0."""
        return max(number for number, (start, _) in enumerate(self.parts) if start <= place)


MOST_ON_A_PAGE: Final = 800_000
"""Bytes of a text on one page, about: with the contents beside it the page stays under a megabyte."""
_MARKUP: Final = 420
"""Bytes that stand around the words of a provision, about."""
_CELL: Final = 15
_IN_CONTENTS: Final = frozenset(
    {Kind.PART, Kind.SECTION, Kind.SUBSECTION, Kind.CHAPTER, Kind.PARAGRAPH, Kind.ARTICLE, Kind.ANNEX}
)
