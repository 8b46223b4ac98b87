"""Tables of the identity room. Tokens and codes are never stored, only their hashes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from egov_participation.actions import Capacity
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


class ProviderSignIn(SQLModel, table=True):
    """Somebody was sent to sign in at a provider (OpenID Connect) and is expected back; deleted as they come."""

    __tablename__: ClassVar[str] = "identity_provider_sign_in"

    state_hash: str = Field(primary_key=True)
    """SHA-256 in hex of the state that went with them; nonce and PKCE's verifier follow from the state and a key."""
    browser_hash: str
    """SHA-256 in hex of the browser's token before sign-in: nobody else's browser may come back with the answer."""
    issuer: str
    lang: str
    next_path: str
    asked: str = ""
    """Of who proves to the registrar who they are: JSON of vote, challenge and the registrar's nonce; else empty."""
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class AddressChange(SQLModel, table=True):
    """A person wants to be written to at another mail address. It holds once the new one is confirmed and 72 hours have
    passed in which the owner of the old one did not object."""

    __tablename__: ClassVar[str] = "identity_address_change"

    person_id: str = Field(primary_key=True)
    mail: str
    """The new one."""
    confirm_hash: str = Field(unique=True)
    """SHA-256 in hex of the token that was mailed to the new address."""
    cancel_hash: str = Field(unique=True)
    """SHA-256 in hex of the token that was mailed to the old address."""
    asked_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    due_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))
    level: int
    """The assurance of the session that asked for it: what a mailed code began ends with the first passkey or app."""


class LoginSession(SQLModel, table=True):
    """A session on the main site or on the booth's."""

    __tablename__: ClassVar[str] = "identity_session"
    __table_args__ = (
        CheckConstraint("site IN ('main', 'booth')", name="site"),
        CheckConstraint("(site = 'booth') = (vote IS NOT NULL)", name="vote"),
        CheckConstraint("(site = 'booth') = (parent IS NOT NULL)", name="parent"),
        CheckConstraint("assurance BETWEEN 1 AND 3", name="assurance"),
        CheckConstraint("capacity IN ('citizen', 'official')", name="capacity"),
        CheckConstraint("capacity = 'citizen' OR (site = 'main' AND assurance >= 2)", name="official"),
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
    capacity: str = Capacity.CITIZEN.value
    """What the session acts as, of `actions.Capacity`: an official's never acts as a citizen."""
    method: str
    """The last thing that was proved, a `rules.Method`."""
    passkey: str | None = Field(default=None, index=True)
    """`Passkey.public_id` of the one that opened it: the session ends with the passkey."""
    app: str | None = Field(default=None, index=True)
    """`Totp.public_id` of the app whose code was entered: the session ends with the app."""
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


class PasskeyHolder(SQLModel, table=True):
    """What an authenticator knows a person by: random, so that it tells nothing and leads to no other table."""

    __tablename__: ClassVar[str] = "identity_passkey_holder"

    person_id: str = Field(primary_key=True)
    handle: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))


class Passkey(SQLModel, table=True):
    """A key pair on somebody's device, of which this is the public half (W3C Web Authentication, level 3)."""

    __tablename__: ClassVar[str] = "identity_passkey"
    __table_args__ = (
        CheckConstraint("level IN (2, 3)", name="level"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
    )

    public_id: str = Field(primary_key=True)
    """Names it on its owner's pages."""
    person_id: str = Field(index=True)
    credential_id: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """A COSE key."""
    sign_count: int
    """How often the authenticator says it has signed; many always say 0."""
    level: int
    """The assurance of signing in with it: 2 added by oneself, 3 enrolled in person."""
    name: str
    synced: bool
    """Whether a password manager copies it to the person's other devices."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    stopped_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Since when it is refused: its count went back, as that of a copy would."""


class Challenge(SQLModel, table=True):
    """What an authenticator shall sign, once; deleted as it is used."""

    __tablename__: ClassVar[str] = "identity_challenge"

    owner: str = Field(primary_key=True)
    """SHA-256 in hex of the token of the browser, or of the session, that asked for it."""
    purpose: str = Field(primary_key=True)
    challenge: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    person_id: str | None = None
    """Whose passkey shall be made; None where a passkey is to tell who somebody is."""
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class Totp(SQLModel, table=True):
    """An app that shows codes (RFC 6238), confirmed by one of them."""

    __tablename__: ClassVar[str] = "identity_totp"

    person_id: str = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The secret, encrypted and bound to the person."""
    public_id: str = Field(unique=True)
    """Tells it from one that was set up before or after it."""
    last_step: int
    """The latest time step whose code was used: neither it nor an earlier one works again."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))


class PendingTotp(SQLModel, table=True):
    """The secret of an app that is being set up in one session."""

    __tablename__: ClassVar[str] = "identity_totp_pending"

    session: str = Field(primary_key=True)
    """`token_hash` of the session."""
    person_id: str = Field(index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class RecoveryCode(SQLModel, table=True):
    """A code on paper for somebody who lost every device; deleted as it is used."""

    __tablename__: ClassVar[str] = "identity_recovery_code"

    person_id: str = Field(primary_key=True)
    selector: str = Field(primary_key=True)
    """The code's first group, by which it is found: so a try costs one slow hash and not ten."""
    hash: str
    """Argon2id of the rest, with its salt and parameters."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
