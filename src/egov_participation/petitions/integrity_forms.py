"""What comes in from the pages on which moderators look at signatures."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, PlainValidator

from egov_participation.i18n import N_
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.writing import Reason

_LABEL = re.compile(r"[0-9a-f]{8}")
_REGION = re.compile(r"[A-Z]{2}(-\d{2})?|\d{9}|\d{2}-[a-z]{2,30}|other", re.ASCII)


def _read_code(value: object) -> Code:
    try:
        return Code(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(N_("Choose why these signatures are not to count.")) from None


def _read_label(value: object) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    if text and _LABEL.fullmatch(text) is None:
        raise ValueError(N_("A network’s label has 8 signs: digits and letters from a to f."))
    return text


def _read_moment(value: object) -> datetime | None:
    """As a browser's field for date and time sends it, or typed with a blank; of no zone yet."""
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return None
    try:
        return datetime.strptime(text.replace(" ", "T")[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - of the site's zone
    except ValueError:
        raise ValueError(N_("Write date and time such as 2026-11-28 14:30.")) from None


def _read_day(value: object) -> date | None:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(N_("Write a day such as 2026-11-28.")) from None


def _read_region(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if text and _REGION.fullmatch(text) is None:
        raise ValueError(N_("Choose a region of the list, or all."))
    return text


class FilterForm(BaseModel):
    """Which signatures, and why they are not to count. What is left empty does not narrow it."""

    code: Annotated[Code, PlainValidator(_read_code)] = Code.AUTOMATED
    network: Annotated[str, PlainValidator(_read_label)] = ""
    since: Annotated[datetime | None, PlainValidator(_read_moment)] = None
    until: Annotated[datetime | None, PlainValidator(_read_moment)] = None
    day: Annotated[date | None, PlainValidator(_read_day)] = None
    region: Annotated[str, PlainValidator(_read_region)] = ""

    def which(self, network: str, timezone: str) -> Filter:
        """The filter.

        Args:
            network: in full, of the label.
            timezone: of the site.
        """
        zone = ZoneInfo(timezone)
        since, until = (at.replace(tzinfo=zone) if at else None for at in (self.since, self.until))
        return Filter(network, since, until, self.day, self.region)


class ProposeForm(FilterForm):
    """The same as it was looked at in the dry run, with the public reason."""

    upto: Annotated[int, Field(ge=0, le=2**62)] = 0
    reason: Reason = ""

    model_config = {"validate_default": True}


class UndoForm(BaseModel):
    """Why they are to count again."""

    reason: Reason = ""

    model_config = {"validate_default": True}
