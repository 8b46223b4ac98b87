"""What comes in from the page of a proposal, whichever room's it is."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, PlainValidator, ValidationInfo, field_validator

from egov_participation.i18n import N_
from egov_participation.writing import read_reason


def _read_decision(value: object) -> str:
    if value not in ("approve", "refuse"):
        raise ValueError(N_("Choose: approve or refuse."))
    return str(value)


class DecisionForm(BaseModel):
    """Approve what was shown, or refuse it with a reason."""

    decision: Annotated[str, PlainValidator(_read_decision)] = ""
    content_hash: str = ""
    reason: str = ""

    model_config = {"validate_default": True}

    @field_validator("reason")
    @classmethod
    def _owed_to_the_refused(cls, reason: str, info: ValidationInfo) -> str:
        return read_reason(reason) if info.data.get("decision") == "refuse" else ""
