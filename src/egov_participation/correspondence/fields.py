"""Fields of the forms by which somebody writes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from egov_participation.i18n import N_
from egov_participation.registry.service import is_mail
from egov_participation.web.forms import written


def _mail_or_nothing(value: str) -> str:
    if value and not is_mail(value):
        raise ValueError(N_("Write a mail address such as name@mail.example, or leave this empty."))
    return value


Once = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""Random, of the form: sent twice, it is one letter."""
Written = Annotated[str, AfterValidator(written)]
"""What somebody wrote in sentences."""
MailOrNothing = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_mail_or_nothing)]
"""Where to answer; empty for nowhere."""
