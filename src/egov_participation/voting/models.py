"""Tables of the voting room.

The archive is rows: each event with the exact bytes that it appends to the archive. Concatenated by height they are the
archive file. Counts of ballots and voters are not stored: they are counted from the rows.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

from egov_crypto.archive import EventType
from egov_participation.database import UTCDateTime


class Vote(SQLModel, table=True):
    """A vote. Everything but the head, the size and the cancellation is frozen when it is created."""

    __tablename__: ClassVar[str] = "voting_vote"
    __table_args__ = (
        CheckConstraint("kind IN ('consultative', 'binding')", name="kind"),
        CheckConstraint("opens_at < closes_at", name="times"),
        CheckConstraint("registered > 0", name="registered"),
        CheckConstraint("head_height >= 0 AND length(head_hash) = 64", name="head"),
        CheckConstraint("head_type IN ({})".format(", ".join(f"'{kind}'" for kind in EventType)), name="head_type"),
        CheckConstraint("archive_size > 0 AND archive_size % 512 = 0", name="archive_size"),
    )

    uuid: str = Field(primary_key=True)
    kind: str
    title_kk: str
    title_ru: str
    title_en: str
    opens_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    closes_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    election: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The election's JSON, byte for byte as in the archive."""
    trustees: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The list of trustees' keys, likewise."""
    fingerprint: str = Field(unique=True)
    """φ: unpadded Base64 of the SHA-256 of `election`."""
    registered: int
    """How many public credentials were published."""
    timestamp: int = Field(sa_type=BigInteger)
    """The archive header's, in seconds; every member of the archive bears it."""
    head_height: int
    head_type: str
    """The last event's (`egov_crypto.archive.EventType`): the vote's state follows from it."""
    head_hash: str
    """SHA-256 of the last event, in hex."""
    archive_size: int = Field(sa_type=BigInteger)
    """Bytes of the archive up to the head."""
    shuffled: bool = False
    """Whether the ballots of some question are shuffled before they are decrypted."""
    rehearsal: bool = False
    """A mock vote with generated voters: marked as such everywhere, listed nowhere, and thrown away in the end."""
    setup: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The setup document (`egov_participation.voting.setup`), whose hash was confirmed and, in the office, approved."""
    confirmation: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The registrar's signed statement on it, as JSON."""
    turnout: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The registrar's signed turnout by region, as JSON; None until the vote has closed."""
    protocol: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The signed protocol of the result, as JSON; None until two members of the commission have approved it."""
    opened: bool = False
    """Whether the transparency log says that it opened: never of a rehearsal, nor of a vote cancelled before."""
    acts: int = 0
    """How many acts there are (`VoteAct`): what is kept of a vote in memory goes by it."""


class VoteEvent(SQLModel, table=True):
    """One event of the archive with the bytes it appends. Rows are only ever added (a guard below)."""

    __tablename__: ClassVar[str] = "voting_event"
    __table_args__ = (
        CheckConstraint("height >= 0 AND start >= 0 AND length > 0", name="place"),
        CheckConstraint("length = length(blob)", name="length"),
        CheckConstraint("length(hash) = 64", name="hash"),
        CheckConstraint(
            "(type = 'Ballot') = (credential IS NOT NULL) AND (type = 'Ballot') = (tracker IS NOT NULL)"
            " AND (type = 'Ballot') = (day IS NOT NULL)",
            name="ballot",
        ),
        CheckConstraint("(type IN ('Shuffle', 'PartialDecryption')) = (owner IS NOT NULL)", name="owner"),
        CheckConstraint("(type = 'Setup') = (height = 0)", name="setup"),
        ForeignKeyConstraint(["vote_uuid"], ["voting_vote.uuid"]),
        ForeignKeyConstraint(
            ["vote_uuid", "credential"], ["voting_credential.vote_uuid", "voting_credential.credential"]
        ),
        ForeignKeyConstraint(["vote_uuid", "owner"], ["voting_trustee.vote_uuid", "voting_trustee.owner"]),
        UniqueConstraint("vote_uuid", "start"),
        UniqueConstraint("vote_uuid", "hash"),
        UniqueConstraint("vote_uuid", "tracker"),
        UniqueConstraint("vote_uuid", "type", "owner"),
        Index("ix_voting_event_credential", "vote_uuid", "credential", "height"),
        Index("ix_voting_event_type", "vote_uuid", "type", "height"),
        Index("ix_voting_event_ballots", "vote_uuid", "type", "credential"),  # counts, without reading the blobs
        Index("ix_voting_event_day", "vote_uuid", "day", "height"),  # a day stands behind the blob: to skip to it
    )

    vote_uuid: str = Field(primary_key=True)
    height: int = Field(primary_key=True)
    type: str
    hash: str
    """SHA-256 of the event's JSON, in hex: the archive's head once this event stood last."""
    start: int = Field(sa_type=BigInteger)
    """Offset of `blob` in the archive."""
    length: int
    blob: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Data members and event member; row 0 begins with the archive's header."""
    credential: str | None = None
    """Of a ballot: its public credential, 64 hex digits."""
    tracker: str | None = None
    """Of a ballot: unpadded Base64 of the SHA-256 of its bytes."""
    day: date | None = None
    """Of a ballot: the day it was recorded. Nothing keeps the second."""
    owner: int | None = None
    """Of a shuffle or a partial decryption: which trustee, from 1."""


class PublicCredential(SQLModel, table=True):
    """The published list of credentials, one row each, to look one up without parsing the list.

    No foreign key to the vote: the rows are put down in batches before it is there (`service.creating`).
    """

    __tablename__: ClassVar[str] = "voting_credential"
    __table_args__ = (
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("length(credential) = 64", name="point"),
    )

    vote_uuid: str = Field(primary_key=True)
    credential: str = Field(primary_key=True)
    weight: int = Field(sa_type=BigInteger)


class Trustee(SQLModel, table=True):
    """Somebody who holds a key. Whether it shuffled and decrypted is to be seen from the events."""

    __tablename__: ClassVar[str] = "voting_trustee"
    __table_args__ = (CheckConstraint("owner > 0", name="owner"), UniqueConstraint("vote_uuid", "public_key"))

    vote_uuid: str = Field(primary_key=True, foreign_key="voting_vote.uuid")
    owner: int = Field(primary_key=True)
    """Place in the election's list of trustees, from 1."""
    name_kk: str
    name_ru: str
    name_en: str
    public_key: str
    """The key's point, 64 hex digits."""


class VoteAct(SQLModel, table=True):
    """What was decided about a vote, in public: it stands in its timeline and among its evidence, and never changes."""

    __tablename__: ClassVar[str] = "voting_act"
    __table_args__ = (
        CheckConstraint("kind IN ('set_up', 'extended', 'cancelled', 'published', 'corrected')", name="kind"),
        CheckConstraint("length(content_hash) = 64", name="hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    vote_uuid: str = Field(foreign_key="voting_vote.uuid", index=True)
    kind: str
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    reason_kk: str = ""
    reason_ru: str = ""
    reason_en: str = ""
    """Public: why a vote was extended or cancelled, or what an erratum corrects."""
    content: str = ""
    """Canonical JSON of what was approved: ``{"closes_at": …}``, ``{"setup": <hash>}``, ``{"protocol": <hash>}``."""
    content_hash: str
    """SHA-256 of what two members approved (`approvals.Proposal.content_hash`), in hex."""
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Random bytes of the commitment to the reason in the transparency log; None where no reason was asked for."""


class VoteDocument(SQLModel, table=True):
    """A document about a vote that the program sets, as it was entered in the transparency log: the signed protocol's
    PDF in a language. These bytes are served; a later version of the program may set others."""

    __tablename__: ClassVar[str] = "voting_document"
    __table_args__ = (CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),)

    vote_uuid: str = Field(primary_key=True, foreign_key="voting_vote.uuid")
    language: str = Field(primary_key=True)
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class VoteCount(SQLModel, table=True):
    """How the ballots of a ranking or grading are counted (`egov_crypto.protocol.count_json`), as it is published: made
    with the result, since counting many ballots takes seconds."""

    __tablename__: ClassVar[str] = "voting_count"
    __table_args__ = (CheckConstraint("question > 0", name="question"),)

    vote_uuid: str = Field(primary_key=True, foreign_key="voting_vote.uuid")
    question: int = Field(primary_key=True)
    """Its number in the vote, from 1."""
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TallyPart(SQLModel, table=True):
    """The encrypted sum of some of a closed vote's ballots, while they are added up part by part. All go once the
    encrypted tally stands in the archive."""

    __tablename__: ClassVar[str] = "voting_tally_part"
    __table_args__ = (CheckConstraint("ballots > 0", name="ballots"),)

    vote_uuid: str = Field(primary_key=True, foreign_key="voting_vote.uuid")
    last: int = Field(primary_key=True)
    """Height of the last ballot that it holds; the one before it ends before its first."""
    ballots: int
    encrypted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sized: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Both as an archive has them (`egov_crypto.tally.Tally.parse`)."""


class HandIn(SQLModel, table=True):
    """A shuffle or decryption that a trustee has handed in, while it is verified. One that is recorded goes; of one
    that was refused only why stays, until another comes."""

    __tablename__: ClassVar[str] = "voting_hand_in"
    __table_args__ = (
        CheckConstraint("kind IN ('shuffle', 'decryption')", name="kind"),
        CheckConstraint("stage IN ('waiting', 'verifying', 'finishing', 'refused')", name="stage"),
        CheckConstraint("(stage = 'refused') = (refused <> '')", name="refused"),
        CheckConstraint("done >= 0 AND done <= total", name="progress"),
        ForeignKeyConstraint(["vote_uuid", "owner"], ["voting_trustee.vote_uuid", "voting_trustee.owner"]),
        UniqueConstraint("vote_uuid", "owner"),
    )

    id: str = Field(primary_key=True)
    """Random: the job of a file that another one replaced finds nothing by it."""
    vote_uuid: str
    owner: int
    """Which trustee handed it in, from 1."""
    kind: str
    hash: str
    """SHA-256 of the file, in hex."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    stage: str = "waiting"
    done: int = 0
    total: int = 0
    """Ciphertexts that are verified, of how many; 0 before it was begun."""
    refused: str = ""
    """Code of the refusal."""


class HandInFile(SQLModel, table=True):
    """Its bytes, apart, since how far it is verified is written down all the time. Gone once it is recorded or
    refused."""

    __tablename__: ClassVar[str] = "voting_hand_in_file"

    id: str = Field(sa_column=Column(String, ForeignKey("voting_hand_in.id", ondelete="CASCADE"), primary_key=True))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AppendOnlyError(Exception):
    """Somebody tried to change or delete an event of an archive."""


@event.listens_for(VoteEvent, "before_update")
@event.listens_for(VoteEvent, "before_delete")
def _refuse_change(_mapper: Mapper[VoteEvent], _connection: Connection, row: VoteEvent) -> None:
    raise AppendOnlyError(f"event {row.height} of vote {row.vote_uuid} is published and cannot change")
