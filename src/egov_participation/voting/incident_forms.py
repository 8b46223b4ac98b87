"""What comes in by the forms of a vote's incidents."""

from __future__ import annotations

from pydantic import BaseModel, field_validator

from egov_participation.correspondence.fields import MailOrNothing, Once, Written
from egov_participation.i18n import N_
from egov_participation.incidents.service import Kind
from egov_participation.web.forms import written


class ReportForm(BaseModel):
    """Somebody reports an incident."""

    once: Once
    kind: Kind
    text: Written
    mail: MailOrNothing = ""

    @field_validator("kind", mode="before")
    @classmethod
    def _kind(cls, value: object) -> object:
        if value not in set(Kind):
            raise ValueError(N_("Choose what happened."))
        return value


class TheftForm(BaseModel):
    """A voter has their code blocked."""

    sure: str = ""
    text: str = ""

    # Browsers send nothing for a box that is not ticked: what is missing is looked at too.
    model_config = {"validate_default": True}

    @field_validator("sure")
    @classmethod
    def _sure(cls, value: str) -> str:
        if value != "yes":
            raise ValueError(N_("Confirm that the code shall be blocked. This cannot be undone."))
        return value

    @field_validator("text")
    @classmethod
    def _text(cls, value: str) -> str:
        return written(value) if value.strip() else ""


class AnswerForm(BaseModel):
    """The commission's public answer."""

    kk: Written
    ru: Written
    en: Written
    checked: str = ""
    """``yes``: it holds no personal data, whatever it looks like."""

    @property
    def texts(self) -> dict[str, str]:
        """The answer by language."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}
