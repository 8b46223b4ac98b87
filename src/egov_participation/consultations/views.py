"""Comments as the public may see them: what is covered or erased is not in here at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from egov_participation.consultations.models.states import (
    GONE,
    AmendmentKind,
    Capacity,
    ErasedBy,
    Placed,
    Shown,
    Stance,
)
from egov_participation.documents.anchoring import Anchor
from egov_participation.jurisdiction.calendars import Words


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A provision."""

    version: int
    lang: str
    eid: str
    lineage: str
    kind: str
    number: str
    label: str
    heading: str
    outer: str
    """What it stands in, as it is cited; empty: in nothing that is named."""


@dataclass(frozen=True, slots=True)
class PlacementView:
    """Where a comment stands in a version that came after the one that it was written on."""

    version: int
    placed: Placed
    score: float
    place: PlaceView | None
    """None: of an orphan, or of the whole draft."""
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that was put with a comment."""

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class EditView:
    """What was added to a comment; the salt, in hex, only where the words are shown."""

    number: int
    """From 1 in its comment."""
    day: date
    text: str
    salt: str | None
    document_hash: str


@dataclass(frozen=True, slots=True)
class CoverView:
    """A moderator's decision to cover words, and what came of it."""

    at: datetime
    ground: str
    """Code of the rules' ground."""
    ground_words: Words | None
    reason: str
    salt: str
    reason_hash: str
    """The commitment to the reason that the log has."""
    whole: bool
    appealed_at: datetime | None
    decided_at: datetime | None
    lifted: bool
    decision: str
    """Why the appeal was granted or refused."""
    decision_salt: str | None
    decision_hash: str | None
    left_salt: str | None = None
    """The random bytes in the commitment to what is left to read; None unless this decision holds."""


@dataclass(frozen=True, slots=True)
class ErasureView:
    """That a comment was to be erased, and what came of it."""

    at: datetime
    by: ErasedBy
    reason: str
    """The public one, of a moderator; empty: its author wants it, and need not say why."""
    salt: str | None
    reason_hash: str | None
    due_at: datetime
    ended_at: datetime | None
    ended: str
    """``erased``, ``kept`` (its author has taken it back), ``appeal`` (that was granted); empty: it waits."""


@dataclass(frozen=True, slots=True)
class AccreditedView:
    """An agency has confirmed that an association is accredited."""

    agency: str
    name: Words
    """Of the agency."""
    day: date


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. What is covered has no words."""

    text: str
    covered: bool = False


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment or an amendment in public."""

    id: int
    consultation: str
    number: int
    version: int
    place: PlaceView | None
    """None: the whole draft."""
    provision_hash: str
    """`text_hash` of what it is about; empty: the whole draft."""
    quote: Anchor | None
    about: int | None
    """Number of the amendment that it discusses."""
    author: str
    """Empty: without a name."""
    capacity: Capacity
    organisation: str
    lang: str
    stance: Stance
    pieces: tuple[Piece, ...]
    """The text; none where nothing of it is shown."""
    amendment: AmendmentKind | None
    proposed: str
    base: str
    """Words of the provision that an amendment is about."""
    base_hash: str
    stale: bool
    """The provision has other words in the newest version."""
    day: date
    salt: str | None
    """In hex; None unless all of it is shown."""
    document_hash: str
    shown: Shown
    supports: int
    cluster: int | None
    replied: bool
    files: tuple[FileView, ...] = ()
    edits: tuple[EditView, ...] = ()
    covers: tuple[CoverView, ...] = ()
    """The last first."""
    placements: tuple[PlacementView, ...] = ()
    """In the versions that came after, in order."""
    document: dict[str, Any] | None = None
    """What the commitment is of (`rules.comment_document`); None unless all of it is shown."""
    author_salt: str | None = None
    """The random bytes in the commitment to the author's name, in hex; None where no name is shown."""
    erasures: tuple[ErasureView, ...] = ()
    """The first first."""
    accredited: AccreditedView | None = None
    """Of an association; None: nobody has confirmed what it says."""

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is shown, because it is erased or is going to be."""
        return self.shown in GONE

    @property
    def erasure(self) -> ErasureView | None:
        """Why it is gone, or is going to be."""
        return self.erasures[-1] if self.is_gone and self.erasures else None

    @property
    def tracking(self) -> str:
        """``C-2026-0007/15``."""
        return f"{self.consultation}/{self.number}"

    @property
    def text(self) -> str:
        """What is shown of its text."""
        return "".join(piece.text if not piece.covered else " [ … ] " for piece in self.pieces)

    @property
    def cover(self) -> CoverView | None:
        """The decision by which it is covered now."""
        return next((one for one in self.covers if not one.lifted), None) if self.shown is Shown.REDACTED else None

    @property
    def standing(self) -> PlacementView | None:
        """Where it stands in the newest version, if that is not the one that it was written on."""
        return self.placements[-1] if self.placements else None
