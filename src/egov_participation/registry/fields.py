"""Fields of the forms in which an official enters somebody else's IIN."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from egov_participation.i18n import N_
from egov_participation.registry.iin import Iin, IinError


def read_iin(value: object) -> Iin:
    """The IIN that was typed.

    Raises:
        ValueError: it is missing, or none (msgids).
    """
    text = value if isinstance(value, str) else ""
    if not text.strip():
        raise ValueError(N_("Enter the IIN of the person."))
    try:
        return Iin.parse(text)
    except IinError:
        raise ValueError(N_("This is not an IIN. Check each digit.")) from None


IinOfPerson = Annotated[Iin, PlainValidator(read_iin)]
