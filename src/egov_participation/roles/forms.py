"""What comes in from the pages about roles."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from egov_participation.actions import Role
from egov_participation.i18n import N_
from egov_participation.registry.iin import Iin, IinError
from egov_participation.roles.rules import needs_agency
from egov_participation.web import days
from egov_participation.writing import Reason


def _read_iin(value: object) -> Iin:
    try:
        return Iin.parse(value if isinstance(value, str) else "")
    except IinError:
        raise ValueError(N_("Enter the 12 digits of the person’s IIN. Check each of them.")) from None


def _read_role(value: object) -> Role:
    try:
        role = Role(str(value))
    except ValueError:
        role = Role.CITIZEN
    if role is Role.CITIZEN:
        raise ValueError(N_("Choose a role."))
    return role


def _read_day(value: object) -> date | None:
    return days.read_day(value, N_("There is no such day. Write it like 31 12 2026, or leave it out."))


class GrantForm(BaseModel):
    """A role for somebody, without the person."""

    role: Annotated[Role, PlainValidator(_read_role)] = Role.CITIZEN
    agency: str = ""
    last_day: Annotated[date | None, PlainValidator(_read_day)] = None
    """The last one on which it counts."""
    reason: Reason = ""

    model_config = {"validate_default": True}

    @model_validator(mode="before")
    @classmethod
    def _put_day_together(cls, values: dict[str, object]) -> dict[str, object]:
        return values | {"last_day": days.put_together(values, "last_day")}

    @field_validator("agency")
    @classmethod
    def _fits_role(cls, agency: str, info: ValidationInfo) -> str:
        role = info.data.get("role")
        if role is None or not needs_agency(role):
            return ""
        if not agency:
            raise ValueError(N_("Choose the agency that the role is for."))
        return agency


class FirstForm(GrantForm):
    """Whom and what to propose."""

    iin: Annotated[Iin, PlainValidator(_read_iin)] = Iin("")


class ConfirmedForm(GrantForm):
    """The same, after the person was shown."""

    person: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class EndForm(BaseModel):
    """Why a role shall end."""

    reason: Reason = ""

    model_config = {"validate_default": True}
