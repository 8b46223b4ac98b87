"""What comes in from the page on which a rehearsal is begun."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, PlainValidator

from egov_participation.commission import rehearsing
from egov_participation.i18n import N_


def _read_voters(value: object) -> int:
    number = _whole(value)
    if not rehearsing.FEWEST <= number <= rehearsing.MOST:
        raise ValueError(N_("Write a number from 10 to 500."))
    return number


def _read_minutes(value: object) -> int:
    number = _whole(value)
    if not rehearsing.SHORTEST <= number <= rehearsing.LONGEST:
        raise ValueError(N_("Write a number of minutes from 10 to 1,440, which is a whole day."))
    return number


def _whole(value: object) -> int:
    """The number that was typed; -1 of what is none."""
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else -1


class RehearseForm(BaseModel):
    """How large the rehearsal is, and how long it is open."""

    voters: Annotated[int, PlainValidator(_read_voters)] = -1
    minutes: Annotated[int, PlainValidator(_read_minutes)] = -1

    model_config = {"validate_default": True}
