"""What comes in from the pages of signing in and of one's own data."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, PlainValidator

from egov_participation.i18n import N_
from egov_participation.identity.rules import CODE_DIGITS
from egov_participation.registry.iin import Iin, IinError, IinProblem

_IIN_SENTENCES: Final = {
    IinProblem.EMPTY: N_("Enter your IIN."),
    IinProblem.LENGTH: N_("An IIN has 12 digits. Check that none is missing or too many."),
    IinProblem.NOT_DIGITS: N_("An IIN consists of digits only."),
    IinProblem.BIRTH_DATE: N_("This is not an IIN: it should begin with your date of birth. Check each digit."),
    IinProblem.CENTURY: N_("This is not an IIN. Check each digit."),
    IinProblem.CHECKSUM: N_("One of the digits is mistyped. Check each of them against your identity card."),
}


def _read_iin(value: object) -> Iin:
    try:
        return Iin.parse(value if isinstance(value, str) else "")
    except IinError as error:
        raise ValueError(_IIN_SENTENCES[error.problem]) from None


def _read_code(value: object) -> str:
    code = "".join(value.split()) if isinstance(value, str) else ""
    if not code:
        raise ValueError(N_("Enter the code from the mail."))
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdecimal()):
        raise ValueError(N_("The code has 6 digits. Enter it as it stands in the mail."))
    return code


class IinForm(BaseModel):
    """Page one: the IIN."""

    iin: Annotated[Iin, PlainValidator(_read_iin)] = Iin("")
    next: str = ""
    browser: str = ""

    model_config = {"validate_default": True}


class CodeForm(BaseModel):
    """Page two: the code."""

    code: Annotated[str, PlainValidator(_read_code)] = ""
    browser: str = ""

    model_config = {"validate_default": True}


class SessionForm(BaseModel):
    """Which session to end."""

    session: str


class HandoffForm(BaseModel):
    """The one-time token that the main site's page posts to the booth."""

    token: str
