"""The embedded register of residents."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Resident(SQLModel, table=True):
    """A resident. The IIN is there twice and legible in neither: sealed, and as a keyed hash to be found by."""

    __tablename__: ClassVar[str] = "registry_resident"
    __table_args__ = (
        CheckConstraint("length(person_id) = 32", name="person_id"),
        CheckConstraint("length(iin_hash) = 32", name="iin_hash"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
        CheckConstraint("territory LIKE 'KZ-__'", name="territory"),
        CheckConstraint("length(mark) = 32", name="mark"),
    )

    person_id: str = Field(primary_key=True)
    """128 random bits in hex; what every other room knows a person by."""
    iin_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    iin_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    family_name: str
    given_name: str
    patronymic: str = ""
    """Empty if there is none."""
    birth_date: date
    mail: str
    territory: str = Field(index=True)
    """ISO 3166-2:KZ code of the region."""
    district: str = Field(default="", index=True)
    """Code of the district, city or city district; empty where not known."""
    language: str
    """What mails are written in: kk, ru or en."""
    address_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Locality, street and house: nobody but the person is shown them, so nobody can read them here."""
    updated_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    mark: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash (`IinKeys.mark`) of all that decides in this row, by the registrar's key: it takes no other row."""


class KnownPerson(SQLModel, table=True):
    """Somebody of a registry that is asked over HTTP: the id that the platform knows the person by, which never
    changes, and for a time what the registry said."""

    __tablename__: ClassVar[str] = "registry_known_person"
    __table_args__ = (
        CheckConstraint("length(person_id) = 32", name="person_id"),
        CheckConstraint("length(iin_hash) = 32", name="iin_hash"),
        CheckConstraint("(record_sealed IS NULL) = (fetched_at IS NULL)", name="record"),
    )

    person_id: str = Field(primary_key=True)
    """As `Resident.person_id`."""
    iin_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    iin_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    record_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """What the registry said, as JSON; empty for somebody known from a roll alone, gone from the registry, or not
    asked about for long."""
    fetched_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=True))
    mark: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """As `Resident.mark`, where the registrar itself has asked; it goes by no other record."""


class Outage(SQLModel, table=True):
    """Whether the registry answers, for all processes of the platform: one row while it does not."""

    __tablename__: ClassVar[str] = "registry_outage"

    name: str = Field(primary_key=True)
    """Which registry."""
    failures: int
    """How often in a row it was asked in vain."""
    retry_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """Nobody asks before; empty while there were too few failures to stop asking."""


class OwnContact(SQLModel, table=True):
    """How a person wants to be written to, where it is not what the registry says; that stays as it is."""

    __tablename__: ClassVar[str] = "registry_own_contact"
    __table_args__ = (CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),)

    person_id: str = Field(primary_key=True)
    mail: str | None = None
    """None: the registry's."""
    language: str | None = None
    """None: the registry's."""
    changed_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
