"""Tables of the identity room. Tokens and codes are never stored, only their hashes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class SignIn(SQLModel, table=True):
    """A sign-in under way: an IIN was given, a code is expected. One a browser.

    It exists alike for an IIN that is in the register and for one that is not; the job that looks there fills in the
    person and the code.
    """

    __tablename__: ClassVar[str] = "identity_sign_in"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        CheckConstraint("(code_hash IS NULL) = (person_id IS NULL)", name="code"),
    )

    browser_hash: str = Field(primary_key=True)
    """SHA-256 in hex of the browser's token before sign-in."""
    attempt: str = Field(unique=True)
    """Random; what the job and the seal know it by."""
    iin_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    lang: str
    next_path: str
    """Where to go afterwards: a path of this site."""
    person_id: str | None = None
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    tries: int = 0
    """How many codes were entered."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class LoginSession(SQLModel, table=True):
    """A session on the main site or on the booth's."""

    __tablename__: ClassVar[str] = "identity_session"
    __table_args__ = (
        CheckConstraint("site IN ('main', 'booth')", name="site"),
        CheckConstraint("(site = 'booth') = (vote IS NOT NULL)", name="vote"),
        CheckConstraint("(site = 'booth') = (parent IS NOT NULL)", name="parent"),
        CheckConstraint("assurance BETWEEN 1 AND 3", name="assurance"),
    )

    token_hash: str = Field(primary_key=True)
    """SHA-256 in hex of the token in the cookie; the token has 256 random bits, so it needs no salt."""
    public_id: str = Field(unique=True)
    """Names the session on its owner's page, where the hash has no business."""
    site: str
    parent: str | None = Field(default=None, index=True)
    """On the booth: `token_hash` of the main session that it came from and ends with."""
    person_id: str = Field(index=True)
    vote: str | None = None
    assurance: int
    agent: str
    """Browser and system in words, e.g. ``Firefox, Android``; empty if unknown."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    signed_in_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
    """To the minute: it is not written at every request."""
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class Handoff(SQLModel, table=True):
    """A way from the main site to the booth's that can be gone once; deleted as it is used."""

    __tablename__: ClassVar[str] = "identity_handoff"
    __table_args__ = (CheckConstraint("purpose IN ('booth', 'credential')", name="purpose"),)

    token_hash: str = Field(primary_key=True)
    parent: str
    """`token_hash` of the main session that asked for it."""
    vote: str
    purpose: str
    lang: str
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
