"""What comes in from the office's own pages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, PlainValidator, ValidationInfo, field_validator

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.i18n import N_
from egov_participation.writing import one_line, read_reason


def _read_decision(value: object) -> str:
    if value not in {"retry", "discard"}:
        raise ValueError(N_("Choose: try again or discard."))
    return str(value)


class JobForm(BaseModel):
    """Try again, or discard with a reason."""

    decision: Annotated[str, PlainValidator(_read_decision)] = ""
    reason: str = ""

    model_config = {"validate_default": True}

    @field_validator("reason")
    @classmethod
    def _why_discarded(cls, reason: str, info: ValidationInfo) -> str:
        return read_reason(reason) if info.data.get("decision") == "discard" or one_line(reason) else ""


def _read_day(value: object) -> date | None:
    text = str(value).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(N_("Write the day as year, month and day: 2026-12-31.")) from None


class TrailForm(BaseModel):
    """What is looked for in the audit trail. What is empty does not narrow it."""

    q: str = ""
    action: str = ""
    actor: str = ""
    since: Annotated[date | None, PlainValidator(_read_day)] = None
    until: Annotated[date | None, PlainValidator(_read_day)] = None
    """The last day that counts."""

    def query(self, timezone: str, last: int = 0) -> audit.Query:
        """As the trail is asked, with whole days of the site's time zone."""
        zone = ZoneInfo(timezone)
        return audit.Query(
            text=self.q.strip()[:200],
            action=self.action if self.action in set(Action) else "",
            actor=self.actor[:64],
            since=datetime.combine(self.since, time(), zone) if self.since else None,
            until=datetime.combine(self.until + timedelta(days=1), time(), zone) if self.until else None,
            last=last,
        )


class ExportForm(TrailForm):
    """The same as a file."""

    format: str = "csv"
