"""What comes in from the office's pages about answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from egov_participation.i18n import N_
from egov_participation.petitions.rules.outcomes import LANGUAGES, Content, File, Link, To, Words
from egov_participation.web import days
from egov_participation.web.forms import cleaned
from egov_participation.writing import Reason, one_line

SUMMARY: Final = 500
DETAILS: Final = 20_000
"""Characters."""
LINKS: Final = 3
_URL: Final = 500
_NAME: Final = 100
_NO_DAY: Final = N_("There is no such day. Write it like 31 12 2026.")


def _read_summary(value: object) -> str:
    text = one_line(value)
    if len(text) < 10:
        raise ValueError(N_("Say it in a sentence or two in this language too: it is what people read first."))
    if len(text) > SUMMARY:
        raise ValueError(N_("Say it in 500 characters at most. More fits into the details."))
    return text


def _read_details(value: object) -> str:
    text = cleaned(value if isinstance(value, str) else "").strip()
    if len(text) > DETAILS:
        raise ValueError(N_("At most 20,000 characters fit here. Link to a longer document."))
    return text


def _read_to(value: object) -> To:
    try:
        return To(str(value))
    except ValueError:
        raise ValueError(N_("Choose what is to be said.")) from None


def _read_url(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fits = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and parts.port in (None, 443)
    except ValueError:
        fits = False
    if not fits or len(text) > _URL or not text.isprintable() or " " in text:
        raise ValueError(N_("Write the whole address; it begins with https://."))
    return text


def _read_name(value: object) -> str:
    text = one_line(value)
    if not text or len(text) > _NAME:
        raise ValueError(N_("Say what it is, in 100 characters at most."))
    return text


def _read_agency(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(N_("Choose the agency that answers."))
    return value


_Summary = Annotated[str, PlainValidator(_read_summary)]
_Details = Annotated[str, PlainValidator(_read_details)]
_Title = Annotated[str, PlainValidator(one_line)]
_Url = Annotated[str, PlainValidator(_read_url)]


class OutcomeForm(BaseModel):
    """What the public shall read, in three languages."""

    to: Annotated[To, PlainValidator(_read_to)] = To.ANSWERED
    day: Annotated[date | None, PlainValidator(lambda value: days.read_day(value, _NO_DAY))] = None
    summary_kk: _Summary = ""
    summary_ru: _Summary = ""
    summary_en: _Summary = ""
    details_kk: _Details = ""
    details_ru: _Details = ""
    details_en: _Details = ""
    title_1: _Title = ""
    title_2: _Title = ""
    title_3: _Title = ""
    url_1: _Url = ""
    url_2: _Url = ""
    url_3: _Url = ""
    files: list[str] = Field(default_factory=list, max_length=20)
    """SHA-256 of each."""

    model_config = {"validate_default": True}

    @model_validator(mode="before")
    @classmethod
    def _put_day_together(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {"day": days.put_together(values, "day")}

    @field_validator("url_1", "url_2", "url_3")
    @classmethod
    def _goes_with_its_title(cls, url: str, info: ValidationInfo) -> str:
        title = info.data.get(str(info.field_name).replace("url", "title"))
        if bool(url) != bool(title):
            raise ValueError(N_("A link needs both: what it is, and its address."))
        return url

    def content(self, reference: str, files: Sequence[File]) -> Content:
        """What is proposed; its agency and thresholds are filled in where it is.

        Args:
            files: those with the petition, of which some are named.
        """
        values: dict[str, Any] = self.model_dump()
        links = [(values[f"title_{number}"], values[f"url_{number}"]) for number in range(1, LINKS + 1)]
        return Content(
            petition=reference,
            to=self.to,
            agency="",
            texts={lang: Words(values[f"summary_{lang}"], values[f"details_{lang}"]) for lang in LANGUAGES},
            day=self.day if self.to in (To.SCHEDULED, To.HELD) else None,
            links=tuple(Link(title, url) for title, url in links if url),
            files=tuple(file for file in files if file.sha256 in self.files),
        )


def typed(content: Content) -> Mapping[str, str]:
    """The form as it is filled in with what was proposed before."""
    values = {"to": content.to.value, **(days.fields(content.day, "day") if content.day else {})}
    for lang in LANGUAGES:
        values |= {f"summary_{lang}": content.texts[lang].summary, f"details_{lang}": content.texts[lang].details}
    for number, link in enumerate(content.links, 1):
        values |= {f"title_{number}": link.title, f"url_{number}": link.url}
    return values


class DocumentForm(BaseModel):
    """What a document is."""

    name: Annotated[str, PlainValidator(_read_name)] = ""

    model_config = {"validate_default": True}


class AgencyForm(BaseModel):
    """Which agency answers a petition, and why."""

    agency: Annotated[str, PlainValidator(_read_agency)] = ""
    reason: Reason = ""

    model_config = {"validate_default": True}
