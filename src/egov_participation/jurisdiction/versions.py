"""What every version of a jurisdiction's rules has, whatever they are for."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, ValidationError

from egov_participation.jurisdiction.calendars import Calendar, Strict, Words

CODE: Final = r"[a-z][a-z0-9-]{0,39}"
Code = Annotated[str, StringConstraints(pattern=f"^{CODE}$")]


class Source(Strict):
    """Where the rules stand."""

    title: Words
    url: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+/\S*$", max_length=300)]


class Ground(Strict):
    """One of the law's grounds for rejecting a petition, or for covering a comment."""

    code: Code
    text: Words
    hides: bool = False
    """Whether the petition's text is then not shown."""


class Version(Strict):
    """One version of the rules of a jurisdiction."""

    code: Code
    in_force: dt.date
    name: Words
    source: Source
    grounds: Annotated[tuple[Ground, ...], Field(min_length=1, max_length=60, strict=False)]
    calendar: Calendar

    def canonical(self) -> str:
        """All of it as canonical JSON: keys sorted, no blanks; what the log has as ``rules`` is its digest."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def restore(cls, text: str) -> Self:
        """The rules of a `canonical` text.

        Raises:
            ValueError: it is none.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ValueError(f"no snapshot of rules: {error.error_count()} errors") from None


def twice(what: str, codes: list[str]) -> None:
    """Refuse a list of codes in which one stands twice.

    Raises:
        ValueError: one does.
    """
    found = {code for code in codes if codes.count(code) > 1}
    if found:
        raise ValueError(f"{what}: “{min(found)}” stands there twice")
