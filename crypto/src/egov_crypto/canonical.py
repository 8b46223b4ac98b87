"""Canonical JSON (RFC 8785): one spelling for a value, so that whoever hashes it gets the same hash.

Members of an object are sorted by the UTF-16 of their names, nothing stands between tokens, and as little as possible
is escaped. Numbers are whole and lie within ±(2^53 - 1): more than that, readers that count in floating point would
not agree on, and fractions are not needed.
"""

import json
from itertools import pairwise
from typing import Any, Final

MAX_NUMBER: Final = 2**53 - 1
MAX_DEPTH: Final = 64
"""Lists and objects inside of each other: a limit of its own, so that all readers have the same."""


def dump(value: Any) -> bytes:
    """The one spelling of ``value``, made of dicts, lists, strings, whole numbers, booleans and None.

    Raises :class:`ValueError` on anything else.
    """
    return _write(_ordered(value, 0))


def load(raw: bytes) -> Any:
    """The value of ``raw``, which must be exactly what :func:`dump` writes for it. Raises :class:`ValueError`."""
    try:
        value = _READER.decode(raw.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _ordered(value, 0)
    if _write(value) != raw:
        raise ValueError("not canonical JSON")
    return value


def _write(value: Any) -> bytes:
    return _WRITER.encode(value).encode()


def _ordered(value: Any, depth: int) -> Any:
    """``value`` with the members of its objects sorted, everything in it checked."""
    if isinstance(value, dict | list | tuple):
        if depth == MAX_DEPTH:
            raise ValueError("nested too deeply")
        if not isinstance(value, dict):
            return [_ordered(item, depth + 1) for item in value]
        if not all(isinstance(name, str) for name in value):
            raise ValueError("an object's members have names")
        return {name: _ordered(value[name], depth + 1) for name in sorted(value, key=_utf_16)}
    if type(value) is int:
        return _in_range(value)
    if value is None or isinstance(value, bool | str):
        return value
    raise ValueError(f"{type(value).__name__} is not written in canonical JSON")


def _utf_16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _in_range(number: int) -> int:
    if abs(number) > MAX_NUMBER:
        raise ValueError(f"a number is more than {MAX_NUMBER}")
    return number


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names: list[Any] = [name for name, _ in pairs]
    if not "".join(names).isascii():  # of which the order is the same, and faster
        names = list(map(_utf_16, names))
    if any(one >= other for one, other in pairwise(names)):
        raise ValueError("an object's members are not sorted, or two have one name")
    return dict(pairs)


def _whole(text: str) -> int:
    return _in_range(int(text))


def _refuse(number: str) -> Any:
    raise ValueError(f"{number} is not a whole number")


_READER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_whole, parse_float=_refuse, parse_constant=_refuse
)
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
