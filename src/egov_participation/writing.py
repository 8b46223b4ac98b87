"""What people write in a line, as it is kept."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import PlainValidator

from egov_participation.i18n import N_

LONGEST_REASON: Final = 500


def one_line(value: object) -> str:
    """One line, without blanks at its ends or signs that are not seen; empty for what is no text."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable())


def read_reason(value: object) -> str:
    """An official's reason for an act.

    Raises:
        ValueError: it is missing, or longer than `LONGEST_REASON` (msgids).
    """
    text = one_line(value)
    if not text:
        raise ValueError(N_("Give a reason: it stays in the audit trail."))
    if len(text) > LONGEST_REASON:
        raise ValueError(N_("Say it in 500 characters at most."))
    return text


Reason = Annotated[str, PlainValidator(read_reason)]
"""A field of a form, as `read_reason` has it."""
