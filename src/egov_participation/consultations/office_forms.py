"""What comes in from the office's pages about drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, PlainValidator, model_validator

from egov_participation.consultations.service import papers
from egov_participation.consultations.service.drafting import Details
from egov_participation.documents.structure import Kind
from egov_participation.i18n import N_
from egov_participation.jurisdiction.territories import country
from egov_participation.web import days
from egov_participation.web.forms import cleaned
from egov_participation.writing import Reason, one_line

LANGUAGES: Final = ("kk", "ru", "en")
LONGEST_TITLE: Final = 300
LONGEST_SUMMARY: Final = 3000
"""Characters."""
_LONGEST_NAME: Final = 200
_NO_DAY: Final = N_("There is no such day. Write it like 31 12 2026.")


def _read_title(value: object) -> str:
    text = one_line(value)
    if len(text) > LONGEST_TITLE:
        raise ValueError(N_("Say it in 300 characters at most; the whole name of the act stands in its text."))
    return text


def _read_summary(value: object) -> str:
    text = cleaned(value if isinstance(value, str) else "").strip()
    if len(text) > LONGEST_SUMMARY:
        raise ValueError(N_("Say it in 3,000 characters at most. More fits into the explanatory note."))
    return text


def _read_agency(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(N_("Choose the agency."))
    return value


def _read_territory(value: object) -> str:
    if value and value not in country("kz").territories:
        raise ValueError(N_("Choose the territory."))
    return str(value or "")


def _read_kind(value: object) -> Kind:
    try:
        return Kind(str(value))
    except ValueError:
        raise ValueError(N_("Choose what it is.")) from None


def _read_paper_kind(value: object) -> str:
    if value not in papers.KINDS:
        raise ValueError(N_("Choose what it is."))
    return str(value)


def _read_lang(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError(N_("Choose its language."))
    return str(value)


def _read_name(value: object) -> str:
    text = one_line(value)
    if not text or len(text) > _LONGEST_NAME:
        raise ValueError(N_("Say what it is, in 200 characters at most."))
    return text


def _read_number(value: object) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(N_("This page is out of date. Open it again."))
    return int(text)


_Title = Annotated[str, PlainValidator(_read_title)]
_Summary = Annotated[str, PlainValidator(_read_summary)]
_Code = Annotated[str, PlainValidator(one_line)]
Number = Annotated[int, PlainValidator(_read_number)]


class DetailsForm(BaseModel):
    """What a draft is."""

    agency: Annotated[str, PlainValidator(_read_agency)] = ""
    act_kind: _Code = ""
    stage: _Code = ""
    territory: Annotated[str, PlainValidator(_read_territory)] = ""
    closes_on: Annotated[date | None, PlainValidator(lambda value: days.read_day(value, _NO_DAY))] = None
    title_kk: _Title = ""
    title_ru: _Title = ""
    title_en: _Title = ""
    summary_kk: _Summary = ""
    summary_ru: _Summary = ""
    summary_en: _Summary = ""
    seen: _Code = ""

    model_config = {"validate_default": True}

    @model_validator(mode="before")
    @classmethod
    def _put_day_together(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {"closes_on": days.put_together(values, "closes_on")}

    def details(self) -> Details:
        """As the room has it."""
        texts = {lang: (getattr(self, f"title_{lang}"), getattr(self, f"summary_{lang}")) for lang in LANGUAGES}
        return Details(
            texts={lang: text for lang, text in texts.items() if any(text)},
            act_kind=self.act_kind,
            stage=self.stage,
            territory=self.territory,
            closes_on=self.closes_on,
        )


def typed(details: Details, agency: str, seen: str) -> Mapping[str, str]:
    """The form as it is filled in with what was written down."""
    values = {
        "agency": agency,
        "act_kind": details.act_kind,
        "stage": details.stage,
        "territory": details.territory,
        "seen": seen,
    }
    if details.closes_on is not None:
        values |= days.fields(details.closes_on, "closes_on")
    for lang, (title, summary) in details.texts.items():
        values |= {f"title_{lang}": title, f"summary_{lang}": summary}
    return values


class TextForm(BaseModel):
    """Pasted text, or nothing where a file comes instead."""

    text: Annotated[str, PlainValidator(lambda value: value if isinstance(value, str) else "")] = ""


class CorrectionForm(BaseModel):
    """What is done with a provision."""

    revision: Number = -1
    act: _Code = ""
    """``save``, ``in``, ``out``, ``join``, ``split`` or ``delete``."""
    kind: Annotated[Kind, PlainValidator(_read_kind)] = Kind.TEXT
    number: _Code = ""
    label: _Code = ""
    heading: _Code = ""
    text: Annotated[str, PlainValidator(lambda value: value if isinstance(value, str) else "")] = ""
    line: Annotated[int, PlainValidator(lambda value: _read_number(value or "0"))] = 0

    model_config = {"validate_default": False}


class RevisionForm(BaseModel):
    """Which state of a text the page showed."""

    revision: Number = -1

    model_config = {"validate_default": True}


class TitleForm(RevisionForm):
    """What the act is called."""

    title: _Code = ""


class PaperForm(BaseModel):
    """What a document with a draft is."""

    kind: Annotated[str, PlainValidator(_read_paper_kind)] = ""
    lang: Annotated[str, PlainValidator(_read_lang)] = ""
    name: Annotated[str, PlainValidator(_read_name)] = ""

    model_config = {"validate_default": True}


class PairForm(BaseModel):
    """Which provision of the other language says the same; empty: none."""

    other: _Code = ""


class ReasonForm(BaseModel):
    """Why, in public."""

    reason: Reason = ""

    model_config = {"validate_default": True}


class ExtensionForm(ReasonForm):
    """Until when comments are taken, and why."""

    closes_on: Annotated[date | None, PlainValidator(lambda value: days.read_day(value, _NO_DAY))] = None

    @model_validator(mode="before")
    @classmethod
    def _put_day_together(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {"closes_on": days.put_together(values, "closes_on")}


class ConfirmForm(BaseModel):
    """What is said of doubtful changes: a field for each, ``change-`` with its id."""
