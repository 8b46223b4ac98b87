"""What comes in from the pages about trustees, frozen setups and what is proposed to another member."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, PlainValidator, field_validator, model_validator

from egov_participation.commission.draft_forms import NAME, Day, Time, Version, read_text
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.voting.texts import Texts
from egov_participation.web import days
from egov_participation.writing import Reason, one_line

PUBLIC_REASON: Final = 1000
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")


def _read_name(value: object) -> str:
    text = read_text(NAME)(value)
    if not text:
        raise ValueError(N_("Write the name in this language too."))
    return text


def _read_mail(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not _MAIL.fullmatch(text) or not text.isprintable():
        raise ValueError(N_("Write a mail address like name@example.kz."))
    return text


def _read_language(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError(N_("Choose the language that the trustee is written to in."))
    return str(value)


def _read_public(value: object) -> str:
    text = one_line(value)
    if len(text) < 10:
        raise ValueError(N_("Write a sentence in this language too: everybody reads it on the vote’s page."))
    if len(text) > PUBLIC_REASON:
        raise ValueError(N_("At most 1,000 characters fit here."))
    return text


Name = Annotated[str, PlainValidator(_read_name)]
Public = Annotated[str, PlainValidator(_read_public)]


class TrusteeForm(BaseModel):
    """Who is asked to hold a key."""

    name_kk: Name = ""
    name_ru: Name = ""
    name_en: Name = ""
    mail: Annotated[str, PlainValidator(_read_mail)] = ""
    language: Annotated[str, PlainValidator(_read_language)] = ""
    offline: bool = False
    always: bool = False

    model_config = {"validate_default": True}

    def name(self) -> Texts:
        """In three languages."""
        return Texts(self.name_kk, self.name_ru, self.name_en)


class FreezeForm(BaseModel):
    """Freeze the draft that the page showed."""

    version: Version


class ThawForm(BaseModel):
    """Why a frozen setup is taken back."""

    reason: Reason = ""

    model_config = {"validate_default": True}


class AnewForm(BaseModel):
    """Why the key is made anew."""

    ceremony: str = ""
    """Which ceremony is given up."""
    reason: Reason = ""

    model_config = {"validate_default": True}


class PublicForm(BaseModel):
    """A sentence to the public in three languages: a reason, or an erratum."""

    public_kk: Public = ""
    public_ru: Public = ""
    public_en: Public = ""

    model_config = {"validate_default": True}

    def texts(self) -> Texts:
        """In three languages."""
        return Texts(self.public_kk, self.public_ru, self.public_en)


class ExtensionForm(PublicForm):
    """When the vote shall close instead, and why."""

    closes: Day = None
    closes_time: Time = None

    @model_validator(mode="before")
    @classmethod
    def _put_day_together(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {"closes": days.put_together(values, "closes")}

    @field_validator("closes_time", "closes")
    @classmethod
    def _is_there(cls, given: object) -> object:
        if given is None:
            raise ValueError(N_("Write the day and the time at which the vote shall close."))
        return given

    def closes_at(self) -> datetime:
        """As the clock on the wall shows it."""
        if self.closes is None or self.closes_time is None:
            raise ValueError("the form was not validated")
        return datetime.combine(self.closes, self.closes_time)
