"""A day in a form: three fields, ``<name>-day``, ``<name>-month`` and ``<name>-year``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date


def put_together(values: Mapping[str, object], name: str) -> tuple[str, ...]:
    """What was typed, as `read_day` takes it."""
    return tuple(str(values.get(f"{name}-{part}", "")).strip() for part in ("year", "month", "day"))


def read_day(value: object, refusal: str) -> date | None:
    """The day; None where all three fields are empty.

    Raises:
        ValueError: there is no such day (`refusal`, a msgid).
    """
    if not isinstance(value, tuple) or not any(value):
        return None
    try:
        year, month, day = (int(part) for part in value)
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise ValueError(refusal) from None


def typed(values: Mapping[str, str], name: str) -> dict[str, str]:
    """What was typed, for showing again."""
    return {part: values.get(f"{name}-{part}", "") for part in ("day", "month", "year")}


def fields(day: date, name: str) -> dict[str, str]:
    """A day as it is typed."""
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
