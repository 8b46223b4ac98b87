"""What comes in from the pages of signing in and of one's own data."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, PlainValidator

from egov_participation.i18n import LANGUAGES, N_
from egov_participation.identity.rules import CODE_DIGITS, MAX_NAME
from egov_participation.identity.service.recovery import is_code
from egov_participation.registry.iin import Iin, IinError, IinProblem
from egov_participation.registry.service import is_mail

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


def _read_app_code(value: object) -> str:
    code = "".join(value.split()) if isinstance(value, str) else ""
    if not code:
        raise ValueError(N_("Enter the code that the app shows."))
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdecimal()):
        raise ValueError(N_("The code has 6 digits. Enter it as the app shows it."))
    return code


def _read_recovery_code(value: object) -> str:
    code = value.strip() if isinstance(value, str) else ""
    if not code:
        raise ValueError(N_("Enter one of your recovery codes."))
    if not is_code(code):
        raise ValueError(N_("A recovery code has three groups of four letters and digits. Check what you typed."))
    return code


def _read_name(value: object) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name:
        raise ValueError(N_("Enter a name, so that you can tell this passkey from others."))
    if len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(N_("A name has at most 60 letters, digits and signs."))
    return name


class AppCodeForm(BaseModel):
    """A code of an app."""

    code: Annotated[str, PlainValidator(_read_app_code)] = ""

    model_config = {"validate_default": True}


class RecoveryForm(BaseModel):
    """A recovery code."""

    recovery: Annotated[str, PlainValidator(_read_recovery_code)] = ""

    model_config = {"validate_default": True}


class PasskeyNameForm(BaseModel):
    """What a passkey is to be called."""

    name: Annotated[str, PlainValidator(_read_name)] = ""

    model_config = {"validate_default": True}


class NewPasskeyForm(PasskeyNameForm):
    """A new passkey: what it is to be called, and what the browser made (JSON)."""

    credential: str = ""


def _read_address(value: object) -> str:
    address = value.strip() if isinstance(value, str) else ""
    if not address:
        raise ValueError(N_("Enter a mail address."))
    if not is_mail(address):
        raise ValueError(N_("This is not a mail address. It looks like name@mail.example."))
    return address


def _read_language(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError(N_("Choose a language."))
    return str(value)


def _read_understood(value: object) -> bool:
    if value != "yes":
        raise ValueError(N_("Tick the box if you want this. Else nothing is deleted."))
    return True


class AddressForm(BaseModel):
    """The mail address that a person wants to be written to at."""

    mail: Annotated[str, PlainValidator(_read_address)] = ""

    model_config = {"validate_default": True}


class LanguageForm(BaseModel):
    """The language that a person wants to be written to in."""

    language: Annotated[str, PlainValidator(_read_language)] = ""

    model_config = {"validate_default": True}


class ErasureForm(BaseModel):
    """That the person has read what goes and what stays."""

    understood: Annotated[bool, PlainValidator(_read_understood)] = False

    model_config = {"validate_default": True}


class SessionForm(BaseModel):
    """Which session to end."""

    session: str


class HandoffForm(BaseModel):
    """The one-time token that the main site's page posts to the booth, and the registrar's release of a voting code."""

    token: str
    release: str = ""
