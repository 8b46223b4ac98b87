"""What comes in by the contact centre's forms."""

from __future__ import annotations

from pydantic import BaseModel, field_validator

from egov_participation.contact.rules import Topic
from egov_participation.correspondence.fields import MailOrNothing, Once, Written
from egov_participation.i18n import N_


class MessageForm(BaseModel):
    """A message to the contact centre."""

    once: Once
    topic: Topic
    text: Written
    mail: MailOrNothing = ""

    @field_validator("topic", mode="before")
    @classmethod
    def _topic(cls, value: object) -> object:
        if value not in set(Topic):
            raise ValueError(N_("Choose what it is about."))
        return value


class AnswerForm(BaseModel):
    """An answer from the office."""

    text: Written
