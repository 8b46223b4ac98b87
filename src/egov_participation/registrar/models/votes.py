"""Rolls and their credentials, what people prove who they are with, and the mails that wait."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlmodel import Field

from egov_participation.database import UTCDateTime
from egov_participation.registrar.models.base import RegistrarTable


class RollState(StrEnum):
    """How far a roll is."""

    PREPARED = "prepared"
    """Made; nothing of it can be shown and nobody owns anything."""
    ACTIVE = "active"
    """In use, with the setup that was confirmed."""


class RolledVote(RegistrarTable, table=True):
    """A vote whose roll the registrar made: what it needs to decide by itself."""

    __tablename__: ClassVar[str] = "registrar_vote"
    __table_args__ = (
        CheckConstraint("state IN ('prepared', 'active')", name="state"),
        CheckConstraint("size > 0 AND length(roll_hash) = 64", name="roll"),
        CheckConstraint("(setup_hash IS NULL) = (confirmation IS NULL)", name="setup"),
        CheckConstraint("state = 'prepared' OR setup_hash IS NOT NULL", name="active"),
        CheckConstraint("(turnout IS NULL) = (voted_digest IS NULL)", name="turnout"),
    )

    vote_uuid: str = Field(primary_key=True)
    state: str = RollState.PREPARED.value
    binding: bool
    rehearsal: bool = False
    """As the setup says that was confirmed."""
    generated: bool = False
    """Voters are on the roll whom nobody is: then it can be nothing but a rehearsal."""
    closes_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    size: int
    weight: int = Field(sa_type=BigInteger)
    """Of all voters together."""
    roll_hash: str
    sealed_salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The random bytes in `roll_hash`, encrypted; destroyed with the mapping."""
    prepared_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    setup_hash: str | None = None
    """Of the setup document that was confirmed: one for each roll that was prepared."""
    confirmation: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When the private credentials were deleted; from then on none can be shown."""
    forgotten_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When whose credential is whose was deleted: the time for complaints had passed."""
    turnout: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    voted_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """SHA-256 of the one list that `turnout` was computed from."""
    muted_until: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Until then nobody is told whether a credential is theirs: wrong ones were asked about as if to try them all."""


class RollEntry(RegistrarTable, table=True):
    """One person's place on the roll of one vote. The rows stand in the order of their owners' hashes."""

    __tablename__: ClassVar[str] = "registrar_entry"
    __table_args__ = (
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("length(owner) = 32", name="owner"),
        CheckConstraint("length(public_credential) = 64", name="public_credential"),
        CheckConstraint("length(number) = 32", name="number"),
        UniqueConstraint("vote_uuid", "public_credential"),
    )

    vote_uuid: str = Field(
        sa_column=Column(String, ForeignKey("registrar_vote.vote_uuid", ondelete="CASCADE"), primary_key=True)
    )
    owner: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Keyed hash of vote and person (`Vault.owner`)."""
    public_credential: str
    sealed_credential: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The private credential, encrypted under the registrar's storage key and bound to vote and person."""
    number: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Keyed hash of vote, person and the IIN that the register had for them when the roll was prepared
    (`Vault.number`): an electronic identity must name it. None for who was in no register; deleted with the code."""
    sealed_territory: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The region for the turnout, encrypted and bound to vote and credential; as long for every region."""
    weight: int = Field(sa_type=BigInteger)
    blocked_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When its theft was reported."""
    muted_until: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Until then nobody is told whether a credential is this person's: too many wrong ones were asked about."""


class WrongAnswer(RegistrarTable, table=True):
    """A credential on a roll of which was said that it is not that person's. Said once more, it tells nothing new, so
    it is counted once."""

    __tablename__: ClassVar[str] = "registrar_wrong_answer"
    __table_args__ = (Index("ix_registrar_wrong_answer_vote_uuid_at", "vote_uuid", "at"),)

    pair_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Keyed hash of vote, person and credential (`Vault.pair`): who tried whose code cannot be read here."""
    vote_uuid: str = Field(
        sa_column=Column(String, ForeignKey("registrar_vote.vote_uuid", ondelete="CASCADE"), nullable=False)
    )
    owner: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))


class Asked(RegistrarTable, table=True):
    """A challenge that somebody is to answer."""

    __tablename__: ClassVar[str] = "registrar_challenge"
    __table_args__ = (
        CheckConstraint("way IN ('passkey', 'eid', 'code')", name="way"),
        CheckConstraint("tries >= 0", name="tries"),
    )

    id_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """SHA-256 of the challenge's id."""
    about: str
    """What is proved for: a vote's uuid, or a petition's reference and the act."""
    owner: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    way: str
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The nonce of a passkey's or an electronic identity's challenge; of a code, its keyed hash."""
    tries: int = 0
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class Release(RegistrarTable, table=True):
    """Somebody has proved who they are, and may see their credential once."""

    __tablename__: ClassVar[str] = "registrar_release"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    vote_uuid: str
    owner: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class EnrolledKey(RegistrarTable, table=True):
    """The public half of a passkey that was enrolled in person."""

    __tablename__: ClassVar[str] = "registrar_passkey"
    __table_args__ = (
        CheckConstraint("sign_count >= 0", name="sign_count"),
        CheckConstraint("length(number) = 32", name="number"),
    )

    credential_id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    holder: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    """Keyed hash of the person (`Vault.holder`)."""
    number: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Keyed hash of the person and the IIN that the register had for them at the enrolment (`passkeys.number`): it acts
    in petitions under no other. None if there was none to be read: then in no petition at all."""
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """A COSE key."""
    sign_count: int = 0
    enrolled_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    counts_from: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    """Until then it proves nothing. Stored, so that neither another setting nor a clock set back shortens the wait."""
    stopped_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Since when it is refused: its count went back, as that of a copy would."""


class CodeCount(RegistrarTable, table=True):
    """How many codes were mailed to somebody, and entered wrongly by them, within an hour."""

    __tablename__: ClassVar[str] = "registrar_code_count"

    owner: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    since: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
    mailed: int = 0


class Outgoing(RegistrarTable, table=True):
    """A mail that the registrar has to send: sealed, in no order, and deleted when it has left or was given up."""

    __tablename__: ClassVar[str] = "registrar_mail"

    id: str = Field(primary_key=True)
    """Random."""
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    run_after: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
    attempts: int = 0
