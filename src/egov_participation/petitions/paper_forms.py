"""What comes in from the desk: forms with signatures on paper."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, PlainValidator

from egov_participation.i18n import N_
from egov_participation.petitions.rules.paper import FORM
from egov_participation.registry.fields import IinOfPerson
from egov_participation.registry.iin import Iin
from egov_participation.writing import Reason, one_line

_REFERENCE = re.compile(r"P-\d{4}-\d{4,9}", re.ASCII)
_MAX_WITNESS = 120


def _read_reference(value: object) -> str:
    text = one_line(value).upper().replace("‑", "-")
    text = text.replace("Р", "P")  # a Cyrillic letter that looks alike
    if _REFERENCE.fullmatch(text) is None:
        raise ValueError(N_("Enter the petition’s number, such as P-2026-0042."))
    return text


def _read_form(value: object) -> str:
    text = one_line(value).upper().replace(" ", "")
    if FORM.fullmatch(text) is None:
        raise ValueError(N_("Enter the number printed on the form: digits, Latin letters and dashes."))
    return text


def _read_witness(value: object) -> str:
    text = one_line(value)
    if not text:
        raise ValueError(N_("Enter who saw it signed, as the form says."))
    if len(text) > _MAX_WITNESS:
        raise ValueError(N_("Say it in 120 characters at most."))
    return text


def _read_seen(value: object) -> str:
    if value != "yes":
        raise ValueError(N_("Look at the identity card first, and confirm it."))
    return "yes"


_Reference = Annotated[str, PlainValidator(_read_reference)]


class EntryForm(BaseModel):
    """A form with a signature."""

    petition: _Reference = ""
    form: Annotated[str, PlainValidator(_read_form)] = ""
    iin: IinOfPerson = Iin("")
    witness: Annotated[str, PlainValidator(_read_witness)] = ""

    model_config = {"validate_default": True}


class WithdrawForm(BaseModel):
    """Why a form is taken back."""

    reason: Reason = ""

    model_config = {"validate_default": True}


class ReinstateForm(BaseModel):
    """Somebody who is present says that a signature that is not counted is theirs."""

    petition: _Reference = ""
    iin: IinOfPerson = Iin("")
    seen: Annotated[str, PlainValidator(_read_seen)] = ""

    model_config = {"validate_default": True}
