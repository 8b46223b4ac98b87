"""What comes in from auditors' pages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, PlainValidator

from egov_participation.i18n import N_


def _number(value: object) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError(N_("Write a whole number."))
    return int(text)


Number = Annotated[int, PlainValidator(_number)]
Typed = Annotated[str, PlainValidator(lambda value: "".join(str(value).split())[:200])]
"""Without spaces: people copy numbers with them."""


class BeginForm(BaseModel):
    """Which petition, and how many signatures."""

    petition: Typed = ""
    sample: Number = 0

    model_config = {"validate_default": True}


class ValueForm(BaseModel):
    """A commitment, or the value itself."""

    value: Typed = ""


class ReportForm(BaseModel):
    """What came of it."""

    confirmed: Number
    denied: Number
    unreached: Number
    asked_yes: Number
    asked_no: Number


class AnswerForm(BaseModel):
    """What somebody of the sample says."""

    signed: Typed = ""
