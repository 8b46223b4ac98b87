"""What a law says of consultations on draft acts, as data: how long which act is open, by when what is owed.

A rule set is one version of a jurisdiction's rules (`rule_files.CONSULTATIONS` reads them). A consultation keeps the
`canonical` text of the one that it was published under, so that no later change alters it.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from egov_participation.jurisdiction.calendars import Strict, Words
from egov_participation.jurisdiction.periods import Period
from egov_participation.jurisdiction.versions import Code, Source, Version, twice


class ActKind(Strict):
    """A kind of act, and what is owed to the public for it."""

    code: Code
    name: Words
    open: Period
    """For so long at least comments are taken."""
    longest: Period | None = None
    """For so long at most, extensions included; None: there is no end that the law sets."""
    reply_due: Period
    """In which every comment is to have its reply, from the day on which comments end."""
    report_due: Period
    """In which the report is to be published, from the same day."""
    source: Source | None = None
    """Where this stands, if elsewhere than the rules as a whole."""


class Stage(Strict):
    """A stage in the making of an act."""

    code: Code
    name: Words


class ConsultationRules(Version):
    """One version of a jurisdiction's rules for consultations. Its grounds are those for covering a comment."""

    level: Annotated[int, Field(ge=1, le=3)]
    """Assurance level that commenting takes."""
    acts: Annotated[tuple[ActKind, ...], Field(min_length=1, max_length=40, strict=False)]
    stages: Annotated[tuple[Stage, ...], Field(max_length=20, strict=False)] = ()
    forget_after_months: Annotated[int, Field(ge=1, le=120)]
    """After so many months from its report or withdrawal it is not known any more who wrote a comment."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        twice("acts", [act.code for act in self.acts])
        twice("stages", [stage.code for stage in self.stages])
        twice("grounds", [ground.code for ground in self.grounds])
        return self

    def act(self, code: str) -> ActKind:
        """The kind of act of that code.

        Raises:
            KeyError: there is none.
        """
        return {act.code: act for act in self.acts}[code]
