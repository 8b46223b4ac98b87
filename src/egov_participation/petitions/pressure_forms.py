"""What comes in by the forms about pressure to sign."""

from __future__ import annotations

from pydantic import BaseModel

from egov_participation.correspondence.fields import MailOrNothing, Once, Written


class ReportForm(BaseModel):
    """Somebody was pressed to sign, or saw it."""

    once: Once
    text: Written
    mail: MailOrNothing = ""


class AnswerForm(BaseModel):
    """What a moderator writes back."""

    text: Written
