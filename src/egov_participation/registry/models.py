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
    language: str
    """What mails are written in: kk, ru or en."""
    updated_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
