"""Comments and amendments, where they stand in each version, who supports them, and what was covered."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.consultations.models.consultation import one_of
from egov_participation.consultations.models.states import AmendmentKind, Capacity, ErasedBy, Placed, Shown, Stance
from egov_participation.database import UTCDateTime


class Comment(SQLModel, table=True):
    """What somebody says to a provision, to words in it, to the whole draft, or to an amendment.

    An amendment is a comment that proposes words: its text is the rationale. Rows are never changed but for what
    `shown` covers; an edit is a row of `CommentEdit`.
    """

    __tablename__: ClassVar[str] = "consultation_comment"
    __table_args__ = (
        one_of("capacity", Capacity),
        one_of("stance", Stance),
        one_of("shown", Shown),
        CheckConstraint(
            f"amendment IS NULL OR amendment IN ({', '.join(repr(kind.value) for kind in AmendmentKind)})",
            name="amendment",
        ),
        CheckConstraint("lang IN ('kk', 'ru', 'en')", name="lang"),
        CheckConstraint("(quote = '') = (quote_start IS NULL)", name="quote"),
        UniqueConstraint("consultation_id", "number"),
        Index("ix_consultation_comment_person", "person_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation.id"), nullable=False))
    number: int
    """From 1 in its consultation: ``C-2026-0007/15`` is its tracking number."""
    version_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation_version.id"), nullable=False))
    """That it was written on."""
    provision_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_provision.id"), nullable=True, index=True)
    )
    """None: the whole draft."""
    about: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_comment.id"), nullable=True, index=True)
    )
    """The amendment that it discusses."""
    quote: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The exact words of the provision that it is about; empty: all of it."""
    prefix: str = ""
    suffix: str = ""
    quote_start: int | None = None
    """Code points from the beginning of the provision's words (`documents.structure.Provision.words`)."""
    quote_end: int | None = None
    person_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Keyed hash of the author (`keys.person_hash`); None once forgotten."""
    person_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """To be written to."""
    author_name: str = ""
    """As it is shown; empty: without a name."""
    author_salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in the log's commitment to that name; they go with it."""
    capacity: str = Capacity.CITIZEN.value
    organisation: str = ""
    """Its name, for every capacity but a citizen's; an expert's field."""
    territory: str = ""
    """The author's region, and nothing smaller, for the report's numbers."""
    lang: str
    stance: str = Stance.NONE.value
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    amendment: str | None = None
    proposed: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The whole new text of an amendment; empty where it deletes."""
    base_hash: str = ""
    """`Provision.text_hash` of what an amendment was written on: another one now makes it stale."""
    found_by: int | None = Field(default=None, index=True)
    """Its id in the index of the search; None where not all of its words are shown."""
    day: date
    """On which it was sent. The hour is kept nowhere: with it somebody who is not named could be found out."""
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in `document_hash`; destroyed on erasure."""
    document_hash: str
    """The commitment that the log has."""
    shown: str = Shown.PUBLISHED.value
    supports: int = 0
    cluster: int | None = Field(default=None, index=True)
    """Those with the same one say nearly the same: the number of the comment that stands for them. None: alone."""


class CommentEdit(SQLModel, table=True):
    """What an author added to a comment after others could read it."""

    __tablename__: ClassVar[str] = "consultation_comment_edit"

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_comment.id"), nullable=False, index=True)
    )
    day: date
    text: str = Field(sa_column=Column(Text, nullable=False))
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    document_hash: str


class CommentFile(SQLModel, table=True):
    """A file that somebody put with a comment, or with its draft yet. It is never shown inside a page."""

    __tablename__: ClassVar[str] = "consultation_comment_file"
    __table_args__ = (
        CheckConstraint("(comment_id IS NULL) <> (draft_id IS NULL)", name="owner"),
        UniqueConstraint("comment_id", "sha256"),
        UniqueConstraint("draft_id", "sha256"),
    )

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_comment.id"), nullable=True)
    )
    draft_id: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("consultation_comment_draft.id", ondelete="CASCADE"), nullable=True),
    )
    name: str
    media_type: str
    sha256: str
    size: int
    """In bytes."""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CommentDraft(SQLModel, table=True):
    """What somebody has written and not sent yet; one for each place of a consultation."""

    __tablename__: ClassVar[str] = "consultation_comment_draft"
    __table_args__ = (UniqueConstraint("consultation_id", "person_hash", "lineage", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation.id"), nullable=False))
    person_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Of a text that came after the session had ended: hash of the secrets in the address that leads back to it and in
    the cookie of the browser that it came from."""
    lineage: str = ""
    """Of the provision; empty: the whole draft."""
    kind: str = "comment"
    """``comment``, ``amendment``, ``about-15`` (to a comment), or ``kept`` (the session had ended)."""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The form, sealed."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))


class CommentSupport(SQLModel, table=True):
    """Somebody says the same."""

    __tablename__: ClassVar[str] = "consultation_comment_support"

    comment_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation_comment.id"), primary_key=True))
    person_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    day: date


class CommentPlacement(SQLModel, table=True):
    """Where a comment stands in a version that came after the one that it was written on."""

    __tablename__: ClassVar[str] = "consultation_comment_placement"
    __table_args__ = (one_of("placed", Placed),)

    comment_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation_comment.id"), primary_key=True))
    version_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation_version.id"), primary_key=True))
    provision_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("consultation_provision.id"), nullable=True, index=True)
    )
    quote_start: int | None = None
    quote_end: int | None = None
    placed: str
    score: float
    """0 to 1."""


class Redaction(SQLModel, table=True):
    """A moderator covered a comment or words in it; what was said to the author's appeal."""

    __tablename__: ClassVar[str] = "consultation_redaction"

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_comment.id"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    ground: str
    """Code of the rules' ground."""
    reason: str = Field(sa_column=Column(Text, nullable=False))
    """The public one."""
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    covered: str = Field(default="[]", sa_column=Column(Text, nullable=False))
    """JSON: spans of the text, [start, end) in code points; empty: all of it."""
    left_salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in the log's commitment to what was left to read; None once another decision holds."""
    gone: bool = False
    """Nobody can appeal any more, and the covered words are destroyed."""
    moderator: str
    """Person id."""
    appeal: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Why the author appeals, sealed."""
    appealed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    lifted_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """The appeal was granted."""
    decided_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    decided_by: str | None = None
    """Person id of the other moderator."""
    decision: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why, in public, the appeal was granted or refused."""
    decision_salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class Erasure(SQLModel, table=True):
    """That a comment is to be erased, why, and what came of it."""

    __tablename__: ClassVar[str] = "consultation_erasure"
    __table_args__ = (one_of("by", ErasedBy),)

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_comment.id"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    by: str
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The public one, of a moderator."""
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in the reason's commitment."""
    moderator: str | None = None
    """Person id."""
    due_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """When it takes effect, unless it is taken back before."""
    done_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    kept_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """It was taken back, or an appeal was granted."""


class Complaint(SQLModel, table=True):
    """Somebody, of whom nothing is kept, told the moderators of a comment; deleted once a moderator has decided."""

    __tablename__: ClassVar[str] = "consultation_complaint"

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(
        sa_column=Column(Integer, ForeignKey("consultation_comment.id"), nullable=False, index=True)
    )
    day: date
    ground: str
    """Code of the rules' ground."""
    text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """What was told, sealed."""


class Accreditation(SQLModel, table=True):
    """An agency has confirmed that who wrote a comment is, as they say, an accredited association."""

    __tablename__: ClassVar[str] = "consultation_accreditation"

    comment_id: int = Field(sa_column=Column(Integer, ForeignKey("consultation_comment.id"), primary_key=True))
    agency: str
    official: str
    """Person id."""
    day: date
