"""What comes in by the pages on which people comment, and by those of moderators."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, StringConstraints

from egov_participation.consultations.models import AmendmentKind, Capacity, Stance
from egov_participation.consultations.rules import commenting
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.web.forms import cleaned, written
from egov_participation.writing import one_line


def _text(value: str) -> str:
    text = cleaned(value).strip()
    if len(text) < 3:
        raise ValueError(N_("Write what you think of it."))
    if len(text) > commenting.LONGEST_TEXT:
        raise ValueError(N_("Say it in 8000 characters at most; more can go with it as a file."))
    return text


def _proposed(value: str) -> str:
    text = cleaned(value).strip()
    if len(text) > commenting.LONGEST_PROPOSED:
        raise ValueError(N_("That is more than a provision can hold here: 20,000 characters at most."))
    return text


def _organisation(value: str) -> str:
    line = one_line(unicodedata.normalize("NFC", value))
    if len(line) > commenting.LONGEST_NAME:
        raise ValueError(N_("Say it in 150 characters at most."))
    return line


def _edit(value: str) -> str:
    text = cleaned(value).strip()
    if len(text) < 3:
        raise ValueError(N_("Write what you want to add."))
    if len(text) > commenting.LONGEST_EDIT:
        raise ValueError(N_("Say it in 4000 characters at most."))
    return text


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(N_("Choose a language."))
    return value


def _stance(value: str) -> Stance:
    if value not in set(Stance):
        raise ValueError(N_("Choose what you think of it."))
    return Stance(value)


def _capacity(value: str) -> Capacity:
    if value not in set(Capacity):
        raise ValueError(N_("Choose who you are writing as."))
    return Capacity(value)


def _amendment(value: str) -> AmendmentKind | None:
    return AmendmentKind(value) if value in set(AmendmentKind) else None


class PlaceForm(BaseModel):
    """What a comment is about: what stands in the address of its pages after ``?``."""

    provision: Annotated[str, StringConstraints(max_length=200)] = ""
    """Its eId; empty: the whole draft."""
    text: Annotated[str, StringConstraints(pattern="^(kk|ru|en)?$")] = ""
    """Language of the text that is read."""
    about: Annotated[str, StringConstraints(pattern="^[0-9]{0,9}$")] = ""
    """Number of the amendment that is discussed."""
    amendment: Annotated[str, AfterValidator(_amendment)] = ""
    """That other words are proposed, and what they do."""


class CommentForm(BaseModel):
    """A comment or an amendment."""

    quote: Annotated[str, StringConstraints(max_length=20_000)] = ""
    start: Annotated[str, StringConstraints(pattern="^[0-9]{0,9}$")] = ""
    stance: Annotated[str, AfterValidator(_stance)] = Stance.NONE
    text: Annotated[str, AfterValidator(_text)]
    capacity: Annotated[str, AfterValidator(_capacity)] = Capacity.CITIZEN
    organisation: Annotated[str, AfterValidator(_organisation)] = ""
    shown: Annotated[str, StringConstraints(pattern="^(yes|no)$")] = "no"
    lang: Annotated[str, AfterValidator(_language)]
    amendment: Annotated[str, AfterValidator(_amendment)] = ""
    proposed: Annotated[str, AfterValidator(_proposed)] = ""


FIELDS: Final = tuple(CommentForm.model_fields)
"""What a draft keeps."""


class SendForm(BaseModel):
    """The summary was looked at."""

    seen: Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}$")]


class AddForm(BaseModel):
    """What is added to a comment."""

    added: Annotated[str, AfterValidator(_edit)]


class AppealForm(BaseModel):
    """Why words should not be covered."""

    why: Annotated[str, AfterValidator(written)]


class CoverForm(BaseModel):
    """What is covered, and why."""

    ground: Annotated[str, StringConstraints(max_length=40)]
    reason: Annotated[str, AfterValidator(written)]
    what: Annotated[str, StringConstraints(pattern="^(all|words)$")]
    words: Annotated[str, StringConstraints(max_length=20_000)] = ""


class DecideForm(BaseModel):
    """What is decided on an appeal."""

    decision: Annotated[str, StringConstraints(pattern="^(grant|refuse)$")]
    reason: Annotated[str, AfterValidator(written)]


class EraseForm(BaseModel):
    """Who asks that words be destroyed, the law or a court, and why."""

    by: Annotated[str, StringConstraints(pattern="^(law|court)$")]
    reason: Annotated[str, AfterValidator(written)]
