"""What consultations await of officials."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlmodel import Session

from egov_participation.actions import Action, may
from egov_participation.awaiting import Item
from egov_participation.consultations.service import redacting
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

_APPEAL: Final = timedelta(days=5)
"""In which an appeal about a comment is decided."""


def items(_services: Services, session: Session, acting: SessionInfo) -> list[Item]:
    """In all."""
    if not may(Action.REDACT_COMMENT, acting.roles):
        return []
    return [
        Item(
            N_("Decide on the appeal about comment %(number)s"),
            "consultations.office_comment",
            redaction.appealed_at + _APPEAL,
            {"number": f"{consultation.reference}/{comment.number}"},
            {"reference": consultation.reference or "", "number": str(comment.number)},
        )
        for consultation, comment, redaction in redacting.appeals(session)
        if redaction.appealed_at is not None and redaction.moderator != acting.person_id
    ]
