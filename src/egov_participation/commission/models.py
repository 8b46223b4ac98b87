"""Tables of the commission's room: drafts, the people of an uploaded roll, the trustees and the key they make together.

A draft is edited until it is frozen. Then the registrar has made the credentials, the first bytes of the archive stand
here, and their hash is what trustees and registrar confirm and two members approve. Published, it becomes a vote of the
voting room, under the same uuid; the draft stays as the record of how it came about.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Draft(SQLModel, table=True):
    """A vote that is being prepared."""

    __tablename__: ClassVar[str] = "commission_draft"
    __table_args__ = (
        CheckConstraint("state IN ('editing', 'preparing', 'frozen', 'published', 'discarded')", name="state"),
        CheckConstraint(
            "(state IN ('frozen', 'published')) = (setup IS NOT NULL)"
            " AND (setup IS NULL) = (setup_hash IS NULL) AND (setup IS NULL) = (archive_start IS NULL)",
            name="frozen",
        ),
        CheckConstraint("progress_done >= 0 AND progress_done <= progress_total", name="progress"),
    )

    id: str = Field(primary_key=True)
    """16 hex digits."""
    uuid: str = Field(unique=True)
    """Of the vote that it will be: random, 14 characters of Base58; another one after each thaw."""
    document: str = Field(sa_column=Column(Text, nullable=False))
    """What is to be voted on, as JSON of the shape of the vote's file (``docs/vote-file.md``); may be incomplete."""
    version: int = 1
    """Goes up with each change: a form that was opened before somebody else's change is refused."""
    state: str = Field(default="editing", index=True)
    created_by: str
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    progress_done: int = 0
    progress_total: int = 0
    """Of the voters, while the registrar makes their credentials."""
    problem: str = ""
    """Why the last attempt to freeze failed: a msgid; empty if none did."""
    setup: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The setup document's bytes (`egov_participation.voting.setup`), of which `setup_hash` is the SHA-256."""
    setup_hash: str | None = None
    archive_start: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Everything up to the archive's Setup event."""
    confirmation: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The registrar's signed statement on the setup, as JSON."""
    frozen_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    published_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class DraftVoter(SQLModel, table=True):
    """Somebody on a roll that was uploaded; gone when the draft is published (the registrar knows) or discarded."""

    __tablename__: ClassVar[str] = "commission_voter"
    __table_args__ = (CheckConstraint("weight > 0", name="weight"), UniqueConstraint("draft_id", "line"))

    draft_id: str = Field(primary_key=True, foreign_key="commission_draft.id")
    person_id: str = Field(primary_key=True, index=True)
    weight: int = Field(sa_type=BigInteger)
    line: int
    """Of the file."""


class DraftTrustee(SQLModel, table=True):
    """Somebody invited to hold a key of one vote. Neither role nor account goes with it: the link is the way in."""

    __tablename__: ClassVar[str] = "commission_trustee"
    __table_args__ = (
        CheckConstraint("place > 0", name="place"),
        CheckConstraint(
            "(public_key IS NULL) = (key_at IS NULL) AND (public_key IS NULL) = (key_point IS NULL)", name="key"
        ),
        CheckConstraint("(confirmed_hash IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        UniqueConstraint("draft_id", "place"),
    )

    id: str = Field(primary_key=True)
    """16 hex digits."""
    draft_id: str = Field(foreign_key="commission_draft.id", index=True)
    place: int
    """From 1; the owner number in the election."""
    name_kk: str
    name_ru: str
    name_en: str
    mail: str
    """Empty once the vote is over for long."""
    language: str = "kk"
    offline: bool = False
    """Keeps the key on a machine without a network (`egov-ballot`)."""
    always: bool = False
    """Whether nothing is decrypted without this trustee, however many of the others are enough. These come first."""
    token_hash: str | None = Field(default=None, unique=True)
    """SHA-256 of the invitation's link; None until invited."""
    invited_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    remind_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
    """When to look whether they owe something that they must be reminded of; None: they are forgotten."""
    public_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The public key with its proof, as JSON; of a key made together, that of the trustee's share."""
    key_point: str | None = Field(default=None, unique=True)
    """The key itself, 64 hex digits: no two trustees of whatever votes have the same."""
    key_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    reopened_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When the trustee opened the key file once more, as they say: asked for before the setup freezes."""
    confirmed_hash: str | None = None
    """The setup's hash that the trustee confirmed."""
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class KeyCeremony(SQLModel, table=True):
    """How the trustees of a draft, of whom fewer than all are needed, make their key together. A new one takes the
    place of the last; nothing that stands in one is changed or taken out.
    """

    __tablename__: ClassVar[str] = "commission_ceremony"
    __table_args__ = (
        CheckConstraint("needed >= 2 AND size > needed", name="size"),
        CheckConstraint("(parameters IS NULL) = (fingerprint IS NULL)", name="done"),
    )

    draft_id: str = Field(primary_key=True, foreign_key="commission_draft.id")
    id: str = Field(unique=True)
    """16 hex digits: forms name it, so that nothing that was made for an earlier ceremony comes into this one."""
    size: int
    """How many trustees take part: those who are not needed always, in the order of their places."""
    needed: int
    """How many of them will be enough."""
    reason: str = ""
    """Why the last one was given up; empty for the first."""
    begun_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    file: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """All that was handed in, as `egov_crypto.threshold.ceremony.Ceremony` writes it; verified before it came in."""
    parameters: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """What is published of the trustees, once all have taken the last step."""
    fingerprint: str | None = None
    """Of those: what all compare, 64 hex digits."""


class CeremonyStep(SQLModel, table=True):
    """When a trustee took a step of the ceremony."""

    __tablename__: ClassVar[str] = "commission_ceremony_step"
    __table_args__ = (
        CheckConstraint(
            "step IN ('certificate', 'commitment', 'polynomial', 'voutput', 'compared')",
            name="step",
        ),
    )

    draft_id: str = Field(primary_key=True, foreign_key="commission_ceremony.draft_id")
    place: int = Field(primary_key=True)
    """Among those who take part, from 1."""
    step: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))


class Rehearsal(SQLModel, table=True):
    """A draft that is run as a mock vote with generated voters. The row goes with all the rest of it."""

    __tablename__: ClassVar[str] = "commission_rehearsal"
    __table_args__ = (
        CheckConstraint(
            "state IN ('preparing', 'running', 'decrypting', 'counted', 'failed', 'discarding')", name="state"
        ),
        CheckConstraint("voters > 0 AND minutes > 0", name="size"),
        CheckConstraint("progress_done >= 0 AND progress_done <= progress_total", name="progress"),
    )

    id: str = Field(primary_key=True)
    """16 hex digits: what pages and the audit trail name it by. Nothing that stays holds the mock vote's uuid."""
    uuid: str = Field(unique=True)
    """Of the mock vote."""
    draft_id: str = Field(unique=True, foreign_key="commission_draft.id")
    """One at a time of each draft."""
    state: str = "preparing"
    """``counted``: its trustees have decrypted. What there is in between, the mock vote itself tells."""
    voters: int
    """How many are generated."""
    minutes: int
    """How long it is open."""
    progress_done: int = 0
    progress_total: int = 0
    """Of the generated voters' ballots."""
    sealed_keys: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The mock trustees' private keys, until they have decrypted."""
    made_by: str
    made_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    closes_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    problem: str = ""
    """Why it failed: a msgid."""
