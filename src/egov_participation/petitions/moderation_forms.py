"""What comes in by moderators' forms."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, StringConstraints

from egov_participation.i18n import N_
from egov_participation.petitions.rules.moderating import LONGEST_REASON
from egov_participation.web.forms import written
from egov_participation.writing import one_line


def _reason(value: str) -> str:
    text = written(value)
    if len(text) > LONGEST_REASON:
        raise ValueError(N_("Say it in 2000 characters at most."))
    return text


Seen = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""The commitment to the text that the moderator had before them."""
PublicReason = Annotated[str, AfterValidator(_reason)]
"""Everybody reads it."""


class AcceptForm(BaseModel):
    """Accepted; what was ticked at each ground comes beside it."""

    seen: Seen


class RejectForm(BaseModel):
    """Rejected on a ground."""

    seen: Seen
    ground: Annotated[str, StringConstraints(max_length=40)]
    reason: PublicReason
    checked: str = ""
    """``yes``: the reason holds no personal data, whatever it looks like."""


class NoteForm(BaseModel):
    """For the other moderators."""

    note: Annotated[str, AfterValidator(written)]


class WordingForm(BaseModel):
    """Another wording; the texts come beside it."""

    seen: Seen
    reason: PublicReason
    withheld: str = ""
    """``yes``: the words as they stood are not shown in public."""


class HideForm(BaseModel):
    """Out of the public's sight, or stopped."""

    reason: PublicReason
    checked: str = ""


class MergeForm(BaseModel):
    """Into another one."""

    into: Annotated[str, AfterValidator(lambda value: one_line(value).upper())]
    reason: PublicReason
    checked: str = ""


class AppealDecisionForm(BaseModel):
    """On an appeal."""

    grant: Annotated[str, StringConstraints(pattern="^(yes|no)$")]
    reason: PublicReason
    checked: str = ""
