"""Of what kind the members of the log's entries are: what :mod:`egov_crypto.entries` reads them with."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from egov_crypto import statement

_HASH: Final = re.compile("[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)

Check = Callable[[Any], object]
"""Tells by something true whether a member is of its kind; may raise :class:`ValueError`, :class:`UsageError`."""


def a_hash(value: Any) -> object:
    return isinstance(value, str) and _HASH.fullmatch(value)


def a_count(value: Any) -> object:
    return type(value) is int and value >= 0


def a_time(value: Any) -> object:
    return isinstance(value, str) and _TIME.fullmatch(value) and datetime.fromisoformat(value)


def a_day(value: Any) -> object:
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


def matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value)


def unpadded(size: int) -> Check:
    return lambda value: bool(statement.from_base64(value, size))


def within(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def one_of(*values: Any) -> Check:
    return lambda value: value in values and type(value) in {type(one) for one in values}


def or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def has(value: Any, shape: Mapping[str, Check]) -> bool:
    return isinstance(value, dict) and value.keys() == shape.keys() and all(shape[name](value[name]) for name in shape)
