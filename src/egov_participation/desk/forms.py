"""What comes in from the pages of the desk."""

from __future__ import annotations

from typing import Annotated, Final, cast

from pydantic import BaseModel, PlainValidator

from egov_participation.desk.rules import CODE_LENGTH, CODE_LETTERS, Document
from egov_participation.i18n import N_
from egov_participation.registry.fields import IinOfPerson
from egov_participation.registry.iin import Iin

_MAX_NAME: Final = 60
_NO_DOCUMENT: Final = cast(Document, "")
"""What a form without a choice holds; never comes through the validator."""


def _read_document(value: object) -> Document:
    try:
        return Document(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(N_("Choose the document that you have looked at.")) from None


def _read_code(value: object) -> str:
    code = "".join(value.split()).replace("-", "").upper() if isinstance(value, str) else ""
    if not code:
        raise ValueError(N_("Enter the code that you were given at the service centre."))
    if len(code) != CODE_LENGTH or any(letter not in CODE_LETTERS for letter in code):
        raise ValueError(N_("The code has 8 Latin letters. Check what you typed."))
    return code


def _read_name(value: object) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name:
        raise ValueError(N_("Enter a name, so that you can tell this passkey from others."))
    if len(name) > _MAX_NAME or not name.isprintable():
        raise ValueError(N_("A name has at most 60 letters, digits and signs."))
    return name


class PersonForm(BaseModel):
    """Who is before the official."""

    iin: IinOfPerson = Iin("")

    model_config = {"validate_default": True}


class DocumentForm(BaseModel):
    """What was looked at, and whether it fits."""

    document: Annotated[Document, PlainValidator(_read_document)] = _NO_DOCUMENT
    same: bool = False

    model_config = {"validate_default": True}


class CodeForm(BaseModel):
    """The code from the desk."""

    code: Annotated[str, PlainValidator(_read_code)] = ""

    model_config = {"validate_default": True}


class PasskeyForm(BaseModel):
    """A new passkey: what it is to be called, and what the browser made (JSON)."""

    name: Annotated[str, PlainValidator(_read_name)] = ""
    credential: str = ""

    model_config = {"validate_default": True}
