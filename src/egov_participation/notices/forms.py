"""What the notices room's forms hold."""

from __future__ import annotations

from pydantic import BaseModel, Field


class PreferencesForm(BaseModel):
    """The kinds of notices that are wanted; those that are not named are not."""

    wanted: list[str] = Field(default_factory=list)
